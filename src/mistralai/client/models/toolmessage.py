"""A path by which other libraries import `ToolMessage`."""

from .messages import ToolMessage, ToolMessageContent

__all__ = ["ToolMessage", "ToolMessageContent"]
