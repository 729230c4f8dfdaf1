"""What is piped into a command."""

from __future__ import annotations

import sys
from typing import TextIO


def is_terminal() -> bool:
    """Whether somebody types there. A process may begin without standard input."""
    stream: TextIO | None = sys.stdin
    return stream is not None and not stream.closed and stream.isatty()


def piped() -> str:
    """The text of standard input; nothing where that is a terminal, or closed.

    It is read as UTF-8, with or without a byte order mark; what is none stands as U+FFFD.
    Line ends become those of Unix.
    """
    stream: TextIO | None = sys.stdin
    if stream is None or stream.closed or stream.isatty():
        return ""
    text = stream.buffer.read().decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n")


def joined(prompt: str, text: str) -> str:
    """A prompt with what was piped in below it. What is no UTF-8 stands as U+FFFD."""
    prompt = prompt.encode(errors="surrogateescape").decode(errors="replace")
    return "\n\n".join(part for part in (prompt, text.rstrip("\n")) if part.strip())
