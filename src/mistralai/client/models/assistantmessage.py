"""A path by which other libraries import `AssistantMessage`."""

from .messages import AssistantMessage, AssistantMessageContent

__all__ = ["AssistantMessage", "AssistantMessageContent"]
