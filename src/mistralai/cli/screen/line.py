"""A line of the screen."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """A line of the screen, without its end.

    Attributes:
        text: With the sequences that style it.
        width: The columns it takes.
    """

    text: str
    width: int


EMPTY = Line("", 0)
