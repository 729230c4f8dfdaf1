"""The gate that every request of a run passes: level, buckets and pause, with their waits."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import anyio

from .control import Bucket, Growth, Level, Pause, Spread
from .pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .limits import Limits

_CHARACTERS_PER_TOKEN: Final = 3  # of a prompt: few enough that an estimate is rarely too low
_TOKENS_PER_PART: Final = 1500  # of an image or a document
_FIRST_GUESS: Final = 250.0  # tokens of an answer
_WEIGHT: Final = 0.05  # of an answer in the mean of their lengths


def estimated_tokens(fields: Mapping[str, Any]) -> float:
    """Return about how many tokens the prompt of a request has."""
    return sum(_tokens(message.get("content")) for message in fields["messages"])


def _tokens(content: Any) -> float:
    """Return about how many tokens the content of a message, or a part of it, has."""
    if isinstance(content, str):
        return len(content) / _CHARACTERS_PER_TOKEN
    if isinstance(content, list):
        return sum(_tokens(part) for part in cast("Any", content))
    if isinstance(content, dict):
        return _tokens(content["text"]) if "text" in content else _TOKENS_PER_PART
    return 0.0


@dataclass(frozen=True, slots=True)
class Admission:
    """The permission to send a request.

    Attributes:
        at: The time at which it was given.
        tokens: The tokens that it took from their bucket.
    """

    at: float
    tokens: float


class Admitting(Protocol):
    """The part of a gate that a row passes: the gate itself, or a worker's way to it."""

    async def admit(self, fields: Mapping[str, Any]) -> Admission:
        """Wait until a request may be sent, and count it as in flight."""
        ...

    def answered(self, admission: Admission, tokens: int, answer_tokens: int) -> None:
        """Note that a request was answered, or failed, without being refused."""
        ...

    def refused(self, admission: Admission, retry_after: float | None) -> None:
        """Note that a request was refused."""
        ...

    def lower(self) -> None:
        """Note that a stream broke off because the service is at its capacity."""
        ...

    def left(self) -> None:
        """Note that a request was given up."""
        ...


class Gate:
    """Decides when requests are sent, and learns from their answers.

    Args:
        limits: The limits.
        clock: Returns seconds.
        sleep: Waits for seconds.
        randomness: Returns random numbers from 0 to 1.

    Attributes:
        level: The level.
        in_flight: The number of requests in flight.
        changed: Set when the level rises; replaced by the task that waited for it.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Any] = anyio.sleep,
        randomness: Callable[[], float] = random.random,
    ) -> None:
        self.level: Final = Level(limits.concurrency)
        self.in_flight = 0
        self.changed = anyio.Event()
        self._clock = clock
        self._sleep = sleep
        self._randomness = randomness
        self._pause = Pause()
        self._pace = Pace()
        self._spread = Spread()
        self._room: anyio.Event | None = None  # of requests that wait for one to end
        self._line = anyio.Lock(fast_acquire=True)  # requests that wait, in order
        rate, tokens = limits.request_rate, limits.tokens_per_minute
        self._requests = None if rate is None else Bucket(rate, 1.0, clock())
        self._tokens = None if tokens is None else Bucket(tokens / 60, tokens, clock())
        self._answer_tokens = _FIRST_GUESS

    def paused(self) -> float:
        """Return the seconds for which all requests are paused; 0 if they are not."""
        return max(0.0, self._pause.left(self._clock()))

    async def admit(self, fields: Mapping[str, Any]) -> Admission:
        """Wait until a request may be sent, and count it as in flight.

        Args:
            fields: The fields of the request.
        """
        tokens, waited, now = self._estimate(fields), False, self._clock()
        if (
            self._line.locked()
            or self._spread.wait(self.in_flight, now) > 0
            or self._is_full()
            or self._wait_of_all(tokens, now) > 0
        ):
            async with self._line:
                waited = await self._wait(tokens)
            now = self._clock()
        self._pace.sent(now, waited=waited)
        if self._requests is not None:
            self._requests.take(1.0, now)
        if self._tokens is not None:
            self._tokens.take(tokens, now)
        self.in_flight += 1
        self._spread.sent(self.in_flight, now)
        return Admission(now, tokens)

    def answered(self, admission: Admission, tokens: int, answer_tokens: int) -> None:
        """Note that a request was answered, or failed, without being refused.

        Args:
            admission: Its admission.
            tokens: The tokens that it used; 0 if that is not known.
            answer_tokens: Those of the answer among them.
        """
        self._pause.answered()
        now = self._clock()
        self._spread.answered(now - admission.at)
        before = self.level.value
        self.level.completed(self.in_flight)
        self.left()
        if tokens:
            self._answer_tokens += _WEIGHT * (answer_tokens - self._answer_tokens)
            self._settle(admission.tokens - tokens, now)
        if self.level.value > before:
            if self.level.growth is Growth.STEADY:
                self._spread.rose(now, self._randomness())
            self.changed.set()

    def refused(self, admission: Admission, retry_after: float | None) -> None:
        """Note that a request was refused, by a 429 or because the service is at its capacity."""
        now = self._clock()
        self.left()
        self.lower()
        self._pause.refused(admission.at, retry_after, now, self._randomness())
        self._pace.refused(admission.at, now)
        self._settle(admission.tokens, now)

    def lower(self) -> None:
        """Note that a stream broke off because the service is at its capacity."""
        self.level.refused()
        self._spread.fell(self.level.value)

    def left(self) -> None:
        """Note that a request has ended."""
        self.in_flight -= 1
        if self._room is not None:
            self._room.set()
            self._room = None

    def _estimate(self, fields: Mapping[str, Any]) -> float:
        if self._tokens is None:
            return 0.0
        most = fields.get("max_tokens")
        answer = self._answer_tokens
        if isinstance(most, int):
            answer = min(answer, most)
        return estimated_tokens(fields) + answer

    async def _wait(self, tokens: float) -> bool:
        """Wait until a request may be sent; return True if the pace made it wait."""
        waited = False
        while True:
            now = self._clock()
            if (left := self._wait_of_all(tokens, now)) > 0:
                waited |= left <= self._pace.wait(now)
                await self._sleep(left)
            elif self._is_full():
                await self._next_end()
            elif (left := self._spread.wait(self.in_flight, now)) > 0:
                with anyio.move_on_after(left):
                    await self._next_end()
            else:
                return waited

    async def _next_end(self) -> None:
        """Wait until a request ends."""
        if self._room is None:
            self._room = anyio.Event()
        await self._room.wait()

    def _wait_of_all(self, tokens: float, now: float) -> float:
        """Return the seconds for which pause, pace and buckets hold a request back, or 0."""
        return max(
            0.0,
            self._pause.left(now),
            self._pace.wait(now),
            0.0 if self._requests is None else self._requests.wait(1.0, now),
            0.0 if self._tokens is None else self._tokens.wait(tokens, now),
        )

    def _is_full(self) -> bool:
        """Return True if as many requests are in flight as the level allows; it may have fallen."""
        return self.in_flight >= self.level.value

    def _settle(self, back: float, now: float) -> None:
        if self._tokens is not None:
            self._tokens.take(-back, now)
