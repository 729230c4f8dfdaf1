"""Ctrl-C during a run: the first finishes the rows that are being asked, the second drops them."""

from __future__ import annotations

import signal
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable


@asynccontextmanager
async def obey_interrupts(
    stop: Callable[[], object], drop: Callable[[], object]
) -> AsyncGenerator[anyio.Event]:
    """Call `stop` at the first Ctrl-C and `drop` at each further one, while the block runs.

    The event that it yields is set by the first.

    Outside the main thread, and on Windows, Python's own handling of Ctrl-C stays.
    """
    interrupted = anyio.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return

    async def watch(*, task_status: anyio.abc.TaskStatus[None]) -> None:
        try:
            with anyio.open_signal_receiver(signal.SIGINT) as received:
                task_status.started()
                async for _ in received:
                    (drop if interrupted.is_set() else stop)()
                    interrupted.set()
        except NotImplementedError:  # Windows
            task_status.started()

    failure: Exception | None = None
    async with anyio.create_task_group() as tasks:
        await tasks.start(watch)
        try:
            yield interrupted
        except Exception as error:  # noqa: BLE001 - raised below, where it is not put into a group
            failure = error
        tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure
