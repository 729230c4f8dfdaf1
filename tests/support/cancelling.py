"""Cancelling a call at each of its turns. No clock is read: turns are counted."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import partial
from typing import Any

import trio


class Stepped:
    """A coroutine of whose waits one is looked at.

    Attributes:
        waits: How often it has waited.
    """

    def __init__(
        self, coroutine: Coroutine[Any, Any, Any], at: int, look: Callable[[Any], object]
    ) -> None:
        """Run a coroutine.

        Args:
            coroutine: What to run.
            at: Which of its waits, from 1.
            look: What to do as that begins; it is given what the loop is asked for.
        """
        self.waits = 0
        self._coroutine = coroutine
        self._at = at
        self._look = look

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self._coroutine.__await__()
        step: Callable[[], Any] = partial(next, steps)
        while True:
            try:
                waited = step()
            except StopIteration as end:
                return end.value
            self.waits += 1
            if self.waits == self._at:
                self._look(waited)
            try:
                sent = yield waited
            except BaseException as error:  # noqa: BLE001 - it is the coroutine's
                step = partial(steps.throw, error)
            else:
                step = partial(steps.send, sent)


Call = Callable[[], Coroutine[Any, Any, Any]]
Canceller = Callable[[Call, int], Awaitable[bool]]
"""Cancels a call at its turn of a number; `False` where it ended before."""


async def as_a_wait_begins(call: Call, at: int) -> bool:
    """On asyncio."""
    return await _cancelled(call, at, lambda task, _: task.cancel())


async def as_a_wait_ends(call: Call, at: int) -> bool:
    """On asyncio: what was waited for has happened, and the task does not know it."""

    def look(task: "asyncio.Task[Any]", waited: Any) -> None:
        if waited is None:  # a bare turn of the loop
            asyncio.get_running_loop().call_soon(task.cancel)
        else:
            waited.add_done_callback(lambda _: task.cancel())

    return await _cancelled(call, at, look)


async def _cancelled(
    call: Call, at: int, look: Callable[["asyncio.Task[Any]", Any], object]
) -> bool:
    async def run() -> None:
        await Stepped(call(), at, lambda waited: look(task, waited))

    task = asyncio.ensure_future(run())
    return await _was_cancelled(task)


async def after_turns_of_the_loop(call: Call, at: int) -> bool:
    """On asyncio, whatever the call does then."""
    task = asyncio.ensure_future(call())
    for _ in range(at):
        await asyncio.sleep(0)
    task.cancel()
    await _was_cancelled(task)
    return at < 100


async def _was_cancelled(task: "asyncio.Task[Any]") -> bool:
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


async def as_a_wait_begins_on_trio(call: Call, at: int) -> bool:
    """On trio."""
    with trio.CancelScope() as scope:
        await Stepped(call(), at, lambda _: scope.cancel())
    return scope.cancelled_caught


class _Turns(trio.abc.Instrument):
    """Cancels a scope after so many turns of a run."""

    def __init__(self, scope: trio.CancelScope, left: int) -> None:
        self._scope = scope
        self._left = left

    def after_io_wait(self, timeout: float) -> None:
        del timeout
        self._left -= 1
        if self._left == 0:
            self._scope.cancel()


async def after_turns_of_the_run(call: Call, at: int) -> bool:
    """On trio, whatever the call does then."""
    with trio.CancelScope() as scope:
        turns = _Turns(scope, at)
        trio.lowlevel.add_instrument(turns)
        try:
            await call()
        finally:
            trio.lowlevel.remove_instrument(turns)
    return at < 100
