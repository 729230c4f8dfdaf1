"""Faults that interrupt a body or end it early."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from ..answers import DONE, Answer, End, Pause, Repeat, Step
from ..bounds import Count, Seconds
from .fault import Fault, InsertedFault
from .place import by_event

PING: Final = b": ping\n\n"
"""A comment, not an event (WHATWG HTML, server-sent events)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(InsertedFault):
    """The connection is closed without the end that the body's framing requires."""

    kind = "cut"

    def steps(self) -> tuple[Step, ...]:
        """Return the end."""
        return (End("cut"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(InsertedFault):
    """The connection is reset."""

    kind = "reset"

    def steps(self) -> tuple[Step, ...]:
        """Return the end."""
        return (End("reset"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncate(InsertedFault):
    """The body ends too early but cleanly: HTTP does not show that the rest is missing."""

    kind = "truncate"

    def steps(self) -> tuple[Step, ...]:
        """Return the end."""
        return (End("clean"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(InsertedFault):
    """Nothing is sent for some time.

    Attributes:
        seconds: The duration; `None` until the client closes.
    """

    kind = "stall"

    seconds: Seconds | None = None

    def steps(self) -> tuple[Step, ...]:
        """Return the silence."""
        return (End("hang") if self.seconds is None else Pause(self.seconds),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pings(InsertedFault):
    """Only comments are sent.

    Attributes:
        every: Seconds before each comment.
        count: The number of comments before the answer continues; `None` until the client closes.
    """

    kind = "pings"

    every: Seconds = 0.1
    count: Count | None = None

    def steps(self) -> tuple[Step, ...]:
        """Return the comments."""
        return (Repeat(PING, self.every, self.count),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endless(Fault):
    """The body does not end after its last event.

    Attributes:
        every: Seconds before each comment that follows; `None` for silence.
    """

    kind = "endless"

    every: Seconds | None = None

    def apply(self, answer: Answer) -> Answer:
        """Continue after the last step."""
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
    """The last event does not end with a blank line."""

    kind = "no-final-newline"

    def apply(self, answer: Answer) -> Answer:
        """Remove the line ends of the last piece."""
        return replace(answer, body=_without_last_newline(answer.body))


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIdle(Fault):
    """The connection is closed after the answer without `connection: close`."""

    kind = "close-idle"

    def apply(self, answer: Answer) -> Answer:
        """Close after the end."""
        return replace(answer, ending="close" if answer.ending == "clean" else answer.ending)


def _without_last_newline(steps: Iterable[Step]) -> Iterator[Step]:
    last: list[Step] = []  # the last piece, and steps without bytes after it
    for step in steps:
        if isinstance(step, bytes):
            yield from last
            last = []
        last.append(step)
    for step in last:
        yield step.rstrip(b"\r\n") if isinstance(step, bytes) else step
