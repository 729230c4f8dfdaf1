"""The limits of a run, and the pure parts that keep them. Clock and randomness are arguments.

Theory of operation. Three things decide when a request is sent.

- The level is the number of rows that may be asked at the same time. It begins with 8. Its growth
  is doubling per window at first, and steady, one more per window, after the first answer that says
  "too much"; it grows only if the level was reached. Such an answer takes 30 % off, at most once
  per window. A window is as many completed requests as the level.
- Buckets hold what may be sent now. That for requests holds one, so that any two seconds have at
  most two seconds' worth of requests and one. That for tokens holds a minute's worth; a request
  takes an estimate and settles the difference when its usage is known.
- A pause stops everything until the server's `Retry-After`. Without one it lasts a second, and
  twice as long each time until a request is answered. Requests that were sent before a pause are
  part of what caused it: their answers do not start another. After a pause, those that waited are
  spread over the time in which as many were answered lately.
"""

from __future__ import annotations

import enum
import math
import re
from dataclasses import dataclass
from typing import Final

_FIRST_LEVEL: Final = 8
_LESS: Final = 0.7
_FIRST_PAUSE: Final = 1.0  # seconds
_LONGEST_PAUSE: Final = 60.0  # seconds, where the server does not say how long
_SPREAD: Final = 1.0  # seconds after a pause, before anything was answered
_LONGEST_SPREAD: Final = 30.0  # seconds
_MEMORY: Final = 10.0  # seconds, of the rate of answers
_ROUNDING: Final = 1e-6  # of a request or a token, which is not worth waiting for
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


class Growth(enum.Enum):
    """The way in which the level grows: doubling, and after the first refusal steady."""

    DOUBLING = "doubling"
    STEADY = "steady"


class Level:
    """The number of rows that may be asked at the same time.

    Args:
        most: The highest level.

    Attributes:
        value: The level.
        growth: The way in which it grows.
    """

    __slots__ = ("_completed", "_lowered", "_most", "_reached", "growth", "value")

    def __init__(self, most: int) -> None:
        self._most = most
        self.value = min(_FIRST_LEVEL, most)
        self.growth = Growth.DOUBLING
        self._completed = 0  # in this window
        self._reached = False  # in this window
        self._lowered = False  # for this window

    def limit(self, most: int) -> None:
        """Change the highest level."""
        self._most = most
        self.value = min(self.value, most)

    def completed(self, in_flight: int) -> None:
        """Count a request that was answered, whatever with, except "too much".

        Args:
            in_flight: The number of requests that were in flight, this one included.
        """
        self._completed += 1
        self._reached |= in_flight >= self.value
        if self._completed < self.value:
            return
        if self._reached and not self._lowered:
            more = self.value if self.growth is Growth.DOUBLING else 1
            self.value = min(self._most, self.value + more)
        self._begin_window(lowered=False)

    def refused(self) -> None:
        """Count an answer that says "too much": 429, or a service at its capacity."""
        self.growth = Growth.STEADY
        if self._lowered:
            return
        self.value = max(1, int(self.value * _LESS))
        self._begin_window(lowered=True)

    def _begin_window(self, *, lowered: bool) -> None:
        self._completed = 0
        self._reached = False
        self._lowered = lowered


class Bucket:
    """A bucket that fills at a rate.

    Args:
        rate: What is added per second.
        size: The most that it holds. It begins full.
        now: The time in seconds.
    """

    __slots__ = ("_at", "_level", "rate", "size")

    def __init__(self, rate: float, size: float, now: float) -> None:
        self.rate = rate
        self.size = size
        self._level = size
        self._at = now

    def wait(self, amount: float, now: float) -> float:
        """Return the seconds until an amount can be taken; 0 if it can be taken now.

        An amount larger than the bucket can be taken when it is full.
        """
        self._fill(now)
        missing = min(amount, self.size) - self._level
        return missing / self.rate if missing > _ROUNDING else 0.0

    def take(self, amount: float, now: float) -> None:
        """Take an amount; a negative one gives back. The bucket may owe something after that."""
        self._fill(now)
        self._level = min(self.size, self._level - amount)

    def _fill(self, now: float) -> None:
        self._level = min(self.size, self._level + (now - self._at) * self.rate)
        self._at = now


class Pause:
    """The pause of all requests.

    Attributes:
        until: The time at which it ends.
    """

    __slots__ = ("_began", "_length", "until")

    def __init__(self) -> None:
        self.until = float("-inf")
        self._began = float("-inf")
        self._length = _FIRST_PAUSE

    def left(self, now: float) -> float:
        """Return the seconds that are left; 0 or less if there is no pause."""
        return self.until - now

    def refused(self, sent: float, retry_after: float | None, now: float) -> None:
        """Begin a pause, or make it longer, because a request was refused.

        Args:
            sent: The time at which it was sent.
            retry_after: The seconds that the server asks to wait, or `None`.
            now: The time.
        """
        if retry_after is not None:
            self.until = max(self.until, now + retry_after)
        elif sent >= self._began:
            self.until = max(self.until, now + self._length)
            self._length = min(_LONGEST_PAUSE, 2 * self._length)
        if sent >= self._began:
            self._began = now

    def answered(self) -> None:
        """Note that a request was answered: the next pause is short again."""
        self._length = _FIRST_PAUSE


class AnswerRate:
    """The rate of answers, in which older ones count less and less.

    Args:
        now: The time in seconds.
    """

    __slots__ = ("_at", "_began", "_rate")

    def __init__(self, now: float) -> None:
        self._began = self._at = now
        self._rate = 0.0

    def add(self, now: float) -> None:
        """Count an answer."""
        self._rate = self._decayed(now) + 1 / _MEMORY
        self._at = now

    def spread(self, waiting: int, now: float) -> float:
        """Return the seconds in which so many requests were answered lately."""
        share = 1 - math.exp((self._began - now) / _MEMORY)  # of the memory that is in use
        rate = self._decayed(now) / share if share > 0 else 0.0
        if rate <= 0:
            return _SPREAD
        return min(_LONGEST_SPREAD, waiting / rate)

    def _decayed(self, now: float) -> float:
        return self._rate * math.exp((self._at - now) / _MEMORY)
