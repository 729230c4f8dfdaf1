"""Faults by which a body breaks off or falls silent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from ..answers import DONE, Answer, End, Pause, Repeat, Step
from ..bounds import Count, Seconds
from .fault import Fault, InsertedFault
from .place import by_event

PING: Final = b": ping\n\n"
"""A comment, which is no event (WHATWG HTML, server-sent events)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(InsertedFault):
    """The connection is closed, without the end that the framing of the body promised."""

    kind = "cut"

    def steps(self) -> tuple[Step, ...]:
        """Give the end."""
        return (End("cut"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(InsertedFault):
    """The connection is reset."""

    kind = "reset"

    def steps(self) -> tuple[Step, ...]:
        """Give the end."""
        return (End("reset"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncate(InsertedFault):
    """The body ends too early, and cleanly: nothing in HTTP tells that the rest is missing."""

    kind = "truncate"

    def steps(self) -> tuple[Step, ...]:
        """Give the end."""
        return (End("clean"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(InsertedFault):
    """Nothing comes for some time.

    Attributes:
        seconds: How long; `None` until the client closes.
    """

    kind = "stall"

    seconds: Seconds | None = None

    def steps(self) -> tuple[Step, ...]:
        """Give the silence."""
        return (End("hang") if self.seconds is None else Pause(self.seconds),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pings(InsertedFault):
    """Only comments come.

    Attributes:
        every: Seconds before each of them.
        count: How many, before the answer goes on; `None` until the client closes.
    """

    kind = "pings"

    every: Seconds = 0.1
    count: Count | None = None

    def steps(self) -> tuple[Step, ...]:
        """Give the comments."""
        return (Repeat(PING, self.every, self.count),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endless(Fault):
    """The body never ends, although all events came.

    Attributes:
        every: Seconds before each of the comments that follow; `None` for silence.
    """

    kind = "endless"

    every: Seconds | None = None

    def apply(self, answer: Answer) -> Answer:
        """Go on after the last step."""
        if self.every is None:
            return replace(answer, ending="hang")
        return replace(answer, body=chain(answer.body, [Repeat(PING, self.every)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDone(Fault):
    """`data: [DONE]` is missing."""

    kind = "no-done"

    def apply(self, answer: Answer) -> Answer:
        """Leave the event out."""
        return replace(answer, body=(step for step in by_event(answer.body) if step != DONE))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFinalNewline(Fault):
    """The last event is not ended by an empty line."""

    kind = "no-final-newline"

    def apply(self, answer: Answer) -> Answer:
        """Take the line ends from the last piece."""
        return replace(answer, body=_without_last_newline(answer.body))


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIdle(Fault):
    """The connection is closed after the answer, although it was to be kept alive."""

    kind = "close-idle"

    def apply(self, answer: Answer) -> Answer:
        """Close after the end."""
        return replace(answer, ending="close" if answer.ending == "clean" else answer.ending)


def _without_last_newline(steps: Iterable[Step]) -> Iterator[Step]:
    last: list[Step] = []  # the last piece, and what is no piece after it
    for step in steps:
        if isinstance(step, bytes):
            yield from last
            last = []
        last.append(step)
    for step in last:
        yield step.rstrip(b"\r\n") if isinstance(step, bytes) else step
