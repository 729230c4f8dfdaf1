"""The limits of a run, as its user sets them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_ROWS_FOR_PERCENT: Final = 100
_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a run.

    Attributes:
        concurrency: The most rows that are asked at the same time. The run finds the level up to
            this one.
        requests_per_second: The most requests per second; `None` for no limit. Over any two
            seconds there are at most two seconds' worth and one.
        requests_per_minute: The same per minute. They are spread over it.
        tokens_per_minute: The most tokens per minute, of prompts and answers; `None` for no limit.
        attempts: The most requests for a row. A 429 is not counted.
        row_timeout: The most seconds that a row may take, from its first request, waits included.
        max_errors: The most rows that may fail: a number, or a percentage such as `"5%"`, which
            applies after 100 rows. One more stops the run. `None` for no limit.
    """

    concurrency: int = 128
    requests_per_second: float | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    attempts: int = 3
    row_timeout: float = 900.0
    max_errors: int | str | None = None

    def __post_init__(self) -> None:
        for name in ("concurrency", "attempts"):
            _check_count(name, getattr(self, name))
        for name in (
            "requests_per_second",
            "requests_per_minute",
            "tokens_per_minute",
            "row_timeout",
        ):
            _check_number(name, getattr(self, name), optional=name != "row_timeout")
        self.allows_errors(0, 0)  # checks `max_errors`

    @property
    def request_rate(self) -> float | None:
        """The most requests per second that both limits of requests allow, or `None`."""
        rates = [self.requests_per_second]
        if self.requests_per_minute is not None:
            rates.append(self.requests_per_minute / 60)
        return min((rate for rate in rates if rate is not None), default=None)

    def allows_errors(self, failed: int, finished: int) -> bool:
        """Return True if so many failed rows of so many finished ones are within the limit.

        Raises:
            ValueError: `max_errors` is neither a number nor a percentage.
        """
        limit = self.max_errors
        if limit is None:
            return True
        if isinstance(limit, int) and not isinstance(limit, bool) and limit >= 0:
            return failed <= limit
        percent = _PERCENT.fullmatch(limit.strip()) if isinstance(limit, str) else None
        if percent is None or float(percent[1]) > 100:
            raise ValueError(
                f"max_errors is {limit!r}; give a number such as 20 or a percentage such as '5%'"
            )
        return finished < _ROWS_FOR_PERCENT or failed <= finished * float(percent[1]) / 100


def _check_count(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} takes a whole number, not {value!r}")
    if value < 1:
        raise ValueError(f"{name} is {value}; give 1 or more")


def _check_number(name: str, value: object, *, optional: bool) -> None:
    if value is None and optional:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} takes a number, not {value!r}")
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} is {value!r}; give a number above 0")
