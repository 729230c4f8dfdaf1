"""Probabilities of tokens (wire-format section 5; no server was seen to send them)."""

from typing import Annotated

from pydantic import Field

from ..types.basemodel import BaseModel
from ..types.lenient import Lenient, LooseFloat, LooseInt, LooseStr

__all__ = [
    "ChatCompletionResponseChoiceLogprobs",
    "ChatCompletionResponseTokenLogprobs",
    "ChatCompletionResponseTokenLogprobsTopK",
]


class ChatCompletionResponseTokenLogprobs(BaseModel):
    """A token and the logarithm of its probability.

    Attributes:
        token: Its text.
        logprob: The natural logarithm of its probability.
        bytes_: Its bytes, which need not be whole characters; `bytes` on the wire and in dumps.
        token_id: Its number in the vocabulary.
    """

    token: LooseStr = None
    logprob: LooseFloat = None
    bytes_: Annotated[list[int] | None, Lenient(), Field(alias="bytes")] = None
    token_id: LooseInt = None


class ChatCompletionResponseTokenLogprobsTopK(ChatCompletionResponseTokenLogprobs):
    """A token, and the likeliest ones in its place."""

    top_logprobs: Annotated[list[ChatCompletionResponseTokenLogprobs] | None, Lenient()] = None


class ChatCompletionResponseChoiceLogprobs(BaseModel):
    """Probabilities of the tokens of a choice."""

    content: Annotated[list[ChatCompletionResponseTokenLogprobsTopK] | None, Lenient()] = None
