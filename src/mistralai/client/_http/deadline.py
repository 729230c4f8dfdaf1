"""A timeout that moves.

httpx2 hands a request's timeouts to its transport as numbers, where the limits of a stream move
with its events, and one limit may cover several waits. A `Deadline` passes for the number, and the
transports of this package ask it, before each wait, how long that may last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable

FOREVER: Final = 1e6
"""Seconds; no limit, to code that takes a number."""

_NEVER_ZERO: Final = 0.001
"""Seconds; a late wait may still take buffered bytes."""


class Deadline(float):
    """A timeout that moves.

    As a number it is the seconds that it was made with.

    Attributes:
        at: The moment of the clock at which waiting ends, or `None`.
    """

    __slots__ = ("_clock", "at")

    at: float | None
    _clock: Callable[[], float]

    def __new__(cls, seconds: float | None, clock: Callable[[], float]) -> Self:
        """Make one that ends in so many seconds from now, or never."""
        self = super().__new__(cls, FOREVER if seconds is None else seconds)
        self.at = None if seconds is None else clock() + seconds
        self._clock = clock
        return self

    def begin(self, seconds: float | None, until: float | None) -> None:
        """End in so many seconds from now, and no later than a moment of the clock."""
        self.at = until
        if seconds is not None:
            at = self._clock() + seconds
            self.at = at if until is None else min(at, until)

    @property
    def passed(self) -> bool:
        """True once the moment has passed."""
        return self.at is not None and self._clock() >= self.at

    def left(self) -> float | None:
        """Return the seconds until the moment, at least enough to take buffered bytes."""
        return None if self.at is None else max(_NEVER_ZERO, self.at - self._clock())


def left(timeout: float | None) -> float | None:
    """Return the seconds of a timeout as of now; a plain number is one for each wait."""
    return timeout.left() if isinstance(timeout, Deadline) else timeout
