"""A path by which other libraries import `UserMessage`."""

from .content import ContentChunk
from .contentdicts import ContentChunkTypedDict
from .messagedicts import UserMessageContentTypedDict, UserMessageTypedDict
from .messages import UserMessage, UserMessageContent

__all__ = [
    "ContentChunk",
    "ContentChunkTypedDict",
    "UserMessage",
    "UserMessageContent",
    "UserMessageContentTypedDict",
    "UserMessageTypedDict",
]
