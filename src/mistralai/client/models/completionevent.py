"""A path by which other libraries import `CompletionEvent`."""

from .chunk import CompletionChunk
from .event import CompletionEvent

__all__ = ["CompletionChunk", "CompletionEvent"]
