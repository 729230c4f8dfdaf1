r"""What others say, made harmless for a terminal.

A model, a recording or an error body may hold control characters that move the cursor, set the
title or fill the clipboard. They are shown as escapes, `\x1b` for ESC. Line ends of Windows become
those of Unix; tabs and line ends stay.
"""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""C0 without tab and line feed, DEL, C1 (ECMA-48, sections 5.2 and 5.3)."""


def harmless(text: str) -> str:
    """Show the control characters of a whole text as escapes."""
    return _CONTROL.sub(_escape, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The same, for a place that has room for one line: blanks of any kind become one space."""
    return harmless(" ".join(text.split()))


class Filter:
    """The same for a text that comes in pieces: a line end may be cut in two."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """Take the next piece; give what can be shown of it."""
        text = self._held + piece
        self._held = "\r" if text.endswith("\r") else ""
        return harmless(text.removesuffix("\r") if self._held else text)

    def end(self) -> str:
        """Give what was held back."""
        held, self._held = self._held, ""
        return harmless(held)


def _escape(match: re.Match[str]) -> str:
    return f"\\x{ord(match[0]):02x}"
