"""A path by which other libraries import `ToolMessage`."""

from .content import ContentChunk
from .contentdicts import ContentChunkTypedDict
from .messagedicts import ToolMessageContentTypedDict, ToolMessageTypedDict
from .messages import ToolMessage, ToolMessageContent

__all__ = [
    "ContentChunk",
    "ContentChunkTypedDict",
    "ToolMessage",
    "ToolMessageContent",
    "ToolMessageContentTypedDict",
    "ToolMessageTypedDict",
]
