"""Standard input."""

from __future__ import annotations

import sys
from typing import TextIO


def is_terminal() -> bool:
    """Return whether standard input is a terminal; a process may be started without any."""
    stream: TextIO | None = sys.stdin
    return stream is not None and not stream.closed and stream.isatty()


def discard_typed() -> None:
    """Discard the lines that were typed and not read, if standard input is a terminal of Unix."""
    if not is_terminal():
        return
    try:
        from termios import TCIFLUSH, tcflush
    except ImportError:
        return
    tcflush(sys.stdin.fileno(), TCIFLUSH)


def piped() -> str:
    """Return the text of standard input, or an empty string if it is a terminal or closed.

    The text is decoded as UTF-8, with or without a byte order mark; invalid bytes become U+FFFD,
    and CRLF becomes LF.
    """
    text = piped_bytes(-1).decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n")


def piped_bytes(limit: int) -> bytes:
    """Return standard input, at most `limit` bytes unless that is -1; empty if a terminal."""
    stream: TextIO | None = sys.stdin
    if stream is None or stream.closed or stream.isatty():
        return b""
    return stream.buffer.read(limit)


def joined(prompt: str, text: str) -> str:
    """Return the prompt with the piped text below it, invalid UTF-8 replaced by U+FFFD."""
    prompt = prompt.encode(errors="surrogateescape").decode(errors="replace")
    return "\n\n".join(part for part in (prompt, text.rstrip("\n")) if part.strip())
