"""A path by which other libraries import `ChatCompletionResponse`."""

from .response import ChatCompletionChoice, ChatCompletionResponse
from .usage import UsageInfo

__all__ = ["ChatCompletionChoice", "ChatCompletionResponse", "UsageInfo"]
