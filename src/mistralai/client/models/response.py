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
        index: The index of the choice; 0 if the server does not say.
        finish_reason: The reason why it ended; `None` in a part of an answer, and if a server
            writes `""`. Values beyond the listed ones pass.
        message: The answer.
        messages: The messages of an agent that used tools of its own.
        logprobs: The probabilities of the tokens of the answer.
        prompt_logprobs: The probabilities of the tokens of the prompt.
    """

    index: Annotated[int, NullIs(int)] = 0
    finish_reason: Annotated[ChatCompletionChoiceFinishReason | None, EmptyIsNull()] = None
    message: AssistantMessage | None = None
    messages: Annotated[list[DeltaMessage] | None, Lenient()] = None
    logprobs: Annotated[ChatCompletionResponseChoiceLogprobs | None, Lenient()] = None
    prompt_logprobs: Annotated[ChatCompletionResponseChoiceLogprobs | None, Lenient()] = None


class ChatCompletionResponse(Answer):
    """A whole answer, or the part of one that a stream has received so far.

    Attributes:
        id: The id of the answer.
        object: `"chat.completion"`.
        model: The model, as the request named it.
        usage: The tokens used; `None` if not known.
        created: The time of the answer in seconds since the epoch.
        choices: The answers; one unless the request has `n`.
    """

    id: LooseStr = None
    object: LooseStr = None
    model: LooseStr = None
    usage: UsageInfo | None = None
    created: LooseInt = None
    choices: Annotated[list[ChatCompletionChoice], NullIs(list[ChatCompletionChoice])] = Field(
        default_factory=list[ChatCompletionChoice]
    )

    def _repr_markdown_(self) -> str | None:
        """Return the answer for a notebook; `None`, which shows the repr, if it is empty."""
        from .markdown import markdown_of_answer

        return markdown_of_answer(self) or None


class FIMCompletionResponse(ChatCompletionResponse):
    """A whole answer of fill in the middle: the text between prompt and suffix."""
