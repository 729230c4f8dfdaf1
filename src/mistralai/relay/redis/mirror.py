"""A run as a process knows it, for all its readers, without I/O.

Theory of operation. A mirror reads the stream of its run from the beginning, and what it is told of
the state decides what is to be done when the stream is silent:

- the run produces and its lease exists: look again when the lease would end;
- it produces and has no lease: it is dead, if leases count after an outage;
- it has ended, and the stream brings the end; or brings nothing more, because Redis went back
  behind what this process has read: the end is made from the state;
- its stream is gone, as where Redis evicted it: what this process has not read is a gap;
- the state is of another run or gone: the end may still be in the stream; if it is not, the log is
  lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, cast

from ..endings import ENDED, LOST, STOPPED
from ..errors import StoreUnavailableError
from ..frames import End
from ..log import Log
from ..sizes import size_of
from .entries import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..frames import EndStatus
    from .keys import Keys
    from .settings import Settings

_MARGIN: Final = 0.05
"""How many seconds after the end of a lease it is looked at, so that it has gone by then."""

_LOOK_AGAIN: Final = 0.5
_LOOKS_WITHOUT_STATE: Final = 3


@dataclass(frozen=True, slots=True)
class Look:
    """The state of an answer, as `LOOK` returns it.

    Attributes:
        run: The run whose log is kept.
        produces: True if it has not ended.
        base: The number before its first event.
        last: The number of its newest event.
        end: Its status, `""` if it has not ended.
        lease: How many seconds its lease lasts, negative if there is none.
        seen_at: When that was so, in milliseconds by the clock of Redis.
        has_stream: True if its stream exists.
        counted: True if its producer stops when the last reader has left.
    """

    run: str
    produces: bool
    base: int
    last: int
    end: str
    lease: float
    seen_at: int
    has_stream: bool
    counted: bool

    @classmethod
    def of(cls, reply: Sequence[Any]) -> Look | None:
        """Return what a reply says; `None`: there is no such log.

        Raises:
            StoreUnavailableError: No relay has written this state.
        """
        if not reply:
            return None
        try:
            run, produces, base, last, end, lease, seen_at, has_stream, counted = reply
        except ValueError:
            raise StoreUnavailableError(
                "the log of this answer is damaged: no relay has written its state"
            ) from None
        look = cls(
            *(run.decode(), bool(produces), base, last, end.decode(), lease / 1000),
            *(seen_at, bool(has_stream), bool(counted)),
        )
        # A log whose events have expired, though its state has not, is not there.
        return look if look.produces or look.has_stream else None

    @property
    def dead(self) -> bool:
        """True if the run produces and nothing says that its producer lives."""
        return self.produces and self.lease < 0


class Next(Enum):
    """The next step for a mirror."""

    WAIT = auto()
    LOSE = auto()


class Mirror:
    """The log of a run in this process, and its place in the stream.

    Attributes:
        keys: The keys of the answer.
        run: The run.
        stream: The name of its stream.
        log: What its readers read.
        readers: How many they are.
        due: When the state is to be looked at, by the clock of the store.
    """

    def __init__(self, keys: Keys, look: Look, settings: Settings) -> None:
        self.keys = keys
        self.run = look.run
        self.stream = keys.log(look.run)
        self.log = Log(look.base, settings.max_bytes)
        self.readers = 0
        self._lease = settings.lease
        self._counted = look.counted
        self._without_state = 0
        self.due = self._after(settings.clock(), look.lease)
        self._skip_what_vanished(look)

    def take(self, entries: Iterable[tuple[bytes, Sequence[bytes]]]) -> None:
        """Add the entries of the stream, in their order; known events are left out."""
        for name, fields in entries:
            last = int(name.partition(b"-")[2])
            if last <= self.log.last or self.log.end is not None:
                continue
            self.add(last, fields[1])

    def add(self, last: int, data: bytes) -> None:
        """Add an entry whose last event has a number."""
        events = decode(data)
        first = last - len(events) + 1
        if first > self.log.last + 1:
            self.log.skip(first - 1)
        new = events[self.log.last + 1 - first :]
        self.log.append((event, size_of(event)) for event in new)

    def ended_early(self, look: Look) -> bool:
        """Return whether readers here were told of an end while the log continues in Redis."""
        return self.log.end is not None and (look.produces or look.last > self.log.last)

    def _after(self, now: float, lease: float) -> float:
        # Redis forgets readers that do not renew their membership, as it forgets producers.
        longest = self._lease / 3 if self._counted else self._lease
        return now + min(max(lease, 0.0), longest) + _MARGIN

    def on_entries(self, now: float) -> None:
        """Note that entries have come: what wrote them has renewed the lease."""
        if not self._counted:
            self.due = self._after(now, self._lease)

    def told(self, look: Look | None, now: float, *, leases_count: bool, patience: float) -> Next:
        """Take in the state, and return the next step."""
        if look is None or look.run != self.run:
            self._without_state += 1
            self.due = now + _LOOK_AGAIN
            if self._without_state >= _LOOKS_WITHOUT_STATE:
                self._end(LOST)
            return Next.WAIT
        self._without_state = 0
        self._skip_what_vanished(look)
        if look.dead:
            if leases_count:
                self.due = now + _LOOK_AGAIN
                return Next.LOSE
            self.due = self._after(now, patience)
        elif look.produces:
            self.due = self._after(now, look.lease)
        else:
            self._told_of_end(look)
            self.due = now + _LOOK_AGAIN
        return Next.WAIT

    def _skip_what_vanished(self, look: Look) -> None:
        if look.last > self.log.last and not look.has_stream:
            self.log.skip(look.last)

    def _told_of_end(self, look: Look) -> None:
        if look.last > self.log.last:
            return
        known = {end.status: end for end in (ENDED, STOPPED, LOST)}
        status = cast("EndStatus", look.end)
        self._end(known.get(status) or End(status, "The answer ended with an error."))

    def _end(self, end: End) -> None:
        if self.log.end is None:
            self.log.break_off(end)
