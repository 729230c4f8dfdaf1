"""The waits of a run in batch jobs: a second, then longer ones, up to 30 s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MOST_FAILURES: Final = 10
"""Consecutive failures, at which a run ends."""

_FIRST: Final = 1.0  # seconds
_SLOWER: Final = 1.5  # the factor from each wait to the next
_LONGEST: Final = 30.0  # seconds


class Waits:
    """Waits, each longer than the one before, and ended when the run is stopped.

    Args:
        stopping: Set when the run is stopped.
        sleep: Waits for seconds.
    """

    def __init__(self, stopping: anyio.Event, sleep: Callable[[float], Awaitable[object]]) -> None:
        self._stopping = stopping
        self._sleep = sleep
        self._seconds = _FIRST

    async def stopped(self) -> bool:
        """Wait; return True as soon as the run is stopped."""

        async def wake() -> None:
            await self._stopping.wait()
            tasks.cancel_scope.cancel()

        seconds, self._seconds = self._seconds, min(_LONGEST, self._seconds * _SLOWER)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wake)
            await self._sleep(seconds)
            tasks.cancel_scope.cancel()
        return self._stopping.is_set()
