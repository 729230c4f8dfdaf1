r"""Escape control characters in untrusted text before it is written to a terminal.

A model, a recording or an error body may contain control characters that move the cursor, set the
title or fill the clipboard. They are shown as escapes, such as `\x1b` for ESC. CRLF becomes LF;
tabs and line feeds are kept.
"""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""C0 without tab and line feed, DEL, C1 (ECMA-48, sections 5.2 and 5.3)."""


def harmless(text: str) -> str:
    """Escape the control characters of a complete text."""
    return _CONTROL.sub(_escape, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Escape the control characters of a text, and turn all white space into single spaces."""
    return harmless(" ".join(text.split()))


class Filter:
    """An incremental `harmless` for a text in pieces, which may split a CRLF."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """Add a piece; return the text that can be shown."""
        text = self._held + piece
        self._held = "\r" if text.endswith("\r") else ""
        return harmless(text.removesuffix("\r") if self._held else text)

    def end(self) -> str:
        """Return the text that was held back."""
        held, self._held = self._held, ""
        return harmless(held)


def _escape(match: re.Match[str]) -> str:
    return f"\\x{ord(match[0]):02x}"
