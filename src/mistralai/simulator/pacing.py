"""Waiting for the pauses of an answer."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

Sleep: TypeAlias = Callable[[float], Awaitable[None]]
"""What waits for a number of seconds, like `asyncio.sleep`."""


_TICKS: Final = 1000
"""Ticks a second; epoll, and so the loop, tells no finer."""


class Ticks:
    """Wakes all who wait for the same millisecond by one timer, where a timer each costs more."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}

    def at(self, when: float) -> Awaitable[None]:
        """What is to be awaited until a time of the loop's clock."""
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
    """Waits for the pauses of one answer, so that what is late does not make the rest late.

    Args:
        ticks: What waits by the loop's clock.
        sleep: What waits in its place, if given; it gets every pause as it stands.
        speed: By how much pauses are shortened.
    """

    def __init__(self, ticks: Ticks, sleep: Sleep | None, speed: float) -> None:
        self._ticks = ticks
        self._sleep = sleep
        self._speed = speed
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time()

    def wait(self, seconds: float) -> Awaitable[None]:
        """What is to be awaited until a pause is over that began when the one before was over."""
        seconds /= self._speed
        if self._sleep is not None:
            return self._sleep(seconds)
        self._due += seconds
        return self._ticks.at(self._due) if self._due > self._loop.time() else asyncio.sleep(0)

    def restart(self) -> None:
        """Let the next pause begin now, after a wait for something else than time."""
        self._due = self._loop.time()
