"""Search for a text in a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ..escapes import one_line
from ..outcome import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conversation import Conversation

_AROUND: Final = 40  # characters shown before and after a match


class Match(NamedTuple):
    """A message that contains the text.

    Attributes:
        role: `"system"`, `"user"` or `"assistant"`.
        excerpt: The first place at which it does, on one line.
    """

    role: str
    excerpt: str


def matches(conversation: Conversation, text: str) -> Iterator[Match]:
    """Yield the messages that contain a text, in any case and with any white space."""
    wanted = one_line(text).lower()
    for message in conversation.messages_to_send():
        content = one_line(text_of(message["content"]))
        at = content.lower().find(wanted)
        if at >= 0:
            yield Match(message["role"], _excerpt(content, at, at + len(wanted)))


def _excerpt(content: str, start: int, end: int) -> str:
    first, last = max(0, start - _AROUND), min(len(content), end + _AROUND)
    before, after = "…" if first else "", "…" if last < len(content) else ""
    return f"{before}{content[first:last]}{after}"
