"""The figures of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, frexp
from typing import Any, Final

_SHORTEST: Final = 1e-6  # seconds
_STEPS: Final = 32
"""Buckets between a time and its double: a quantile is off by at most 3 %."""


class Quantiles:
    """A histogram of times in seconds, whose size does not grow with their number."""

    __slots__ = ("_counts", "_total")

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._total = 0

    def add(self, seconds: float) -> None:
        """Count a time."""
        mantissa, exponent = frexp(max(seconds, _SHORTEST))
        bucket = 2 * _STEPS * exponent + int(2 * _STEPS * mantissa)
        self._counts[bucket] = self._counts.get(bucket, 0) + 1
        self._total += 1

    def quantile(self, part: float) -> float | None:
        """Return the time that a part of all times does not exceed; `None` before the first.

        Args:
            part: From 0 to 1.
        """
        left = max(1, ceil(part * self._total))
        for bucket in sorted(self._counts):
            left -= self._counts[bucket]
            if left <= 0:
                exponent, step = divmod(bucket - _STEPS, 2 * _STEPS)
                return float((step + _STEPS + 0.5) / (2 * _STEPS) * 2.0**exponent)
        return None


@dataclass(slots=True)
class Failures:
    """Rows of this run that failed with errors of one class.

    Attributes:
        count: Their number.
        number: The number of the line of the first one, from 1.
        message: What it says.
    """

    count: int
    number: int
    message: str


@dataclass(slots=True)
class Stats:
    """The figures of a run, up to now or at its end.

    Attributes:
        rows: The rows of the input; `None` until the end of a pipe or an iterable.
        done: Rows with a success, those of earlier runs included.
        failed: Rows that failed, in this run or, if they were left, in an earlier one.
        resumed: Rows that an earlier run had finished, and that were not asked again.
        requests: Requests sent by this run.
        prompt_tokens: Tokens of the prompts that this run sent, as the server counts them.
        completion_tokens: Tokens of the answers to this run.
        seconds: Seconds since this run began.
        ttft_p50: The median time to first token, in seconds; `None` before the first answer.
        ttft_p95: The time to first token that 95 % of the answers do not exceed.
        in_flight: Rows that are being asked.
        level: The number of rows that may be asked at the same time.
        failures: The rows that failed in this run, by the class of their error.
    """

    rows: int | None = None
    done: int = 0
    failed: int = 0
    resumed: int = 0
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    ttft_p50: float | None = None
    ttft_p95: float | None = None
    in_flight: int = 0
    level: int = 0
    failures: dict[str, Failures] = field(default_factory=dict[str, Failures])

    @property
    def finished(self) -> int:
        """Rows that are done or failed."""
        return self.done + self.failed

    def as_dict(self) -> dict[str, Any]:
        """Return the figures that remain after a run, as `--stats-json` writes them."""
        return {name: getattr(self, name) for name in _WRITTEN}


_WRITTEN: Final = (
    "rows",
    "done",
    "failed",
    "resumed",
    "requests",
    "prompt_tokens",
    "completion_tokens",
    "seconds",
    "ttft_p50",
    "ttft_p95",
)
