"""The four limits of a call, and how much of them is used up."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final, Literal

from .._hints import resolve_hints
from ..types.unset import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx2

Phase = Literal["connect", "first_event", "idle", "total"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Limits in seconds, for a client or a call.

    A limit left out is inherited: a call's from the client, the client's from the
    defaults (10, 300, 300, none). `None` switches a limit off. `connect`,
    `first_event` and `idle` count only time spent waiting for the network, so that
    a slow reader harms nothing.

    Attributes:
        connect: Until there is a connection: a place in the pool, DNS, TCP and TLS.
        first_event: From the request being sent to the first event with content, headers
            included; for a call that does not stream, to the end of the answer.
        idle: Between two events with content; pings and comments are none. Mistral sends
            a whole tool call as one event, so minutes of silence are healthy.
        total: From the call to the end, waits between attempts included.
    """

    connect: float | Unset | None = UNSET
    first_event: float | Unset | None = UNSET
    idle: float | Unset | None = UNSET
    total: float | Unset | None = UNSET

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(f"timeouts.{field.name}", getattr(self, field.name))

    @classmethod
    def of(cls, timeouts: Timeouts | Unset | None) -> Timeouts:
        """The limits that a `timeouts` sets.

        Raises:
            TypeError: It is no `Timeouts`.
        """
        if timeouts is None or isinstance(timeouts, Unset):
            return ALL_INHERITED
        if not isinstance(timeouts, cls):
            raise TypeError(f"timeouts takes a Timeouts, not {timeouts!r}")
        return timeouts

    @classmethod
    def of_ms(cls, timeout_ms: float | Unset | None) -> Timeouts:
        """The limits that a `timeout_ms` sets: the first three.

        Raises:
            TypeError: It is no number.
            ValueError: It is not above 0.
        """
        if timeout_ms is None or isinstance(timeout_ms, Unset):
            return ALL_INHERITED
        _check("timeout_ms", timeout_ms)
        seconds = timeout_ms / 1000
        return cls(connect=seconds, first_event=seconds, idle=seconds)

    @classmethod
    def of_client(cls, timeout: httpx2.Timeout) -> Timeouts:
        """The limits that a caller's HTTP client was given; httpx2's own default says nothing."""
        connect, read, pool = timeout.connect, timeout.read, timeout.pool
        if (connect, read, timeout.write, pool) == (5.0, 5.0, 5.0, 5.0):
            return ALL_INHERITED
        return cls(
            connect=min((s for s in (connect, pool) if s is not None), default=None),
            first_event=read,
            idle=read,
        )


def resolve(layers: Iterable[Timeouts]) -> Timeouts:
    """Merge settings and the defaults into timeouts of which every one is set.

    Args:
        layers: From the one that counts most to the one that counts least.
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


def _check(name: str, value: object) -> None:
    if value is None or isinstance(value, Unset):
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} takes a number, not {value!r}")
    if not 0 < value < float("inf"):  # no socket takes more
        raise ValueError(f"{name} is {value!r}; give a number above 0, or None for no limit")


class CallClock:
    """How long one call may still wait, and in which phase it waits."""

    __slots__ = (
        "_idle",
        "_waited",
        "connect",
        "first_event",
        "phase",
        "started",
        "total",
        "total_at",
    )

    def __init__(self, timeouts: Timeouts, now: float) -> None:
        """Start the clock.

        Args:
            timeouts: The timeouts of the call, as `resolve` returns them.
            now: The moment of the call.
        """
        self.connect = _seconds(timeouts.connect)
        self.first_event = _seconds(timeouts.first_event)
        self._idle = _seconds(timeouts.idle)
        self.total = _seconds(timeouts.total)
        self.started = now
        self.total_at = None if self.total is None else now + self.total
        self.phase: Phase = "first_event"
        self._waited = 0.0

    @property
    def silence(self) -> float | None:
        """Seconds that the network may be silent at most, in whichever phase."""
        if self.first_event is None or self._idle is None:
            return None
        return max(self.first_event, self._idle)

    def sent(self) -> None:
        """A request goes out: its first event is waited for anew."""
        self.phase = "first_event"
        self._waited = 0.0

    def content(self) -> None:
        """An event with content came."""
        self.phase = "idle"
        self._waited = 0.0

    def waited(self, seconds: float) -> None:
        """The network was waited for."""
        self._waited += seconds

    def deadline(self, now: float) -> tuple[float | None, Phase]:
        """The moment at which waiting that begins now must end, and the limit that says so."""
        limit = self._idle if self.phase == "idle" else self.first_event
        at = None if limit is None else now + limit - self._waited
        if self.total_at is not None and (at is None or self.total_at < at):
            return self.total_at, "total"
        return at, self.phase


def _seconds(value: float | Unset | None) -> float | None:
    assert not isinstance(value, Unset), "timeouts that were not resolved"
    return value


ALL_INHERITED: Final = Timeouts()
DEFAULTS: Final = Timeouts(connect=10.0, first_event=300.0, idle=300.0, total=None)
_NAMES: Final = ("connect", "first_event", "idle", "total")


resolve_hints(__name__)
