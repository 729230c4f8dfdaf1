"""The pure parts that decide when requests are sent. Clock and randomness are arguments.

Theory of operation. A request is sent when all of them allow it.

- The level is the number of rows that may be asked at the same time. It begins with 8. At first it
  grows by one with each answer, which doubles it per window; after the first answer that says
  "too much" it grows by one per window. It grows only if it was reached. Such an answer takes 30 %
  off, at most once per window. A window is as many completed requests as the level.
- Buckets fill at the rates of the user's limits. The bucket for requests holds one, so that any
  two seconds have at most two seconds' worth of requests and one. The bucket for tokens holds a
  minute's worth; a request takes an estimate, and settles the difference when its usage is known.
- A pause stops everything until the server's `Retry-After`, and up to a tenth longer. Without one
  it lasts a second, and twice as long each time until a request is answered. Requests that were
  sent before a pause are part of what caused it: their answers do not start another.
- Growth is spread: requests that are more than before are sent evenly over the time of an answer.
- The pace is the server's own rate of requests, learned from its refusals; see `pace`.
"""

from __future__ import annotations

import enum
import math
from typing import Final

FIRST_LEVEL: Final = 8
_LESS: Final = 0.7
_DOUBLING: Final = math.log(2)  # of the requests in flight, which more per answer double them
_FIRST_ANSWER: Final = 1.0  # seconds of an answer, before there was one
_WEIGHT: Final = 0.1  # of an answer in the mean of their seconds
_FIRST_PAUSE: Final = 1.0  # seconds
_LONGEST_PAUSE: Final = 60.0  # seconds, where the server does not say how long
_JITTER: Final = 0.1  # of the length of a pause
_ROUNDING: Final = 1e-6  # of a request or a token, which is not worth waiting for


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

    __slots__ = ("_completed", "_lowered", "_most", "_reached", "_window", "growth", "value")

    def __init__(self, most: int) -> None:
        self._most = most
        self.value = min(FIRST_LEVEL, most)
        self.growth = Growth.DOUBLING
        self._begin_window(lowered=False)

    def completed(self, in_flight: int) -> None:
        """Count a request that was answered, whatever with, except "too much".

        Args:
            in_flight: The number of requests that were in flight, this one included.
        """
        self._completed += 1
        self._reached |= in_flight >= self.value
        if self.growth is Growth.DOUBLING and self._reached:
            self.value = min(self._most, self.value + 1)
        if self._completed < self._window:
            return
        if self.growth is Growth.STEADY and self._reached and not self._lowered:
            self.value = min(self._most, self.value + 1)
        self._begin_window(lowered=False)

    def refused(self) -> None:
        """Count an answer that says "too much": 429, or a service at its capacity."""
        self.growth = Growth.STEADY
        if self._lowered:
            return
        self.value = max(1, int(self.value * _LESS))
        self._begin_window(lowered=True)

    def _begin_window(self, *, lowered: bool) -> None:
        self._window = self.value
        self._completed = 0
        self._reached = False
        self._lowered = lowered


class Spread:
    """Spreads the growth of the requests in flight over the time of an answer.

    Where all answers take the same time, requests that were sent together end together, and so do
    those that follow them. A server would refuse such a crowd though it allows as many per second,
    and the level would fall too early. So each request that is more than before has to wait its
    turn: a share of the time of an answer while the level doubles, and a random part of it when
    the level rises by one.

    Attributes:
        most: The most requests that were in flight at the same time, at most the level to which
            it fell since.
    """

    __slots__ = ("_answer", "_next", "most")

    def __init__(self) -> None:
        self.most = 0
        self._answer: float | None = None
        self._next = float("-inf")

    def wait(self, in_flight: int, now: float) -> float:
        """Return the seconds until a request may be sent; 0 or less if it may be sent now.

        Args:
            in_flight: The number of requests in flight.
            now: The time.
        """
        return 0.0 if in_flight < self.most else self._next - now

    def sent(self, in_flight: int, now: float) -> None:
        """Note that a request is sent.

        Args:
            in_flight: The number of requests in flight, this one included.
            now: The time.
        """
        if in_flight > self.most:
            self.most = in_flight
            answer = _FIRST_ANSWER if self._answer is None else self._answer
            self._next = now + answer / (_DOUBLING * max(FIRST_LEVEL, in_flight))

    def answered(self, seconds: float) -> None:
        """Learn the time of an answer.

        Args:
            seconds: The seconds from a request to its end.
        """
        if self._answer is None:
            self._answer = seconds
        self._answer += _WEIGHT * (seconds - self._answer)

    def rose(self, now: float, randomness: float) -> None:
        """Note that the level rose by one.

        Args:
            now: The time.
            randomness: A random number from 0 to 1.
        """
        if self._answer is not None:
            self._next = now + randomness * self._answer

    def fell(self, level: int) -> None:
        """Note that the level fell.

        Args:
            level: The level.
        """
        self.most = min(level, self.most)


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

    def change(self, rate: float, size: float, now: float) -> None:
        """Change the rate and the size from now on."""
        self._fill(now)
        self.rate, self.size = rate, size

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

    def refused(
        self, sent: float, retry_after: float | None, now: float, jitter: float = 0.0
    ) -> None:
        """Begin a pause, or make it longer, because a request was refused.

        Args:
            sent: The time at which it was sent.
            retry_after: The seconds that the server asks to wait, or `None`.
            now: The time.
            jitter: A random number from 0 to 1. It makes the pause up to a tenth longer, so that
                not all runs that share a limit continue at the same moment.
        """
        longer = 1 + jitter * _JITTER
        if retry_after is not None:
            self.until = max(self.until, now + retry_after * longer)
        elif sent >= self._began:
            self.until = max(self.until, now + self._length * longer)
            self._length = min(_LONGEST_PAUSE, 2 * self._length)
        if sent >= self._began:
            self._began = now

    def answered(self) -> None:
        """Note that a request was answered: the next pause is short again."""
        self._length = _FIRST_PAUSE
