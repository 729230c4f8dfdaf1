"""The text that an answer repeats when it continues one."""

from __future__ import annotations


class Echo:
    """Removes the beginning of an answer that repeats the text which it continues.

    The API repeats it, in one piece or several, with or without the whitespace at its end; other
    servers begin with the new text.

    Args:
        text: The text that is continued; empty if none is.
    """

    def __init__(self, text: str) -> None:
        self.stem = text.rstrip()
        self._space = text[len(self.stem) :]
        self._matched = 0

    def new(self, piece: str) -> str:
        """Return the new text in the next piece of the answer."""
        left = len(self.stem) - self._matched
        if left > 0:
            repeated = piece[:left]
            if not self.stem.startswith(repeated, self._matched):
                held = self.stem[: self._matched]
                self.stem = self._space = ""
                return held + piece
            self._matched += len(repeated)
            piece = piece[left:]
        while piece and self._space:
            self._space, expected = self._space[1:], self._space[0]
            if piece[0] != expected:
                self._space = ""
            else:
                piece = piece[1:]
        return piece
