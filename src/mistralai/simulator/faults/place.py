"""Places in the body of an answer, and the insertion of steps."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from ..answers import Pause, Step
from ..bounds import Count, Seconds, check, check_types, has_type

_END_OF_EVENT: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LONGEST_END: Final = 4

_Halves: TypeAlias = tuple[list[Step], list[Step]]


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """A place in a body, given by exactly one of three measures.

    Attributes:
        event: After this many complete events; 0 is before the first.
        byte: After this many bytes of the body, before its transfer encoding.
        time: After this many seconds of pauses.
    """

    event: Count | None = None
    byte: Count | None = None
    time: Seconds | None = None

    def __post_init__(self) -> None:
        measures = [value for value in (self.event, self.byte, self.time) if value is not None]
        if len(measures) != 1:
            raise ValueError("give exactly one of event, byte and time")
        check_types(self)
        check(self)

    @property
    def is_start(self) -> bool:
        """True for the start of the body."""
        return 0 in (self.event, self.byte, self.time)


START: Final = At(event=0)
"""After the head, before the first event."""


def not_a_place(value: object) -> TypeError:
    """Return the error for a value that is not an `At`, with the right form."""
    measures = ("event", "byte", "time") if has_type(value, float) else ()
    forms = [f"At({measure}={value})" for measure in measures] or ["At(event=5)"]
    *others, last = forms
    right = f"{', '.join(others)} or {last}" if others else last
    return TypeError(f"at: {value!r} is not a place; use {right}")


def insert(steps: Iterable[Step], at: At, *inserted: Step) -> Iterator[Step]:
    """Insert steps at a place; a body that ends before the place is unchanged.

    A piece that contains the place is split in two.
    """
    iterator = iter(steps)
    if at.is_start:
        yield from inserted
    else:
        measure = _Measure(at)
        for step in iterator:
            halves = measure.split(step)
            if halves is None:
                yield step
            else:
                before, after = halves
                yield from (*before, *inserted, *after)
                break
    yield from iterator


def by_event(steps: Iterable[Step]) -> Iterator[Step]:
    """Split and join pieces so that each is one event, except for an incomplete last one."""
    held = b""
    for step in steps:
        if not isinstance(step, bytes):
            yield step
            continue
        held += step
        start = 0
        for end in _END_OF_EVENT.finditer(held):
            yield held[start : end.end()]
            start = end.end()
        held = held[start:]
    if held:
        yield held


class _Measure:
    """Counts events, bytes or seconds until a place is reached.

    Args:
        at: The place; not the start.
    """

    def __init__(self, at: At) -> None:
        self._at = at
        self._events = 0
        self._bytes = 0
        self._time = 0.0
        self._tail = b""

    def split(self, step: Step) -> _Halves | None:
        """Split the step that contains the place; return `None` if the place is later."""
        match step:
            case bytes():
                offset = self._offset(step)
                return None if offset is None else _cut(step, offset)
            case Pause(seconds) if self._at.time is not None:
                left = self._at.time - self._time
                self._time += seconds
                return None if seconds < left else ([Pause(left)], [Pause(seconds - left)])
            case _:
                return None

    def _offset(self, piece: bytes) -> int | None:
        if self._at.byte is not None:
            left = self._at.byte - self._bytes
            self._bytes += len(piece)
            return left if left <= len(piece) else None
        return self._end_of_event(piece)

    def _end_of_event(self, piece: bytes) -> int | None:
        joined = self._tail + piece
        start = 0
        for end in _END_OF_EVENT.finditer(joined):
            start = end.end()
            self._events += 1
            if self._events == self._at.event:
                return start - len(self._tail)
        self._tail = joined[max(start, len(joined) - _LONGEST_END + 1) :]
        return None


def _cut(piece: bytes, offset: int) -> _Halves:
    before, after = piece[:offset], piece[offset:]
    if not before:
        return [], [after]
    if not after:
        return [before], []
    return [before], [after]
