"""Closing dropped responses, where nothing may wait.

A stream that nobody refers to is finalised wherever the garbage collector
runs: perhaps in the middle of the connection pool's own code, which holds a
lock. So a finaliser only shuts the socket down, and hands the rest on: to a
thread of this module, or to the event loop that the stream belongs to.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import anyio

from .loops import running_loop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_Jobs = SimpleQueue["Callable[[], object]"]

_SETTLE_WITHIN = 1.0


class _Reaper:
    """One thread a process, begun when it is first needed."""

    def __init__(self) -> None:
        self._jobs: _Jobs = SimpleQueue()
        self._process: int | None = None

    def put(self, job: Callable[[], object]) -> None:
        if self._process != os.getpid():  # at first, and in a child, where no thread came along
            jobs = self._jobs = _Jobs()  # the parent's thread still has those of the parent
            self._process = os.getpid()
            with contextlib.suppress(RuntimeError):  # the interpreter is about to end
                threading.Thread(
                    target=self._work, args=(jobs,), name="mistralai-reaper", daemon=True
                ).start()
                atexit.register(self._settle)
        self._jobs.put(job)  # safe in a finaliser, which may interrupt another put

    def _settle(self) -> None:
        """Give the thread a moment for what it still has, before the process ends."""
        if self._process == os.getpid():
            done = threading.Event()
            self._jobs.put(done.set)
            done.wait(_SETTLE_WITHIN)

    def _work(self, jobs: _Jobs) -> None:
        while True:
            job = jobs.get()
            with contextlib.suppress(Exception):  # what it closes is shut down already
                job()
            del job


reap = _Reaper().put
"""Do something soon, in another thread."""


class Loop:
    """The event loop that runs, to be given something to do from anywhere."""

    def __init__(self) -> None:
        self._loop = running_loop()

    def run_soon(self, job: Callable[[], Awaitable[object]]) -> None:
        """Do something in the loop, unless the loop is over: then it closed its connections."""
        token = self._loop
        with contextlib.suppress(Exception):
            if hasattr(token, "call_soon_threadsafe"):
                token.call_soon_threadsafe(_in_asyncio, token, job)
            else:
                token.run_sync_soon(_in_trio, job)


_running: set[object] = set()  # tasks that nobody else holds


def _in_asyncio(loop: Any, job: Callable[[], Awaitable[object]]) -> None:
    task = loop.create_task(_quietly(job))
    _running.add(task)
    task.add_done_callback(_running.discard)


def _in_trio(job: Callable[[], Awaitable[object]]) -> None:
    import trio

    # Not while the run ends: an exception here would be an internal error of trio.
    with contextlib.suppress(Exception):
        trio.lowlevel.spawn_system_task(_quietly, job)


async def _quietly(job: Callable[[], Awaitable[object]]) -> None:
    with anyio.CancelScope(shield=True), contextlib.suppress(Exception):
        await job()
