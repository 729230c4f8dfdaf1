"""Differences of asyncio and trio: tasks that nobody waits for, and calls from any thread."""

from __future__ import annotations

import asyncio
import sys
from contextvars import Context
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from anyio.lowlevel import EventLoopToken

_running: Final[set[asyncio.Task[None]]] = set()


def spawn(function: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
    """Run a function in a task that lasts until it returns or the loop ends.

    It must raise no `Exception`. It does not inherit the context variables of its caller, whose
    request may end long before.
    """
    trio = _trio()
    if trio is not None:
        trio.lowlevel.spawn_system_task(function, name=name)
        return
    task = asyncio.get_running_loop().create_task(function(), name=name, context=Context())
    _running.add(task)  # a loop has only a weak reference
    task.add_done_callback(_running.discard)


def thread_safe() -> Callable[[Callable[[], object]], object]:
    """Return what calls a function soon in the running loop, from any thread or finaliser."""
    trio = _trio()
    if trio is not None:
        soon: Callable[[Callable[[], object]], object]
        soon = trio.lowlevel.current_trio_token().run_sync_soon
        return soon
    return asyncio.get_running_loop().call_soon_threadsafe


def cancel_requested() -> bool:
    """Return whether a cancellation that reached this task was meant for it."""
    task = None if _trio() else asyncio.current_task()
    return task is None or task.cancelling() > 0


def is_running(loop: EventLoopToken) -> bool:
    """Return whether an event loop runs at the moment, as far as can be seen.

    A loop of trio ends only after all of its tasks, one of asyncio may be left with them.
    """
    native = loop.native_token
    return not isinstance(native, asyncio.AbstractEventLoop) or native.is_running()


def _trio() -> Any:
    """Return the module trio if it runs this code."""
    trio: Any = sys.modules.get("trio")
    return trio if trio is not None and trio.lowlevel.in_trio_run() else None
