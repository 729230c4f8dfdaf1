"""When the output is synced: in groups of lines, because a sync takes as long as many lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio
from anyio import to_thread

if TYPE_CHECKING:
    from collections.abc import Callable

_LINES: Final = 100
_SECONDS: Final = 0.05
"""The output is synced after so many lines, or so much time."""


class Syncing:
    """Syncs an output in groups of lines.

    Args:
        sync: Syncs it; blocks. What it raises is raised by `keep` and `now`.
    """

    def __init__(self, sync: Callable[[], None]) -> None:
        self._sync = sync
        self._unsynced = 0
        self._written = anyio.Event()
        self._many = anyio.Event()

    def written(self) -> None:
        """Note that a line was written."""
        self._unsynced += 1
        self._written.set()
        if self._unsynced >= _LINES:
            self._many.set()

    async def keep(self) -> None:
        """Sync the output in groups of lines, until cancelled."""
        while True:
            await self._written.wait()
            with anyio.move_on_after(_SECONDS):
                await self._many.wait()
            self._written, self._many = anyio.Event(), anyio.Event()
            self._unsynced = 0
            await self.now()

    async def now(self) -> None:
        """Make the lines so far survive a loss of power."""
        await to_thread.run_sync(self._sync)
