"""One event of a stream (wire-format sections 5 and 12).

Nothing here runs Python code while JSON is read: that is most of the cost of a
token. Every field may be absent, and a wrong value is kept as it came.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from ..types.basemodel import BaseModel
from ..types.lenient import EmptyIsNull, Lenient, LooseInt, LooseStr, NullIs
from .content import ContentChunk
from .logprobs import ChatCompletionResponseChoiceLogprobs
from .toolcalls import ToolCall
from .usage import UsageInfo

__all__ = [
    "CompletionChunk",
    "CompletionResponseStreamChoice",
    "CompletionResponseStreamChoiceFinishReason",
    "DeltaMessage",
    "DeltaMessageContent",
    "FinishReason",
]

CompletionResponseStreamChoiceFinishReason: TypeAlias = (
    Literal["stop", "length", "error", "tool_calls"] | str
)
FinishReason: TypeAlias = CompletionResponseStreamChoiceFinishReason
DeltaMessageContent: TypeAlias = str | list[ContentChunk]


class DeltaMessage(BaseModel):
    """What an event adds to a message.

    Attributes:
        role: In the first event as a rule.
        content: Text, or chunks when the model reasons.
        tool_calls: Calls, whole or in pieces.
        tool_call_id: Of the call that a message of an agent's own tools answers.
        index: Which message it adds to, where an answer has several.
        metadata: Whatever the server adds.
    """

    role: LooseStr = None
    content: Annotated[DeltaMessageContent | None, Lenient()] = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: LooseStr = None
    index: LooseInt = None
    metadata: Annotated[dict[str, Any] | None, Lenient()] = None


class CompletionResponseStreamChoice(BaseModel):
    """What an event adds to one choice.

    Attributes:
        index: Which choice; 0 where the server does not say.
        delta: What it adds.
        finish_reason: Why the choice ends; `None` until it does, also where a server writes `""`.
            Open for new reasons.
        logprobs: Probabilities of the tokens of this event.
        prompt_logprobs: Probabilities of the tokens of the prompt.
    """

    index: Annotated[int, NullIs(int)] = 0
    delta: Annotated[DeltaMessage, NullIs(DeltaMessage)] = Field(default_factory=DeltaMessage)
    finish_reason: Annotated[FinishReason | None, EmptyIsNull()] = None
    logprobs: Annotated[ChatCompletionResponseChoiceLogprobs | None, Lenient()] = None
    prompt_logprobs: Annotated[ChatCompletionResponseChoiceLogprobs | None, Lenient()] = None


class CompletionChunk(BaseModel):
    """One event's data.

    Attributes:
        id: Of the answer; the same in every event of Mistral's.
        model: As the request named it.
        choices: What the event adds; empty where it only has usage.
        object: `"chat.completion.chunk"`.
        created: Seconds since the epoch.
        usage: In the last event.
    """

    id: LooseStr = None
    model: LooseStr = None
    choices: Annotated[
        list[CompletionResponseStreamChoice], NullIs(list[CompletionResponseStreamChoice])
    ] = Field(default_factory=list[CompletionResponseStreamChoice])
    object: LooseStr = None
    created: LooseInt = None
    usage: UsageInfo | None = None
