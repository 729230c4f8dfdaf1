"""The pauses of an answer."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

Sleep: TypeAlias = Callable[[float], Awaitable[None]]
"""Waits for a number of seconds, like `asyncio.sleep`."""


_TICKS: Final = 1000
"""Ticks per second, the resolution of epoll and thus of the loop."""


class Ticks:
    """Timers shared by all waiters of a millisecond, which is cheaper than one per waiter."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}

    def sleep_until(self, when: float) -> Awaitable[None]:
        """Return an awaitable that is done at a time of the loop's clock."""
        future = self._loop.create_future()
        tick = math.ceil(when * _TICKS)
        waiting = self._waiting.get(tick)
        if waiting is None:
            waiting = self._waiting[tick] = []
            self._loop.call_at(tick / _TICKS, self._wake, tick)
        waiting.append(future)
        return future

    def _wake(self, tick: int) -> None:
        for future in self._waiting.pop(tick):
            if not future.done():  # its task may have been cancelled
                future.set_result(None)


class Pace:
    """The clock of one answer: a late piece does not delay the pieces after it.

    Args:
        ticks: The timers of the loop.
        sleep: Called for every pause instead of the timers, unless `None`.
        speed: The factor by which pauses are shortened.
    """

    def __init__(self, ticks: Ticks, sleep: Sleep | None, speed: float) -> None:
        self._ticks = ticks
        self._sleep = sleep
        self._speed = speed
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time()

    def wait(self, seconds: float) -> Awaitable[None]:
        """Return an awaitable for a pause that starts at the end of the pause before it."""
        seconds /= self._speed
        if self._sleep is not None:
            return self._sleep(seconds)
        self._due += seconds
        return (
            self._ticks.sleep_until(self._due)
            if self._due > self._loop.time()
            else asyncio.sleep(0)
        )

    def restart(self) -> None:
        """Start the next pause now, after a wait for something other than time."""
        self._due = self._loop.time()
