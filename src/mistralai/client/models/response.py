"""A whole answer (wire-format section 10)."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from ..types.basemodel import BaseModel
from ..types.lenient import EmptyIsNull, Lenient, LooseInt, LooseStr, NullIs
from .answer import Answer
from .chunk import DeltaMessage
from .logprobs import ChatCompletionResponseChoiceLogprobs
from .messages import AssistantMessage
from .usage import UsageInfo

__all__ = [
    "ChatCompletionChoice",
    "ChatCompletionChoiceFinishReason",
    "ChatCompletionResponse",
    "FIMCompletionResponse",
]

ChatCompletionChoiceFinishReason: TypeAlias = (
    Literal["stop", "length", "model_length", "error", "tool_calls"] | str
)


class ChatCompletionChoice(BaseModel):
    """One of the answers to a request.

    Attributes:
        index: Which; 0 where the server does not say.
        finish_reason: Why it ended; `None` in a part of an answer, and where a server writes `""`.
            Open for new reasons.
        message: The answer.
        messages: The messages of an agent that used tools of its own.
        logprobs: Probabilities of its tokens.
        prompt_logprobs: Probabilities of the tokens of the prompt.
    """

    index: Annotated[int, NullIs(int)] = 0
    finish_reason: Annotated[ChatCompletionChoiceFinishReason | None, EmptyIsNull()] = None
    message: AssistantMessage | None = None
    messages: Annotated[list[DeltaMessage] | None, Lenient()] = None
    logprobs: Annotated[ChatCompletionResponseChoiceLogprobs | None, Lenient()] = None
    prompt_logprobs: Annotated[ChatCompletionResponseChoiceLogprobs | None, Lenient()] = None


class ChatCompletionResponse(Answer):
    """A whole answer, or the part of one that a stream gave so far.

    Attributes:
        id: Of the answer.
        object: `"chat.completion"`.
        model: As the request named it.
        usage: What it cost; `None` where it is not known.
        created: Seconds since the epoch.
        choices: The answers, one unless the request asked for more.
    """

    id: LooseStr = None
    object: LooseStr = None
    model: LooseStr = None
    usage: UsageInfo | None = None
    created: LooseInt = None
    choices: Annotated[list[ChatCompletionChoice], NullIs(list[ChatCompletionChoice])] = Field(
        default_factory=list[ChatCompletionChoice]
    )


class FIMCompletionResponse(ChatCompletionResponse):
    """A whole answer of fill in the middle: what stands between prompt and suffix."""
