"""The bytes that an event counts for in a log that has a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mistralai.client.deltas import TextDelta, ThinkingDelta

from .jsontext import json_of
from .wire import to_fields

if TYPE_CHECKING:
    from .frames import Event

OVERHEAD: Final = 200
"""Bytes of a frame and its event without its text, on CPython."""


def size_of(event: Event) -> int:
    """Return the size of an event: 200 bytes, and its text or its JSON in UTF-8."""
    if isinstance(event, TextDelta | ThinkingDelta):
        text = event.text
        return OVERHEAD + (len(text) if text.isascii() else len(text.encode(errors="replace")))
    return OVERHEAD + len(json_of(to_fields(event)))
