"""Time in one call: the timeouts that the caller set, and the clock that applies them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from .._hints import resolve_hints
from ..types.unset import UNSET, Unset
from .steps import Read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import httpx2

Phase = Literal["connect", "first_event", "idle", "total"]

LATE_READ_LIMIT: Final = 16 * 1024 * 1024
"""Bytes that may be read after `total` expired: more than all buffers on the way hold."""

_TIMER_SLACK: Final = 0.005
"""Seconds by which a timer may fire early."""

_SHORTEST_TIMEOUT: Final = 0.001
"""Seconds: a request that is sent after `total` expired fails as a timeout, and not as an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Timeouts in seconds, for a client or a call.

    A timeout left out is inherited: a call's from the client, the client's from the
    defaults (10, 300, 300, none). `None` disables a timeout. `connect`, `first_event` and
    `idle` count only time spent waiting for the network, so that a slow reader is not
    penalised.

    Attributes:
        connect: Until there is a connection: a place in the pool, DNS, TCP and TLS.
        first_event: From the request being sent to the first event with content, headers
            included; for a call that does not stream, to the end of the answer.
        idle: Between two events with content; pings and comments do not count. Mistral sends
            a whole tool call as one event, so minutes of silence are normal.
        total: From the call to the end, waits between attempts included.
    """

    connect: float | Unset | None = UNSET
    first_event: float | Unset | None = UNSET
    idle: float | Unset | None = UNSET
    total: float | Unset | None = UNSET

    def __post_init__(self) -> None:
        for name in _NAMES:
            _check(f"timeouts.{name}", getattr(self, name))

    @classmethod
    def of(cls, timeouts: Timeouts | Unset | None) -> Timeouts:
        """Return the timeouts that a `timeouts=` sets.

        Raises:
            TypeError: The value is not a `Timeouts`.
        """
        if timeouts is None or isinstance(timeouts, Unset):
            return ALL_INHERITED
        if not isinstance(timeouts, cls):
            raise TypeError(f"timeouts takes a Timeouts, not {timeouts!r}")
        return timeouts

    @classmethod
    def of_ms(cls, timeout_ms: float | Unset | None) -> Timeouts:
        """Return the timeouts that a `timeout_ms=` sets: the first three.

        Raises:
            TypeError: The value is not a number.
            ValueError: The value is not above 0.
        """
        if timeout_ms is None or isinstance(timeout_ms, Unset):
            return ALL_INHERITED
        _check("timeout_ms", timeout_ms)
        seconds = timeout_ms / 1000
        return cls(connect=seconds, first_event=seconds, idle=seconds)

    @classmethod
    def of_client(cls, timeout: httpx2.Timeout) -> Timeouts:
        """Return the timeouts that a caller's HTTP client sets.

        httpx2's own default sets none: nobody chose it.
        """
        connect, read, pool = timeout.connect, timeout.read, timeout.pool
        if (connect, read, timeout.write, pool) == (5.0, 5.0, 5.0, 5.0):
            return ALL_INHERITED
        return cls(connect=earlier(connect, pool), first_event=read, idle=read)


def resolve(layers: Iterable[Timeouts]) -> Timeouts:
    """Merge settings and the defaults into timeouts that are all set.

    Args:
        layers: The settings, the most specific one first.
    """
    values: dict[str, float | None] = {}
    for layer in layers:
        if layer is ALL_INHERITED:
            continue
        for name in _NAMES:
            value = getattr(layer, name)
            if not isinstance(value, Unset):
                values.setdefault(name, value)
    return replace(DEFAULTS, **values) if values else DEFAULTS


def earlier(one: float | None, other: float | None) -> float | None:
    """Return the smaller of two timeouts or deadlines; `None` is unlimited."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


class CallClock:
    """The clock of one call: how long it may still wait, and which timeout says so.

    Time counts while the call waits for the network: from `begin_request` to `end_request`,
    and from `begin_wait` through each `end_read`.

    Attributes:
        now: Returns the present moment.
        started: The moment of the call.
        total_at: The moment at which `total` expires, or `None`.
        phase: The timeout that the current wait is subject to.
        read_at: The moment at which the network was last waited for with success.
        content_at: The moment of the last event with content, or `None`.
    """

    __slots__ = (
        "_connect",
        "_first_event",
        "_idle",
        "_late_bytes",
        "_timeout",
        "_timer",
        "_total",
        "_waited",
        "_waiting_since",
        "content_at",
        "now",
        "phase",
        "read_at",
        "started",
        "total_at",
    )

    def __init__(self, timeouts: Timeouts, now: Callable[[], float]) -> None:
        """Start the clock.

        Args:
            timeouts: The timeouts of the call, as `resolve` returns them.
            now: Returns the seconds of a monotonic clock.
        """
        self._connect = _seconds(timeouts.connect)
        self._first_event = _seconds(timeouts.first_event)
        self._idle = _seconds(timeouts.idle)
        self._total = _seconds(timeouts.total)
        self._late_bytes = 0  # that were read after `total` expired
        self._timer: Phase = "first_event"  # the timer that runs, beside `total`
        self._timeout = self._first_event  # its timeout
        self._waited = 0.0  # how much of it is used up
        self.now = now
        self.started = self._waiting_since = self.read_at = now()
        self.total_at = None if self._total is None else self.started + self._total
        self.phase: Phase = "first_event"
        self.content_at: float | None = None

    @property
    def timeout(self) -> float | None:
        """The seconds of the timeout that the current wait is subject to."""
        timeouts = {
            "connect": self._connect,
            "first_event": self._first_event,
            "idle": self._idle,
            "total": self._total,
        }
        return timeouts[self.phase]

    @property
    def expired(self) -> bool:
        """True once `total` has expired."""
        return self.total_at is not None and self.now() >= self.total_at - _TIMER_SLACK

    def begin_request(self) -> tuple[float | None, float | None, float | None]:
        """Restart the first-event timer, and return the timeouts for sending a request.

        Returns:
            Those for connecting, for the response headers, and for a single read of the body.
        """
        self._timer = self.phase = "first_event"
        self._timeout = first_event = self._first_event
        self._waited = 0.0
        self._waiting_since = now = self.now()
        silence = None
        if first_event is not None and self._idle is not None:
            silence = max(first_event, self._idle)
        if self.total_at is None:
            return self._connect, first_event, silence
        left = max(_SHORTEST_TIMEOUT, self.total_at - now)
        return earlier(self._connect, left), earlier(first_event, left), earlier(silence, left)

    def end_request(self, waited: float | None) -> None:
        """Count the wait for the response headers.

        Args:
            waited: Seconds since the request was sent, connecting excluded, if that is known.
        """
        now = self.now()
        self._waited += now - self._waiting_since if waited is None else waited
        self._waiting_since = self.read_at = now

    def begin_wait(self) -> None:
        """Start to count again: the time since the last read was the caller's."""
        self._waiting_since = self.now()

    def next_read(self, until: float | None = None) -> Read:
        """Return the next read with its deadline, and set `phase` to the timeout behind that.

        Args:
            until: A moment at which the read must end in any case.
        """
        deadline, self.phase = None, self._timer
        if self._timeout is not None:
            deadline = self._waiting_since + self._timeout - self._waited
        late = False
        if self.total_at is not None and (deadline is None or self.total_at < deadline):
            deadline, self.phase = self.total_at, "total"
            # A slow caller may still drain data buffered before `total` expired, but neither an
            # endless run of pings nor more than the buffers can have held.
            late = self._late_bytes < LATE_READ_LIMIT
        return Read(deadline if until is None else earlier(deadline, until), late)

    def end_read(self, size: int) -> None:
        """Count the wait for a read that returned so many bytes."""
        since, now = self._waiting_since, self.now()
        self._waited += now - since
        if self.total_at is not None and since >= self.total_at:
            self._late_bytes += size
        self._waiting_since = self.read_at = now

    def record_content(self) -> None:
        """Restart the idle timer: the last read brought an event with content."""
        self._timer = "idle"
        self._timeout = self._idle
        self._waited = 0.0
        self.content_at = self.read_at


def _check(name: str, value: object) -> None:
    if value is None or isinstance(value, Unset):
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} takes a number, not {value!r}")
    if not 0 < value < float("inf"):  # a socket takes no other timeout
        raise ValueError(f"{name} is {value!r}; give a number above 0, or None for no limit")


def _seconds(value: float | Unset | None) -> float | None:
    assert not isinstance(value, Unset), "timeouts that were not resolved"
    return value


_NAMES: Final = ("connect", "first_event", "idle", "total")

ALL_INHERITED: Final = Timeouts()
"""Timeouts that leave all of them to the next setting."""

DEFAULTS: Final = Timeouts(connect=10.0, first_event=300.0, idle=300.0, total=None)
"""The timeouts of a call for which nothing was set."""


resolve_hints(__name__)
