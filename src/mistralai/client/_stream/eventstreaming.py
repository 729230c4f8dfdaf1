"""The stream that a caller holds: two thin shells, one a colour, around one call.

What a stream does is written in `flow.py`; here it is only asked for more.

Events, `text_stream` and `deltas` are one cursor: reading one, then another,
goes on where the last one stopped.
"""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar, cast

from .._hints import resolve_hints
from ..errors import IncompleteStreamError
from ..errors.mistralerror import request_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    import httpx2

    from .._answer.accumulate import Accumulator, Choice
    from .._answer.deltas import Delta
    from .._answer.turn import IncompleteToolCall, SortedCalls
    from .._call.flow import StreamCall
    from .._call.reader import EndReason
    from .._call.retry import Attempt
    from .._call.timing import Timing
    from .._io.drivers import AsyncDriver, SyncDriver
    from ..models import (
        AssistantMessage,
        ChatCompletionResponse,
        CompletionEvent,
        ToolCall,
        UsageInfo,
    )
    from .caller import Caller
    from .views import AsyncView, View

T = TypeVar("T")


class _StreamState(Generic[T]):
    """What a stream knows of its call, in either colour."""

    def __init__(self, call: StreamCall, driver: Any, client: object, caller: Caller) -> None:
        """Wrap a call whose answer has begun.

        Args:
            call: The call.
            driver: What carries out its steps.
            client: Kept alive as long as the stream, with its connections.
            caller: The line that made the call.
        """
        self._call = call
        self._driver = driver
        self._client = client
        self._caller = caller
        self._process = os.getpid()
        self._rest: list[Delta] = []  # of the last event, where its deltas are read

    def parts(self) -> tuple[StreamCall, Any, object, Caller]:
        """What the stream is made of, for a stream around it. Not for callers."""
        return self._call, self._driver, self._client, self._caller

    def __del__(self) -> None:
        # A subclass may have failed before anything was set, and a child that a fork made only
        # has a copy of what its parent reads.
        if getattr(self, "_process", None) == os.getpid() and self._call.end_reason is None:
            self._call.closed()
            if not sys.is_finalizing():  # then nothing else runs, and the system closes the rest
                self._driver.abandon()
            file, line = self._caller
            message = "a stream was dropped before its end; close it, or read it inside `with`"
            with suppress(Exception):  # warnings as errors cannot be raised from here
                warnings.warn_explicit(message, ResourceWarning, file, line)

    @property
    def response(self) -> httpx2.Response:
        """The httpx2 response, of the last attempt where there were several."""
        assert self._call.head is not None
        return self._call.head.raw

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the response."""
        return self.response.headers

    @property
    def request_id(self) -> str | None:
        """The API's id of the request, to quote in a report."""
        return request_id(self.headers)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The requests that were sent; the last one is added when the stream ends."""
        return self._call.attempts

    @property
    def end_reason(self) -> EndReason | None:
        """How the stream ended; `None` while it runs.

        `"done"`: with finish reasons and `[DONE]`; `"finish_reason_only"`, `"done_only"`: with
        one of the two; `"truncated"`: with neither; `"closed"`: by the caller; `"error"`.
        """
        return self._call.end_reason

    @property
    def timing(self) -> Timing:
        """When the parts of the answer came; of what was read so far while the stream runs."""
        return self._call.timing

    @property
    def snapshot(self) -> ChatCompletionResponse:
        """The answer so far, all choices of it. Built when it is read; nothing is copied before."""
        return self._answer.snapshot().came_with(self.headers, self.request_id)

    @property
    def usage(self) -> UsageInfo | None:
        """What the request cost; `None` until the server says, mostly in the last event."""
        return self._answer.usage

    @property
    def finish_reason(self) -> str | None:
        """Why choice 0 ended; `None` until it does."""
        choice = self._first
        return None if choice is None else choice.finish_reason

    @property
    def message(self) -> AssistantMessage:
        """Choice 0 as the message to append to `messages` for the next turn.

        The API takes it as it is: thinking is kept, calls that are not complete are left out.
        """
        from .._answer.turn import message_of

        return message_of(self._first, ended=self._ended)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The calls of choice 0 that can be run.

        Their arguments are JSON, `"{}"` where there were none, and the choice ended, not with
        `"length"`. The others are `incomplete_tool_calls`.
        """
        return self._calls.complete

    @property
    def incomplete_tool_calls(self) -> list[IncompleteToolCall]:
        """The calls of choice 0 that must not be run, each with the reason."""
        return self._calls.incomplete

    @property
    def _answer(self) -> Accumulator:
        return self._call.answer_so_far

    @property
    def _first(self) -> Choice | None:
        return self._answer.choice(0)

    @property
    def _calls(self) -> SortedCalls:
        from .._answer.turn import sorted_calls

        return sorted_calls(self._first, ended=self._ended)

    @property
    def _ended(self) -> bool:
        """Whether the server said that the answer is whole, also without a finish reason."""
        return self.end_reason in {"done", "finish_reason_only", "done_only"}

    @property
    def _text(self) -> str:
        return "" if self._first is None else self._first.text

    def _check_whole(self) -> None:
        """Raise what the stream ended with.

        Raises:
            IncompleteStreamError: It was closed before its end.
            MistralClientError: It failed.
        """
        if self._call.error is not None:
            raise self._call.error
        choices = self._answer.choices
        if self.end_reason != "closed" or (choices and all(c.finish_reason for c in choices)):
            return
        error = IncompleteStreamError(
            "the stream was closed before its end. What was read is in .partial", self.response, ""
        )
        error.events_received = self.timing.events
        error.partial = self.snapshot
        raise error

    def __repr__(self) -> str:
        state = self.end_reason or "running"
        return f"<{type(self).__name__} {state}, {self.timing.events} events>"


class EventStream(_StreamState[T]):
    """Events as they arrive: iterate, best inside `with`, which closes the connection.

    Iteration raises a `MistralClientError` when the stream fails, after every event that
    arrived was given out; asked again it raises the same.
    """

    _driver: SyncDriver

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        call = self._call
        if self._rest:
            self._rest.clear()
        if not call.ready:
            self._pump()
        if call.end_reason == "closed" or not call.ready:
            raise call.error or StopIteration
        return cast("T", call.take())

    def _pump(self) -> None:
        try:
            self._driver.run(self._call.pump())
        except BaseException:
            self._call.closed()
            raise
        if self._call.end_reason is not None:
            self._driver.close()

    @property
    def text_stream(self: EventStream[CompletionEvent]) -> View[str]:
        """The pieces of choice 0's text as they arrive; thinking is left out."""
        from .views import TextReading, View

        return View(self, TextReading(self._rest))

    @property
    def deltas(self: EventStream[CompletionEvent]) -> View[Delta]:
        """All that arrives, of every choice, in typed pieces for `match` (`deltas.py`)."""
        from .views import DeltaReading, View

        return View(self, DeltaReading(self._rest, self._answer))

    def until_done(self) -> Self:
        """Read what is left. After the end it costs nothing.

        Raises:
            IncompleteStreamError: The stream was closed before its end, or broke off.
            MistralClientError: It failed otherwise, now or before.
        """
        for _ in self:
            pass
        self._check_whole()
        return self

    def get_final_completion(self) -> ChatCompletionResponse:
        """Read what is left, and give the whole answer. Raises as `until_done` does."""
        return self.until_done().snapshot

    def get_final_text(self) -> str:
        """Read what is left, and give the text of choice 0. Raises as `until_done` does."""
        self.until_done()
        return self._text

    def close(self) -> None:
        """Be done with the stream, from any thread: a read that blocks is woken and ends."""
        self._call.closed()
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _made(kind: type[BaseException], value: object) -> BaseException:
    """The exception that `throw` of a generator makes of a class and a value."""
    if isinstance(value, BaseException):
        return value
    return kind() if value is None else kind(value)


class EventStreamAsync(_StreamState[T]):
    """`EventStream` for asyncio and trio: `async for`, best inside `async with`."""

    _driver: AsyncDriver

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        call = self._call
        if self._rest:
            self._rest.clear()
        if not call.ready:
            await self._pump()
        if call.end_reason == "closed" or not call.ready:
            raise call.error or StopAsyncIteration
        return cast("T", call.take())

    async def _pump(self) -> None:
        try:
            await self._driver.run(self._call.pump())
        except BaseException:
            self._call.closed()
            raise
        if self._call.end_reason is not None:
            await self._driver.aclose()

    @property
    def text_stream(self: EventStreamAsync[CompletionEvent]) -> AsyncView[str]:
        """The pieces of choice 0's text as they arrive; thinking is left out."""
        from .views import AsyncView, TextReading

        return AsyncView(self, TextReading(self._rest))

    @property
    def deltas(self: EventStreamAsync[CompletionEvent]) -> AsyncView[Delta]:
        """All that arrives, of every choice, in typed pieces for `match` (`deltas.py`)."""
        from .views import AsyncView, DeltaReading

        return AsyncView(self, DeltaReading(self._rest, self._answer))

    async def until_done(self) -> Self:
        """Read what is left. After the end it costs nothing.

        Raises:
            IncompleteStreamError: The stream was closed before its end, or broke off.
            MistralClientError: It failed otherwise, now or before.
        """
        async for _ in self:
            pass
        self._check_whole()
        return self

    async def get_final_completion(self) -> ChatCompletionResponse:
        """Read what is left, and give the whole answer. Raises as `until_done` does."""
        return (await self.until_done()).snapshot

    async def get_final_text(self) -> str:
        """Read what is left, and give the text of choice 0. Raises as `until_done` does."""
        await self.until_done()
        return self._text

    async def aclose(self) -> None:
        """Be done with the stream, from any task."""
        self._call.closed()
        await self._driver.aclose()

    close = aclose

    # With these it is a `collections.abc.AsyncGenerator`, by which some programs know a stream.

    async def asend(self, value: None) -> T:
        """Give the next event, as `anext` does.

        Raises:
            TypeError: There is a value to send: a stream takes none.
        """
        if value is not None:
            raise TypeError(f"a stream of events takes no value; asend() was given {value!r}")
        return await self.__anext__()

    async def athrow(
        self,
        typ: type[BaseException] | BaseException,
        val: object = None,
        tb: TracebackType | None = None,
    ) -> NoReturn:
        """Be done with the stream, then raise the exception."""
        await self.aclose()
        error = typ if isinstance(typ, BaseException) else _made(typ, val)
        raise error if tb is None else error.with_traceback(tb)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


resolve_hints(__name__)
