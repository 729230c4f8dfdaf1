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
            return NOTHING_SAID
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
            return NOTHING_SAID
        _check("timeout_ms", timeout_ms)
        seconds = timeout_ms / 1000
        return cls(connect=seconds, first_event=seconds, idle=seconds)

    @classmethod
    def of_client(cls, timeout: httpx2.Timeout) -> Timeouts:
        """The limits that a caller's HTTP client was given; httpx2's own default says nothing."""
        connect, read, pool = timeout.connect, timeout.read, timeout.pool
        if (connect, read, timeout.write, pool) == (5.0, 5.0, 5.0, 5.0):
            return NOTHING_SAID
        return cls(
            connect=min((s for s in (connect, pool) if s is not None), default=None),
            first_event=read,
            idle=read,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What `Timeouts` come to for one call: seconds, or `None` for no limit."""

    connect: float | None = 10.0
    first_event: float | None = 300.0
    idle: float | None = 300.0
    total: float | None = None


def resolve(layers: Iterable[Timeouts]) -> Limits:
    """Join settings into limits; the first layer that says something of a limit wins."""
    limits = Limits()
    for layer in reversed(tuple(layers)):
        if layer is NOTHING_SAID:
            continue
        given = {field.name: getattr(layer, field.name) for field in fields(layer)}
        limits = replace(limits, **{k: v for k, v in given.items() if not isinstance(v, Unset)})
    return limits


def _check(name: str, value: object) -> None:
    if value is None or isinstance(value, Unset):
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} takes a number, not {value!r}")
    if not 0 < value < float("inf"):  # no socket takes more
        raise ValueError(f"{name} is {value!r}; give a number above 0, or None for no limit")


class Patience:
    """How long one call may still wait, and in which phase it waits."""

    __slots__ = ("_limits", "_waited", "phase", "started", "total_at")

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self.started = now
        self.total_at = None if limits.total is None else now + limits.total
        self.phase: Phase = "first_event"
        self._waited = 0.0

    @property
    def connect(self) -> float | None:
        """Seconds that connecting may take."""
        return self._limits.connect

    @property
    def first_event(self) -> float | None:
        """Seconds that the first event may take, counted from the request."""
        return self._limits.first_event

    @property
    def silence(self) -> float | None:
        """Seconds that the network may be silent at most, in whichever phase."""
        first_event, idle = self._limits.first_event, self._limits.idle
        return None if first_event is None or idle is None else max(first_event, idle)

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
        limit = self._limits.idle if self.phase == "idle" else self._limits.first_event
        at = None if limit is None else now + limit - self._waited
        if self.total_at is not None and (at is None or self.total_at < at):
            return self.total_at, "total"
        return at, self.phase


NOTHING_SAID: Final = Timeouts()


resolve_hints(__name__)
