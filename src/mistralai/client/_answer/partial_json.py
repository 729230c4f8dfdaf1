"""JSON that is still growing: its value so far, and the elements of a list as they end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import from_json

if TYPE_CHECKING:
    from collections.abc import Iterator

_SMALL: Final = 4096  # characters up to which the text is parsed after any growth
_GROWTH: Final = 64  # beyond, it is parsed once it has grown by this fraction


class GrowingJSON:
    """Text that grows into JSON, parsed again and again at a cost that is linear in its size.

    Up to 4 KiB it is parsed after any growth, beyond that only when it grew by a 64th.
    """

    __slots__ = ("_parsed", "_pieces", "_size")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0
        self._parsed = 0  # its size when it was parsed last

    @property
    def text(self) -> str:
        """The text so far."""
        self._pieces[:] = ["".join(self._pieces)]
        return self._pieces[0]

    def add(self, piece: str) -> None:
        """Add the next piece."""
        self._pieces.append(piece)
        self._size += len(piece)

    def partial(self, *, last: bool = False) -> Any:
        """Return its value so far, open strings included, or `None` if there is nothing new.

        Args:
            last: Whether the text is complete, so that any growth counts.
        """
        grown = self._size - self._parsed
        if not grown:
            return None
        if not last and self._size > _SMALL and grown * _GROWTH < self._parsed:
            return None
        self._parsed = self._size
        try:
            return from_json(self.text, allow_partial="trailing-strings")
        except ValueError:  # it does not begin like JSON, or not yet
            return None


_HEAD: Final = '{"items":['
_OUTSIDE = re.compile(r'["{}\[\],]')
_INSIDE = re.compile(r'["\\]')


class ItemScanner:
    """A scanner that finds the elements of the list in `{"items": [...]}` as each is complete.

    It looks at each character once, and does not check that the text is JSON.

    Attributes:
        over: Whether the list has ended, or the text does not begin with one.
    """

    __slots__ = ("_depth", "_escaped", "_head", "_pieces", "_quoted", "over")

    def __init__(self) -> None:
        self._head = 0  # characters of `_HEAD` that were seen
        self._depth = 0  # of brackets inside the element
        self._quoted = False
        self._escaped = False
        self._pieces: list[str] = []  # of the element that is open
        self.over = False

    def feed(self, text: str) -> list[str]:
        """Add the next piece and return the JSON of each element that it completes."""
        return [*self._elements(text, self._open(text))]

    def _open(self, text: str) -> int:
        """Look for the beginning of the list; return the position up to which the text was read."""
        position = 0
        while position < len(text) and self._head < len(_HEAD) and not self.over:
            character = text[position]
            if not character.isspace():
                self.over = character != _HEAD[self._head]
                self._head += 1
            position += 1
        return position

    def _elements(self, text: str, start: int) -> Iterator[str]:
        position = start
        while position < len(text) and not self.over:
            ends = False  # whether an element ends at `end`
            if self._quoted:
                position = self._string(text, position)
                ends = not self._quoted and not self._depth
                end = position
            elif found := _OUTSIDE.search(text, position):
                position = found.end()
                ends, end = self._outside(found)
            else:
                break
            if ends:
                element = "".join((*self._pieces, text[start:end])).strip()
                self._pieces.clear()
                start = position
                if element:
                    yield element
        self._pieces.append(text[start:])

    def _outside(self, found: re.Match[str]) -> tuple[bool, int]:
        """Handle a character outside of strings; return whether an element ends, and where."""
        character = found[0]
        if character == '"':
            self._quoted = True
        elif character in "{[":
            self._depth += 1
        elif not self._depth:
            self.over = character != ","
            return True, found.start()
        elif character != ",":
            self._depth -= 1
            return not self._depth, found.end()
        return False, found.end()

    def _string(self, text: str, position: int) -> int:
        """Return the position after the end of a string, or the end of the piece."""
        if self._escaped:  # the piece before ended with a backslash
            position += 1
            self._escaped = False
        while found := _INSIDE.search(text, position):
            if found[0] == '"':
                self._quoted = False
                return found.end()
            position = found.end() + 1
            self._escaped = position > len(text)
        return len(text)
