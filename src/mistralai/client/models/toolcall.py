"""A path by which other libraries import `ToolCall`."""

from .toolcalls import ToolCall

__all__ = ["ToolCall"]
