"""Waiting for the pauses of an answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Sleep: TypeAlias = Callable[[float], Awaitable[None]]
"""What waits for a number of seconds, like `asyncio.sleep`."""


class Pace:
    """Waits for the pauses of one answer, so that what is late does not make the rest late.

    Args:
        sleep: What waits in place of the loop's clock; it gets every pause as it stands.
        speed: By how much pauses are shortened.
    """

    def __init__(self, sleep: Sleep | None, speed: float) -> None:
        self._sleep = sleep
        self._speed = speed
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time()

    async def wait(self, seconds: float) -> None:
        """Wait until a pause is over that began when the one before was over."""
        seconds /= self._speed
        if self._sleep is not None:
            await self._sleep(seconds)
            return
        self._due += seconds
        await asyncio.sleep(max(0.0, self._due - self._loop.time()))

    def restart(self) -> None:
        """Let the next pause begin now, after a wait for something else than time."""
        self._due = self._loop.time()
