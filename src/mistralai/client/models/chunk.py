"""One event of a stream (wire-format sections 5 and 12).

Nothing here runs Python code while JSON is read: reading is most of the cost of a
token. Every field may be absent, and a wrong value is kept as it was received.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import Field

from ..types.basemodel import BaseModel
from ..types.lenient import EmptyIsNull, Lenient, LooseInt, LooseStr, NullIs
from .content import ContentChunk
from .elsewhere import Hinting
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

REASONING_FIELDS: Final = ("reasoning_content", "reasoning")
"""Unknown fields in which compatible servers send thinking as a string (wire-format section 12)."""


class DeltaMessage(BaseModel):
    """The part of a message that one event adds.

    Attributes:
        role: The role; as a rule only in the first event.
        content: Text, or a list of chunks when the model reasons.
        tool_calls: Tool calls, whole or in pieces.
        tool_call_id: The id of the call that a message of an agent's own tools answers.
        index: The index of the message it adds to, if an answer has several.
        metadata: Further data of the server.
    """

    role: LooseStr = None
    content: Annotated[DeltaMessageContent | None, Lenient()] = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: LooseStr = None
    index: LooseInt = None
    metadata: Annotated[dict[str, Any] | None, Lenient()] = None


class CompletionResponseStreamChoice(Hinting, BaseModel):
    """The part of one choice that one event adds.

    Attributes:
        index: The index of the choice; 0 if the server does not say.
        delta: The part of its message.
        finish_reason: The reason why the choice ends; `None` until it does, also if a server writes
            `""`. Values beyond the listed ones pass.
        logprobs: Probabilities of the tokens of this event.
        prompt_logprobs: Probabilities of the tokens of the prompt.
    """

    index: Annotated[int, NullIs(int)] = 0
    delta: Annotated[DeltaMessage, NullIs(DeltaMessage)] = Field(default_factory=DeltaMessage)
    finish_reason: Annotated[FinishReason | None, EmptyIsNull()] = None
    logprobs: Annotated[ChatCompletionResponseChoiceLogprobs | None, Lenient()] = None
    prompt_logprobs: Annotated[ChatCompletionResponseChoiceLogprobs | None, Lenient()] = None

    _elsewhere: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "message": "a choice of a stream has `.delta`, a part of the message",
            "content": "it is in `.delta`: choice.delta.content",
            "tool_calls": "they are in `.delta`: choice.delta.tool_calls",
        }
    )


class CompletionChunk(BaseModel):
    """The data of one event.

    Attributes:
        id: The id of the answer; the same in every event of Mistral's.
        model: The model, as the request named it.
        choices: The parts that the event adds; empty if it only has usage.
        object: `"chat.completion.chunk"`.
        created: The time of the answer in seconds since the epoch.
        usage: The tokens used; only in the last event.
    """

    id: LooseStr = None
    model: LooseStr = None
    choices: Annotated[
        list[CompletionResponseStreamChoice], NullIs(list[CompletionResponseStreamChoice])
    ] = Field(default_factory=list[CompletionResponseStreamChoice])
    object: LooseStr = None
    created: LooseInt = None
    usage: UsageInfo | None = None
