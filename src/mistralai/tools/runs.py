"""Runs as their callers hold them: two shells around the flow of a run."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, Self

import anyio

from mistralai.client.deltas import RunDelta, TextDelta

from .drivers import AsyncDriver, SyncDriver
from .runstate import P, RunState
from .steps import Emit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from .settings import Settings
    from .steps import Step, Work

_BEING_READ = (
    "this run is being read already, by another task or thread, or by one of its own tools"
)


class ToolRun(RunState[P], Iterator[RunDelta]):
    """A run of a chat with tools: iterate over its deltas, best inside `with`.

    Nothing is sent before the first delta is asked for, and between two deltas nothing happens.
    """

    def __init__(
        self, stream: Callable[..., Any], settings: Settings, messages: Iterable[Any]
    ) -> None:
        """Prepare a run.

        Args:
            stream: The method that streams an answer, such as `client.chat.stream`.
            settings: The settings.
            messages: The conversation.
        """
        super().__init__(settings, messages)
        self._driver = SyncDriver(stream, settings, self._loop.scope)
        self._busy = threading.Lock()

    @property
    def deltas(self) -> Self:
        """The run itself: the deltas of its streams, and those of tools, for `match`."""
        return self

    @property
    def text_stream(self) -> TextView:
        """The text of the answers in pieces, as they arrive."""
        return TextView(self)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> RunDelta:
        if not self._busy.acquire(blocking=False):
            raise RuntimeError(_BEING_READ)
        try:
            step = self._loop.resume()
            while step is not None and not isinstance(step, Emit):
                step = self._perform(step)
        except BaseException:
            self._end()
            raise
        finally:
            self._busy.release()
        if step is None:
            self._end()
            raise StopIteration
        if self._loop.calls.closing:  # by another thread, which left it to this one
            self.close()
        return step.delta

    def _perform(self, step: Work) -> Step | None:
        try:
            result = self._driver.perform(step)
        except BaseException as error:  # noqa: BLE001 - the flow raises it again
            return self._loop.fail(error)
        return self._loop.resume(result)

    def until_done(self) -> Self:
        """Read the run to its end and return it.

        Raises:
            ToolLoopError: The model still called tools after `max_steps`, or the run was closed.
            MistralClientError: A request failed, or its stream; the error has the run as `run`.
            Exception: A tool raised it.
        """
        for _ in self:
            pass
        self._raise_if_closed()
        return self

    def get_final_parsed(self) -> P:
        """Read the run to its end and return its answer in the form of `response_format`.

        Raises:
            StructuredOutputError: The text is not of the form, or was cut off.
            ToolLoopError: The run ended without an answer.
            TypeError: `response_format` was not a type.
        """
        self.until_done()
        return self._parsed()

    def close(self) -> None:
        """End the run, from any thread.

        A stream that is being read ends. A tool that runs in the thread of its reader is not
        interrupted: its result is kept, and no other begins. See `threads` for those in threads.
        """
        self._loop.calls.closing = True
        if not self._busy.acquire(blocking=False):
            self._driver.wake()  # and the thread that reads closes
            return
        try:
            self._loop.close()
            self._end()
        finally:
            self._busy.release()

    def _end(self) -> None:
        self._driver.close()
        self._loop.end_scope()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class ToolRunAsync(RunState[P], AsyncIterator[RunDelta]):
    """`ToolRun` for asyncio and trio: `async for`, best inside `async with`."""

    def __init__(
        self, stream: Callable[..., Any], settings: Settings, messages: Iterable[Any]
    ) -> None:
        """Prepare a run; `stream` is a method such as `client.chat.stream_async`."""
        super().__init__(settings, messages)
        self._driver = AsyncDriver(stream, settings, self._loop.scope)
        self._busy = False
        self._idle: anyio.Event | None = None

    @property
    def deltas(self) -> Self:
        """The run itself: the deltas of its streams, and those of tools, for `match`."""
        return self

    @property
    def text_stream(self) -> AsyncTextView:
        """The text of the answers in pieces, as they arrive."""
        return AsyncTextView(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> RunDelta:
        if self._busy:
            raise RuntimeError(_BEING_READ)
        self._busy = True
        try:
            step = self._loop.resume()
            while step is not None and not isinstance(step, Emit):
                step = await self._perform(step)
            if step is None:
                await self._end()
        except BaseException:
            await self._end()
            raise
        finally:
            self._busy = False
            if self._idle is not None:
                self._idle.set()
        if step is None:
            raise StopAsyncIteration
        return step.delta

    async def _perform(self, step: Work) -> Step | None:
        try:
            result = await self._driver.perform(step)
        except BaseException as error:  # noqa: BLE001 - the flow raises it again
            return self._loop.fail(error)
        return self._loop.resume(result)

    async def until_done(self) -> Self:
        """Read the run to its end and return it. Raises as `ToolRun.until_done` does."""
        async for _ in self:
            pass
        self._raise_if_closed()
        return self

    async def get_final_parsed(self) -> P:
        """Read to the end and return the answer, as `ToolRun.get_final_parsed`."""
        await self.until_done()
        return self._parsed()

    async def aclose(self) -> None:
        """End the run, from any task: async tools are cancelled, and awaited."""
        self._loop.calls.closing = True
        if self._busy:
            self._idle = self._idle or anyio.Event()
            await self._driver.wake()
            await self._idle.wait()  # the task that reads closes
            return
        self._loop.close()
        await self._end()

    close = aclose

    async def _end(self) -> None:
        await self._driver.aclose()
        self._loop.end_scope()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


class TextView(Iterator[str]):
    """The text of a `ToolRun`, through its one cursor."""

    def __init__(self, run: ToolRun[Any]) -> None:
        self._run = run

    def __next__(self) -> str:
        while True:
            delta = next(self._run)
            if isinstance(delta, TextDelta) and delta.choice_index == 0:
                return delta.text

    def close(self) -> None:
        """Close the run."""
        self._run.close()


class AsyncTextView(AsyncIterator[str]):
    """The text of a `ToolRunAsync`, through its one cursor."""

    def __init__(self, run: ToolRunAsync[Any]) -> None:
        self._run = run

    async def __anext__(self) -> str:
        while True:
            delta = await anext(self._run)
            if isinstance(delta, TextDelta) and delta.choice_index == 0:
                return delta.text

    async def aclose(self) -> None:
        """Close the run."""
        await self._run.aclose()
