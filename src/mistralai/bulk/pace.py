"""The pace of a server, learned from its refusals. The clock is an argument.

Theory of operation. Without a pace each pause would end with more requests than the server allows,
and so with the next pause: a server that allows one request per second let only half of them
through.

- A refusal means that the server has nothing left. So the number of requests that it let through
  between two refusals, by the time between them, is its rate.
- The first refusal has no other before it. It is taken to come from a bucket that holds a second's
  worth. Over any time up to the refusal such a server lets through at most its rate times that time
  and one second; since the bucket was last full, exactly that. So the rate is the largest quotient
  over all times. If the bucket is larger, this rate is too high, and the next refusal corrects it.
- Where almost all requests between two refusals were refused as well, the count of the others may
  be off by half, so larger steps follow.
- Requests are sent at that rate, after a pause up to a second's worth together, and a little faster
  with each step of requests that had to wait for it: the server may allow more than before.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from .control import FIRST_LEVEL, Bucket

_STEP: Final = 10  # requests that had to wait, before others are sent faster
_STEP_SECONDS: Final = 5.0  # seconds' worth of them, if that is more
_FASTER: Final = 0.01  # in the first step, and twice as much in each next one
_UNSURE: Final = 4  # times as many sent as let through: a rate that may be much too low
_MUCH_FASTER: Final = 0.25
_BELOW: Final = 0.99  # of a rate that was learned, so that it does not cause a refusal again
_TIMES: Final = 4096  # requests, from whose times the first rate is learned
_BURST: Final = 1.0  # seconds' worth of requests that may be sent together, as servers allow


class Pace:
    """The rate at which requests are sent. It is without a limit until it is known."""

    __slots__ = ("_bucket", "_faster", "_last", "_sent", "_since", "_times", "_waited")

    def __init__(self) -> None:
        self._bucket: Bucket | None = None
        self._times = deque[float](maxlen=_TIMES)  # of requests, before a rate is known
        self._since: float | None = None  # the last refusal
        self._sent = 0  # requests since then that were not refused
        self._last = (0, 0, 0.0)  # let through and sent between two refusals, and the seconds
        self._waited = 0  # requests of this step that had to wait
        self._faster = _FASTER

    @property
    def rate(self) -> float | None:
        """The requests per second; `None` before it is known."""
        return None if self._bucket is None else self._bucket.rate

    def wait(self, now: float) -> float:
        """Return the seconds until a request may be sent; 0 if it may be sent now."""
        return 0.0 if self._bucket is None else self._bucket.wait(1.0, now)

    def sent(self, now: float, *, waited: bool) -> None:
        """Count a request that is sent.

        Args:
            now: The time.
            waited: Whether it had to wait for this.
        """
        self._sent += 1
        if self._bucket is None:
            self._times.append(now)
            return
        self._bucket.take(1.0, now)
        self._waited += waited
        if self._waited >= max(_STEP, _STEP_SECONDS * self._bucket.rate):
            self._set(self._bucket.rate * (1 + self._faster), now)
            self._faster = min(_MUCH_FASTER, 2 * self._faster)

    def refused(self, sent: float, now: float) -> None:
        """Learn from a refusal.

        Args:
            sent: The time at which the refused request was sent.
            now: The time.
        """
        if self._since is None:
            self._since, self._sent = now, 0
            self._learn(self._first_rate(now), 1.0, now)
        elif sent <= self._since:  # it was sent before the last refusal was known
            count, sent_between, seconds = self._last
            if count > 0:
                self._last = count - 1, sent_between, seconds
                self._learn(count - 1, seconds, now)
                if count * _UNSURE < sent_between:
                    self._faster = _MUCH_FASTER
        elif self._sent <= 1:  # nothing was let through
            self._sent = 0
        else:
            count, seconds = self._sent - 1, now - self._since
            self._last = count, self._sent, seconds
            self._since, self._sent = now, 0
            self._learn(count, seconds, now)

    def _first_rate(self, now: float) -> float:
        """Return the rate that the first refusal shows; 0 if there were too few requests."""
        count = len(self._times) - 1
        if count < FIRST_LEVEL:
            return 0.0
        return max((count - n) / (now - at + _BURST) for n, at in enumerate(self._times))

    def _learn(self, count: float, seconds: float, now: float) -> None:
        if count > 0:
            self._set(count / seconds * _BELOW, now)
            self._faster = _FASTER

    def _set(self, rate: float, now: float) -> None:
        size = max(1.0, rate * _BURST)
        self._waited = 0
        if self._bucket is None:
            self._bucket = Bucket(rate, size, now)
            self._bucket.take(size, now)  # a refusal means that there is nothing left
        else:
            self._bucket.change(rate, size, now)
