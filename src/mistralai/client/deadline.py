"""A timeout that moves.

httpcore2 hands a timeout on to each read, but takes it once a body, so a number
cannot move while an answer comes in, nor be one limit for a whole head. A
`Deadline` passes for the number, and a connection of this package asks it, at each
wait, how long it may last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable

FOR_EVER: Final = 1e6
"""Seconds; no limit, to code that takes a number."""

_NEVER_NOW: Final = 0.001
"""Seconds; a wait that is late may still take what is already there."""


class Deadline(float):
    """A timeout that moves.

    As a number it is the seconds that it was made with.

    Attributes:
        at: The moment of the clock at which waiting ends, or `None`.
        stream: The connection that the request went over, once it is sent.
        received: Whether anything came back.
    """

    __slots__ = ("_clock", "at", "received", "stream")

    at: float | None
    stream: Any
    received: bool
    _clock: Callable[[], float]

    def __new__(cls, seconds: float | None, clock: Callable[[], float]) -> Self:
        """Make one that ends in so many seconds from now, or never."""
        self = super().__new__(cls, FOR_EVER if seconds is None else seconds)
        self.at = None if seconds is None else clock() + seconds
        self.stream = None
        self.received = False
        self._clock = clock
        return self

    def begin(self, seconds: float | None, until: float | None) -> None:
        """End in so many seconds from now, and no later than a moment."""
        self.at = until
        if seconds is not None:
            at = self._clock() + seconds
            self.at = at if until is None else min(at, until)

    @property
    def passed(self) -> bool:
        """True once the moment has passed."""
        return self.at is not None and self._clock() >= self.at

    def left(self) -> float | None:
        """Seconds until the moment, at least enough to take what is already there."""
        return None if self.at is None else max(_NEVER_NOW, self.at - self._clock())


def left(timeout: float | None) -> float | None:
    """The seconds of a timeout as of now."""
    return timeout.left() if isinstance(timeout, Deadline) else timeout
