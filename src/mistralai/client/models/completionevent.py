"""A path by which other libraries import `CompletionEvent`."""

from .event import CompletionEvent

__all__ = ["CompletionEvent"]
