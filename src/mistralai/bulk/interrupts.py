"""Ctrl-C during a run: the first finishes what runs, the second drops it."""

from __future__ import annotations

import signal
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable


@dataclass(slots=True)
class Interrupts:
    """The interrupts so far.

    Attributes:
        count: Their number.
    """

    count: int = 0

    @property
    def any(self) -> bool:
        """True after the first."""
        return self.count > 0


@asynccontextmanager
async def obey_interrupts(
    stop: Callable[[], object], drop: Callable[[], object]
) -> AsyncGenerator[Interrupts]:
    """Call `stop` at the first Ctrl-C and `drop` at each further one, while the block runs.

    Outside the main thread, and on Windows, Python's own handling of Ctrl-C stays.
    """
    interrupts = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return

    async def watch(*, task_status: anyio.abc.TaskStatus[None]) -> None:
        try:
            with anyio.open_signal_receiver(signal.SIGINT) as received:
                task_status.started()
                async for _ in received:
                    interrupts.count += 1
                    (stop if interrupts.count == 1 else drop)()
        except NotImplementedError:  # Windows
            task_status.started()

    failure: Exception | None = None
    async with anyio.create_task_group() as tasks:
        await tasks.start(watch)
        try:
            yield interrupts
        except Exception as error:  # noqa: BLE001 - raised below, where it is not put into a group
            failure = error
        tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure
