"""When the parts of an answer were received."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, frexp
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ..models import ConversationUsageInfo, UsageInfo

_STEPS: Final = 32
"""Buckets between a gap and its double: a quantile is off by at most 3 %."""


class Gaps:
    """A histogram of the seconds between one event and the next.

    Events that were received together have a gap of 0 between them. Gaps are counted in
    buckets, so that a long stream takes no more memory than a short one.

    Attributes:
        max: The longest gap, exact; `None` before the second event.
    """

    __slots__ = ("_buckets", "_count", "max")

    def __init__(self) -> None:
        self._buckets: dict[int, list[float]] = {}  # how many gaps, and their sum
        self._count = 0
        self.max: float | None = None

    def add(self, seconds: float, times: int = 1) -> None:
        """Count a gap, once or several times."""
        mantissa, exponent = frexp(seconds)
        number = 2 * _STEPS * exponent + int(2 * _STEPS * mantissa)
        bucket = self._buckets.get(number)
        if bucket is None:
            self._buckets[number] = [times, seconds * times]
        else:
            bucket[0] += times
            bucket[1] += seconds * times
        self._count += times
        if self.max is None or seconds > self.max:
            self.max = seconds

    @property
    def p50(self) -> float | None:
        """The median gap, or `None` before the second event."""
        return self.quantile(0.5)

    @property
    def p95(self) -> float | None:
        """The gap that 95 % of the gaps do not exceed, or `None` before the second event."""
        return self.quantile(0.95)

    def quantile(self, part: float) -> float | None:
        """Return the gap that a part of all gaps does not exceed: the mean of its bucket.

        Args:
            part: From 0 to 1.
        """
        left = max(1, ceil(part * self._count))
        for mean, count in self.counts():
            left -= count
            if left <= 0:
                return mean
        return None

    def counts(self) -> list[tuple[float, int]]:
        """Return lengths in ascending order, each with the number of gaps of that length."""
        return sorted((total / count, int(count)) for count, total in self._buckets.values())

    def __len__(self) -> int:
        return self._count

    def __repr__(self) -> str:
        return f"Gaps(p50={self.p50}, p95={self.p95}, max={self.max})"


@dataclass(slots=True)
class Timing:
    """Seconds from the call to the parts of its answer, waits between attempts included.

    The time of an event is that of the read of the network that brought it. A time is `None`
    until there is one.

    Attributes:
        headers: To the response headers.
        first_event: To the first event.
        first_content: To the first event with content: the time to first token.
        last_event: To the last event so far.
        total: To the end of the call, whether it succeeded or not.
        events: The number of events received.
        bytes: The number of bytes of the body received, decompressed.
        gaps: The gaps between the events.
        completion_tokens: Tokens of the answer; `None` until the event with the usage was taken.
    """

    headers: float | None = None
    first_event: float | None = None
    first_content: float | None = None
    last_event: float | None = None
    total: float | None = None
    events: int = 0
    bytes: int = 0
    gaps: Gaps = field(default_factory=Gaps)
    completion_tokens: int | None = None

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens of the answer per second from its first content to its last event.

        `None` if the usage is not known, or all events were received at the same time.
        """
        if self.completion_tokens is None or self.first_content is None or self.last_event is None:
            return None
        seconds = self.last_event - self.first_content
        return self.completion_tokens / seconds if seconds > 0 else None

    def restart_events(self) -> None:
        """Forget the events of an attempt whose answer is replaced by another."""
        if self.events:
            self.first_event = self.last_event = None
            self.events = 0
            self.gaps = Gaps()

    def record_usage(self, usage: UsageInfo | ConversationUsageInfo) -> None:
        """Note the tokens of the answer."""
        if isinstance(usage.completion_tokens, int):
            self.completion_tokens = usage.completion_tokens

    def record_events(self, at: float, events: int) -> None:
        """Note that one read brought some events.

        Args:
            at: When, in seconds since the call.
            events: How many.
        """
        if self.last_event is None:
            self.first_event = at
        else:
            self.gaps.add(at - self.last_event)
        if events > 1:
            self.gaps.add(0.0, events - 1)
        self.last_event = at
        self.events += events

    def __str__(self) -> str:
        moments = {
            "headers": self.headers,
            "first content": self.first_content,
            "total": self.total,
        }
        parts = [f"{name} {at:.3f} s" for name, at in moments.items() if at is not None]
        return ", ".join((*parts, f"{self.events} events", f"{self.bytes} bytes"))
