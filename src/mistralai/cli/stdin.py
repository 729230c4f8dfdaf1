"""What is piped into a command."""

from __future__ import annotations

import sys


def piped() -> str:
    """The text of standard input; nothing where that is a terminal, or closed.

    It is read as UTF-8, with or without a byte order mark; what is none stands as U+FFFD.
    Line ends become those of Unix.
    """
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():  # pyright: ignore[reportUnnecessaryComparison] - None where the process began without it
        return ""
    text = sys.stdin.buffer.read().decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n")


def joined(prompt: str, text: str) -> str:
    """A prompt with what was piped in below it."""
    return "\n\n".join(part for part in (prompt, text.rstrip("\n")) if part.strip())
