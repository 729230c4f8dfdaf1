r"""Escape control characters in untrusted text before it is written to a terminal.

A model, a recording or an error body may contain control characters that move the cursor, set the
title or fill the clipboard. They are shown as escapes, such as `\x1b` for ESC. CRLF becomes LF;
tabs and line feeds are kept.
"""

from __future__ import annotations

from ..client._control import harmless

__all__ = ["Filter", "harmless", "one_line"]


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
