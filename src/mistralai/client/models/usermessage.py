"""A path by which other libraries import `UserMessage`."""

from .messages import UserMessage, UserMessageContent

__all__ = ["UserMessage", "UserMessageContent"]
