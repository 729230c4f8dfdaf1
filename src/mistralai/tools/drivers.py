"""The two drivers of a run: they carry out its steps, in threads and in an event loop."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

import anyio
from anyio import to_thread
from anyio.lowlevel import checkpoint, checkpoint_if_cancelled

from .functions import is_async
from .outcomes import Interrupted, Raised, Returned, TimedOut, content_of, invoke
from .steps import Ask, Decide, Read
from .threads import Threads, warn_of_threads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from .observing import RunScope
    from .outcomes import Outcome
    from .settings import Settings
    from .steps import RunTools, Work


class SyncDriver:
    """Carries out steps in the thread that reads the run."""

    def __init__(self, stream: Callable[..., Any], settings: Settings, observed: RunScope) -> None:
        """Drive a run.

        Args:
            stream: Sends a request and returns its stream, such as `client.chat.stream`.
            settings: The settings of the run.
            observed: Its scope for observers, current while it works.
        """
        self._open = stream
        self._settings = settings
        self._observed = observed
        self._stream: Any = None
        self._deltas: Iterator[Any] = iter(())
        self._threads: Threads | None = None

    def perform(self, step: Work) -> Any:
        """Carry out a step and return its result."""
        if isinstance(step, Read):
            return next(self._deltas, None)
        with self._observed.current():
            return self._perform(step)

    def _perform(self, step: Ask | Decide | RunTools) -> Any:
        match step:
            case Ask(params):
                self._stream = self._open(**params)
                self._deltas = self._stream.deltas
                return self._stream
            case Decide(approve, call, context):
                return approve(call, context)
            case _:
                return self._run(step)

    def wake(self) -> None:
        """End what the run waits for, from any thread."""
        if self._stream is not None:
            self._stream.close()
        if self._threads is not None:
            self._threads.wake()

    def close(self) -> None:
        """Close the stream."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def _run(self, step: RunTools) -> None:
        alone = len(step.calls) == 1 and step.calls[0].tool.timeout is None
        try:
            if alone and not self._settings.side_by_side:
                step.begin(0)
                step.end(0, step.outcome(0))
            else:
                self._run_in_threads(step)
        finally:
            step.abandon()
        step.raise_if_fatal()

    def _run_in_threads(self, step: RunTools) -> None:
        settings = self._settings
        limit = min(settings.threads or 1, settings.max_parallel)
        self._threads = Threads(limit, settings.grace)
        try:
            if not step.signals.closing:  # looked at after it can be woken
                self._threads.run(step)
        finally:
            self._threads = None


class AsyncDriver:
    """Carries out steps in the task that reads the run."""

    def __init__(self, stream: Callable[..., Any], settings: Settings, observed: RunScope) -> None:
        """Drive a run; `stream` is such as `client.chat.stream_async`."""
        self._open = stream
        self._settings = settings
        self._observed = observed
        self._stream: Any = None
        self._deltas: AsyncIterator[Any] | None = None
        self._scope: anyio.CancelScope | None = None

    async def perform(self, step: Work) -> Any:
        """Carry out a step and return its result; `None` if `wake` ended it."""
        if isinstance(step, Read):
            assert self._deltas is not None
            return await anext(self._deltas, None)
        try:
            with self._observed.current(), anyio.CancelScope() as self._scope:
                return await self._perform(step)
        finally:
            self._scope = None
        return None

    async def wake(self) -> None:
        """End what the run waits for, from any task."""
        if self._scope is not None:
            self._scope.cancel()
        if self._stream is not None:
            await self._stream.aclose()

    async def aclose(self) -> None:
        """Close the stream."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with anyio.CancelScope(shield=True):
                await stream.aclose()

    async def _perform(self, step: Ask | Decide | RunTools) -> Any:
        match step:
            case Ask(params):
                self._stream = await self._open(**params)
                self._deltas = self._stream.deltas
                return self._stream
            case Decide(approve, call, context):
                return await self._call(approve, lambda: approve(call, context), call.name)
            case _:
                return await self._run(step)

    async def _run(self, step: RunTools) -> None:
        places = iter(range(len(step.calls)))
        await checkpoint()  # a task that was cancelled while it had a delta begins no tool
        try:
            async with anyio.create_task_group() as group:
                for _ in range(min(len(step.calls), self._settings.max_parallel)):
                    group.start_soon(self._work, step, places, group.cancel_scope)
        finally:
            step.abandon()
        step.raise_if_fatal()

    async def _work(self, step: RunTools, places: Iterator[int], scope: anyio.CancelScope) -> None:
        for place in places:
            if not step.signals.may_begin() or step.over():
                return
            step.begin(place)
            await self._run_one(step, place)
            if step.over():
                scope.cancel()
            # A tool may have made something else of its cancellation; no other begins after it.
            await checkpoint_if_cancelled()

    async def _run_one(self, step: RunTools, place: int) -> None:
        """Run a call and note its outcome, unless it is cancelled."""
        runnable, context = step.calls[place], step.contexts[place]
        tool = runnable.tool
        outcome: Outcome = TimedOut()
        try:
            with step.scopes[place].current(), anyio.move_on_after(tool.timeout):
                value = await self._call(
                    tool.function, lambda: invoke(runnable, context), tool.name
                )
                outcome = Returned(content_of(value, step.max_chars))
        except anyio.get_cancelled_exc_class():
            if _is_cancelled():
                raise
            outcome = Interrupted()  # the tool awaited something else that was cancelled
        except BaseException as error:  # noqa: BLE001 - it is raised where the run is read
            outcome = Raised(error)
        step.end(place, outcome)

    async def _call(self, function: Callable[..., Any], call: Callable[[], Any], name: str) -> Any:
        """Call a function, one that is not async in a thread."""
        if is_async(function):
            return await call()
        value = await self._in_thread(call, name)
        return await value if inspect.isawaitable(value) else value

    async def _in_thread(self, call: Callable[[], Any], name: str) -> Any:
        """Call a function in a thread; after a cancellation wait for it for a moment."""
        grace = anyio.CancelScope(shield=True)

        async def limit_when_cancelled() -> None:
            try:
                await anyio.sleep_forever()
            finally:
                grace.deadline = anyio.current_time() + self._settings.grace

        value: Any = None
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(limit_when_cancelled)
                with grace:
                    value = await to_thread.run_sync(
                        _value_of, call, abandon_on_cancel=True, limiter=anyio.CapacityLimiter(1)
                    )
                group.cancel_scope.cancel()
        finally:
            if grace.cancelled_caught:
                warn_of_threads([name], self._settings.grace)
        await checkpoint_if_cancelled()  # on asyncio leaving the group does not raise it
        if isinstance(value, Raised):
            raise value.error
        return value


def _is_cancelled() -> bool:
    """Return whether this task is being cancelled, after a cancellation was raised in it."""
    if anyio.get_cancelled_exc_class() is not asyncio.CancelledError:
        return True  # trio raises it for no other reason
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def _value_of(call: Callable[[], Any]) -> Any:
    """Return what a function returns, or `Raised`."""
    try:
        return call()
    except BaseException as error:  # noqa: BLE001 - it is raised in the task that waits
        return Raised(error)
