"""A path by which other libraries import `ToolCall`."""

from .messagedicts import FunctionCallTypedDict, ToolCallTypedDict
from .toolcalls import FunctionCall, ToolCall

__all__ = ["FunctionCall", "FunctionCallTypedDict", "ToolCall", "ToolCallTypedDict"]
