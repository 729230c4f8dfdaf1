"""When the parts of an answer came."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, frexp
from typing import Final

_STEPS: Final = 32
"""Buckets of gaps between a length and its double: a quantile is off by 3 % at most."""


class Gaps:
    """Seconds between one event and the next; 0 for events that came together.

    They are counted in buckets, so that a long stream takes no more room than a
    short one. A quantile is the mean of its bucket; `None` before the second event.

    Attributes:
        max: The longest gap, exactly; `None` before the second event.
    """

    __slots__ = ("_buckets", "_count", "max")

    def __init__(self) -> None:
        self._buckets: dict[tuple[int, int], tuple[int, float]] = {}
        self._count = 0
        self.max: float | None = None

    def add(self, seconds: float, times: int = 1) -> None:
        """Count a gap, as often as it occurred."""
        mantissa, exponent = frexp(seconds)
        bucket = exponent, int(mantissa * 2 * _STEPS)
        count, total = self._buckets.get(bucket, (0, 0.0))
        self._buckets[bucket] = count + times, total + seconds * times
        self._count += times
        self.max = max(seconds, self.max or 0.0)

    @property
    def p50(self) -> float | None:
        """Half of the gaps are at most so long."""
        return self.quantile(0.5)

    @property
    def p95(self) -> float | None:
        """95 of 100 gaps are at most so long."""
        return self.quantile(0.95)

    def quantile(self, part: float) -> float | None:
        """The length that `part` of the gaps, from 0 to 1, do not exceed."""
        left = max(1, ceil(part * self._count))
        for mean, count in self.counts():
            left -= count
            if left <= 0:
                return mean
        return None

    def counts(self) -> list[tuple[float, int]]:
        """Lengths from short to long, each with how many gaps have it: enough for a histogram."""
        return sorted((total / count, count) for count, total in self._buckets.values())

    def __len__(self) -> int:
        return self._count

    def __repr__(self) -> str:
        return f"Gaps(p50={self.p50}, p95={self.p95}, max={self.max})"


@dataclass(slots=True)
class Timing:
    """Seconds since the call, waits between attempts included; `None` for what did not happen.

    Events have the time of the read of the network that brought them.

    Attributes:
        headers: Until the head of the answer was there.
        first_event: Until the first event.
        first_content: Until the first event with content: the time to first token.
        last_event: Until the last event so far.
        total: Until the end of the answer, whichever it was.
        events: Events that arrived.
        bytes: Bytes of the body that arrived, decompressed.
        gaps: Between the events.
        completion_tokens: Of the answer; `None` until its usage was handed out.
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
        """Tokens of the answer, by the time from its first content to its last event.

        `None` where the usage is not known, or the answer came at once.
        """
        if self.completion_tokens is None or self.first_content is None or self.last_event is None:
            return None
        seconds = self.last_event - self.first_content
        return self.completion_tokens / seconds if seconds > 0 else None

    def begin(self) -> None:
        """A new answer begins; nothing of an earlier one was handed out."""
        self.first_event = self.last_event = None
        self.events = 0
        self.gaps = Gaps()

    def arrived(self, at: float, events: int) -> None:
        """Events came together."""
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
