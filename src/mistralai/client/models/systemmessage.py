"""A path by which other libraries import `SystemMessage`."""

from .messagedicts import (
    SystemMessageContentChunksTypedDict,
    SystemMessageContentTypedDict,
    SystemMessageTypedDict,
)
from .messages import SystemMessage, SystemMessageContent, SystemMessageContentChunks

__all__ = [
    "SystemMessage",
    "SystemMessageContent",
    "SystemMessageContentChunks",
    "SystemMessageContentChunksTypedDict",
    "SystemMessageContentTypedDict",
    "SystemMessageTypedDict",
]
