"""A path by which other libraries import `ChatCompletionResponse`."""

from .response import ChatCompletionResponse

__all__ = ["ChatCompletionResponse"]
