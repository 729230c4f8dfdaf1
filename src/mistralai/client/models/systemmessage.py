"""A path by which other libraries import `SystemMessage`."""

from .messages import SystemMessage, SystemMessageContent

__all__ = ["SystemMessage", "SystemMessageContent"]
