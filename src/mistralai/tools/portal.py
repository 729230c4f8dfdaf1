"""An event loop in a thread of its own, through which sync code calls async functions."""

from __future__ import annotations

from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from contextvars import Context
from threading import Thread
from typing import TYPE_CHECKING

import anyio
from anyio.from_thread import BlockingPortal

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def loop_in_thread() -> Generator[BlockingPortal]:
    """Run an event loop in a thread until the block ends; an error of the block cancels its tasks.

    anyio's `start_blocking_portal` does the same. But where Ctrl-C interrupts its start, it waits
    without end for a thread that nobody stops.
    """
    started: Future[BlockingPortal] = Future()

    async def serve() -> None:
        async with BlockingPortal() as portal:
            with suppress(InvalidStateError):  # the block was interrupted before it began
                started.set_result(portal)
                await portal.sleep_until_stopped()

    def run() -> None:
        try:
            anyio.run(serve)
        except BaseException as error:  # noqa: BLE001 - it is raised where the start is awaited
            with suppress(InvalidStateError):  # a task's own, which its future has
                started.set_exception(error)

    thread = Thread(target=Context().run, args=(run,), name="event loop of tools", daemon=True)
    cancelled = False
    try:
        thread.start()
        yield started.result()
    except BaseException:
        cancelled = True
        raise
    finally:
        if not started.cancel() and started.exception() is None:
            portal = started.result()
            with suppress(RuntimeError):  # the portal has ended
                portal.call(portal.stop, cancelled)
        if thread.is_alive():
            thread.join()
