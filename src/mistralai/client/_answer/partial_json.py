"""JSON that is still growing: what it says so far, and the elements of a list as they end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import from_json

if TYPE_CHECKING:
    from collections.abc import Iterator

_SMALL: Final = 4096
_GROWTH: Final = 64


class GrowingJSON:
    """Text that grows into JSON, read again and again at a linear cost.

    Up to 4 KiB it is read after any growth, beyond only when it grew by a 64th.
    """

    __slots__ = ("_pieces", "_read", "_size")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0
        self._read = 0  # its size when it was read last

    @property
    def text(self) -> str:
        """The text so far."""
        self._pieces[:] = ["".join(self._pieces)]
        return self._pieces[0]

    def add(self, piece: str) -> None:
        """Take the next piece."""
        self._pieces.append(piece)
        self._size += len(piece)

    def partial(self, *, last: bool = False) -> Any:
        """What it says so far, open strings included; `None` if it has nothing new to say.

        Args:
            last: Nothing more will come, so that all growth counts.
        """
        grown = self._size - self._read
        wait = not last and self._size > _SMALL and grown * _GROWTH < self._read
        if not grown or wait:
            return None
        self._read = self._size
        try:
            return from_json(self.text, allow_partial="trailing-strings")
        except ValueError:  # it does not begin like JSON, or not yet
            return None


_HEAD: Final = '{"items":['
_OUTSIDE = re.compile(r'["{}\[\],]')
_INSIDE = re.compile(r'["\\]')


class ItemScanner:
    """Finds the elements of the list in `{"items": [...]}` as soon as each is complete.

    It looks at each character once. Whether the text is JSON is for others to say.
    """

    __slots__ = ("_depth", "_escaped", "_head", "_pieces", "_quoted", "over")

    def __init__(self) -> None:
        self._head = 0  # characters of what opens the list that came
        self._depth = 0  # inside the element
        self._quoted = False
        self._escaped = False
        self._pieces: list[str] = []  # of the element that is open
        self.over = False  # the list ended, or it is none

    def feed(self, text: str) -> list[str]:
        """Take the next piece; give the JSON of each element that it completes."""
        return [*self._elements(text, self._open(text))]

    def _open(self, text: str) -> int:
        """Look for the beginning of the list; give the place from which this piece is of it."""
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
            ends = False  # whether what was found is the end of an element, or stands after one
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
        """See a character outside of strings: whether an element ends, and where."""
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
        """Look for the end of a string; give the place after it, or the end of the piece."""
        position += self._escaped
        self._escaped = False
        while found := _INSIDE.search(text, position):
            if found[0] == '"':
                self._quoted = False
                return found.end()
            position = found.end() + 1
            self._escaped = position > len(text)
        return len(text)
