"""A line of the screen."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """A line of the screen, without its end.

    Attributes:
        text: The text, with the escape sequences that style it.
        width: The number of columns that it occupies.
    """

    text: str
    width: int


EMPTY = Line("", 0)
