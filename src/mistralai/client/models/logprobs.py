"""Probabilities of tokens (wire-format section 5; no server has been seen to send them)."""

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
        token: The text.
        logprob: The natural logarithm of the probability.
        bytes_: The bytes, which need not be whole characters; `bytes` on the wire and in dumps.
        token_id: The number in the vocabulary.
    """

    token: LooseStr = None
    logprob: LooseFloat = None
    bytes_: Annotated[list[int] | None, Lenient(), Field(alias="bytes")] = None
    token_id: LooseInt = None


class ChatCompletionResponseTokenLogprobsTopK(ChatCompletionResponseTokenLogprobs):
    """A token, and the most likely alternatives."""

    top_logprobs: Annotated[list[ChatCompletionResponseTokenLogprobs] | None, Lenient()] = None


class ChatCompletionResponseChoiceLogprobs(BaseModel):
    """The probabilities of the tokens of a choice."""

    content: Annotated[list[ChatCompletionResponseTokenLogprobsTopK] | None, Lenient()] = None
