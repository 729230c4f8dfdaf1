"""A path by which other libraries import `AssistantMessage`."""

from .content import ContentChunk
from .contentdicts import ContentChunkTypedDict
from .messagedicts import (
    AssistantMessageContentTypedDict,
    AssistantMessageTypedDict,
    ToolCallTypedDict,
)
from .messages import AssistantMessage, AssistantMessageContent
from .toolcalls import ToolCall

__all__ = [
    "AssistantMessage",
    "AssistantMessageContent",
    "AssistantMessageContentTypedDict",
    "AssistantMessageTypedDict",
    "ContentChunk",
    "ContentChunkTypedDict",
    "ToolCall",
    "ToolCallTypedDict",
]
