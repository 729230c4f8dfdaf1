"""The streams that a caller holds: two thin shells, sync and async, around one `StreamCall`.

Theory of operation. The call (`_call/flow.py`) decides; a stream only asks it for events, has a
driver carry out its steps, and shows its state. So all that is written twice here is short.

- One cursor. Iterating the stream, `text_stream`, `deltas` and the views of `parsed.py` all take
  events from the same call: a reader that starts where another stopped misses nothing and sees
  nothing twice. An event has several deltas; those that a reader left are in `_unread`, which
  the other views read first and which the next event discards.
- `__next__` is the hot path. While the call has events in its buffer (`ready`) no driver, no
  generator and no await is involved: `take` returns the next one.
- `_pump` runs the call until it has events or has ended. Whatever interrupts it, a
  `KeyboardInterrupt` and a cancellation included, ends the call as closed: a generator that was
  stopped at a `yield` cannot be resumed. After the end the connection is returned or closed.
- An error is raised after every event that arrived before it, and again each time the stream is
  asked for more. A stream that was closed yields nothing, buffered events included.
- Closing is idempotent, and allowed from any thread or task: it marks the call, then has the driver
  wake a read that blocks.
- A stream that is dropped before its end warns with the line that made the call. `__del__` may run
  in the middle of the HTTP library's own code, so the driver only abandons the connection there.
"""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, NoReturn, Self, TypeVar, cast

from .._hints import resolve_hints
from ..errors import IncompleteStreamError
from ..errors.mistralerror import request_id
from .drivers import AsyncDriver, SyncDriver
from .misused import AsyncOnly, SyncOnly

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    import httpx2

    from .._answer.accumulate import Accumulator, Choice
    from .._answer.deltas import Delta
    from .._answer.turn import IncompleteToolCall, SortedCalls
    from .._call.flow import StreamCall
    from .._call.reader import EndReason
    from .._call.retry import Attempt
    from .._call.timing import Timing
    from ..models import (
        AssistantMessage,
        ChatCompletionResponse,
        CompletionEvent,
        ToolCall,
        UsageInfo,
    )
    from .caller import Caller
    from .drivers import Driver
    from .views import AsyncView, View

T = TypeVar("T")
D = TypeVar("D", bound="Driver")


class _StreamState(Generic[T, D]):
    """The state of a stream, sync or async, as its call has it."""

    _language = ""
    """The language of a text that is not Markdown."""

    def __init__(self, call: StreamCall, driver: D, client: object, caller: Caller) -> None:
        """Wrap a call whose answer has begun.

        Args:
            call: The call.
            driver: Carries out the steps of the call.
            client: Kept alive as long as the stream, with its connections.
            caller: The line that made the call.
        """
        self._call = call
        # The generated SDK's streams have a parameter. Here it is always the event of the call.
        self._take = cast("Callable[[], T]", call.take)
        self._driver = driver
        self._client = client
        self._caller = caller
        self._process = os.getpid()
        self._unread: list[Delta] = []

    def parts(self) -> tuple[StreamCall, D, object, Caller]:
        """Return the constructor's arguments, for a stream around this one. Not for callers."""
        return self._call, self._driver, self._client, self._caller

    def __del__(self) -> None:
        # The constructor of a subclass may have failed before it set anything, and the child of a
        # fork only has a copy of a stream that its parent reads.
        if getattr(self, "_process", None) == os.getpid() and self._call.end_reason is None:
            self._call.mark_closed()
            if not sys.is_finalizing():  # the system closes connections at the end of the process
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
        """The way in which the stream ended; `None` while it runs.

        `"done"`: with finish reasons and `[DONE]`; `"finish_reason_only"`, `"done_only"`: with
        one of the two; `"truncated"`: with neither; `"closed"`: by the caller; `"error"`.
        """
        return self._call.end_reason

    @property
    def timing(self) -> Timing:
        """The times at which parts of the answer arrived; while the stream runs, of those read."""
        return self._call.timing

    @property
    def snapshot(self) -> ChatCompletionResponse:
        """The answer so far, with every choice. Built when it is read; nothing is copied before."""
        return self._answer.snapshot().attach_response(self.headers, self.request_id)

    @property
    def usage(self) -> UsageInfo | None:
        """The tokens used; `None` until the server says, as a rule in the last event."""
        return self._answer.usage

    @property
    def finish_reason(self) -> str | None:
        """The reason why choice 0 ended; `None` until it does."""
        choice = self._choice
        return None if choice is None else choice.finish_reason

    @property
    def message(self) -> AssistantMessage:
        """Choice 0 as the message to append to `messages` for the next turn.

        The API takes it as it is: thinking is kept, incomplete tool calls are left out.
        """
        from .._answer.turn import message_of

        return message_of(self._choice, ended=self._ended)

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
    def _choice(self) -> Choice | None:
        return self._answer.choice(0)

    @property
    def _calls(self) -> SortedCalls:
        from .._answer.turn import sorted_calls

        return sorted_calls(self._choice, ended=self._ended)

    @property
    def _ended(self) -> bool:
        """True once the server ended the answer properly, also without a finish reason."""
        return self.end_reason in {"done", "finish_reason_only", "done_only"}

    @property
    def _text(self) -> str:
        return "" if self._choice is None else self._choice.text

    def _raise_if_incomplete(self) -> None:
        """Raise the error with which the stream ended, if it did.

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

    def _repr_markdown_(self) -> str:
        """Return the answer so far for a notebook, with usage and timing below."""
        from .notebook import markdown_of

        return markdown_of(self, self._language)

    def __repr__(self) -> str:
        state = self.end_reason or "running"
        return f"<{type(self).__name__} {state}, {self.timing.events} events>"


class EventStream(_StreamState[T, SyncDriver], SyncOnly):
    """Events as they arrive: iterate, best inside `with`, which closes the connection.

    Iteration raises a `MistralClientError` when the stream fails, after it has yielded every
    event that arrived; asked again it raises the same.
    """

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        call = self._call
        if self._unread:
            self._unread.clear()
        if not call.ready:
            self._pump()
        if call.end_reason == "closed" or not call.ready:
            if call.error is not None:
                raise call.error
            raise StopIteration
        return self._take()

    def _pump(self) -> None:
        try:
            self._driver.run(self._call.pump())
        except BaseException:
            self._call.mark_closed()
            raise
        if self._call.end_reason is not None:
            self._driver.close()

    @property
    def text_stream(self: EventStream[CompletionEvent]) -> View[str]:
        """The text of choice 0 in pieces, as they arrive; thinking is left out."""
        from .views import TextReading, View

        return View(self, TextReading(self._unread))

    @property
    def deltas(self: EventStream[CompletionEvent]) -> View[Delta]:
        """Everything that arrives, of every choice, in typed pieces for `match` (`deltas.py`)."""
        from .views import DeltaReading, View

        return View(self, DeltaReading(self._unread, self._answer))

    def until_done(self) -> Self:
        """Read the stream to its end. After the end it costs nothing.

        Raises:
            IncompleteStreamError: The stream was closed before its end, or broke off.
            MistralClientError: It failed otherwise, now or before.
        """
        for _ in self:
            pass
        self._raise_if_incomplete()
        return self

    def get_final_completion(self) -> ChatCompletionResponse:
        """Read the stream to its end and return the whole answer. Raises as `until_done` does."""
        return self.until_done().snapshot

    def get_final_text(self) -> str:
        """Read the stream to its end and return choice 0's text. Raises as `until_done` does."""
        self.until_done()
        return self._text

    def show(self: EventStream[CompletionEvent]) -> None:
        """Show the answer in the output of this notebook cell as it grows, then close the stream.

        Thinking is folded, tool calls are shown, and usage and timing are below. In a terminal the
        text is printed as it grows. An interrupt leaves the part that was received. Afterwards the
        stream has its `snapshot`, `message` and so on; nothing is returned, because a notebook
        would show it again.

        Raises:
            ModuleNotFoundError: IPython is not installed.
            MistralClientError: The stream failed; the part before is shown.
        """
        from .notebook import Cell

        with Cell(self, self._call.clock) as cell, self:
            for _ in self:
                cell.update()

    def close(self) -> None:
        """Close the stream, from any thread: a read that blocks is woken and ends."""
        self._call.mark_closed()
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


class EventStreamAsync(_StreamState[T, AsyncDriver], AsyncOnly):
    """`EventStream` for asyncio and trio: `async for`, best inside `async with`."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        call = self._call
        if self._unread:
            self._unread.clear()
        if not call.ready:
            await self._pump()
        if call.end_reason == "closed" or not call.ready:
            if call.error is not None:
                raise call.error
            raise StopAsyncIteration
        return self._take()

    async def _pump(self) -> None:
        try:
            await self._driver.run(self._call.pump())
        except BaseException:
            self._call.mark_closed()
            raise
        if self._call.end_reason is not None:
            await self._driver.aclose()

    @property
    def text_stream(self: EventStreamAsync[CompletionEvent]) -> AsyncView[str]:
        """The text of choice 0 in pieces, as they arrive; thinking is left out."""
        from .views import AsyncView, TextReading

        return AsyncView(self, TextReading(self._unread))

    @property
    def deltas(self: EventStreamAsync[CompletionEvent]) -> AsyncView[Delta]:
        """Everything that arrives, of every choice, in typed pieces for `match` (`deltas.py`)."""
        from .views import AsyncView, DeltaReading

        return AsyncView(self, DeltaReading(self._unread, self._answer))

    async def until_done(self) -> Self:
        """Read the stream to its end. After the end it costs nothing.

        Raises:
            IncompleteStreamError: The stream was closed before its end, or broke off.
            MistralClientError: It failed otherwise, now or before.
        """
        async for _ in self:
            pass
        self._raise_if_incomplete()
        return self

    async def get_final_completion(self) -> ChatCompletionResponse:
        """Read the stream to its end and return the whole answer. Raises as `until_done` does."""
        return (await self.until_done()).snapshot

    async def get_final_text(self) -> str:
        """Read the stream to its end and return choice 0's text. Raises as `until_done` does."""
        await self.until_done()
        return self._text

    async def show(self: EventStreamAsync[CompletionEvent]) -> None:
        """Show the answer as it grows, as `EventStream.show`."""
        from .notebook import AsyncCell

        with AsyncCell(self, self._call.clock) as cell:
            async with self:
                async for _ in self:
                    cell.update()

    async def aclose(self) -> None:
        """Close the stream, from any task."""
        self._call.mark_closed()
        await self._driver.aclose()

    close = aclose

    # With these it is a `collections.abc.AsyncGenerator`, by which some programs know a stream.

    async def asend(self, value: None) -> T:
        """Return the next event, as `anext` does.

        Raises:
            TypeError: `value` is not `None`: a stream takes no values.
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
        """Close the stream, then raise the exception."""
        await self.aclose()
        error = typ if isinstance(typ, BaseException) else _exception_of(typ, val)
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


def _exception_of(kind: type[BaseException], value: object) -> BaseException:
    """Return the exception that `throw` of a generator makes of a class and a value."""
    if isinstance(value, BaseException):
        return value
    return kind() if value is None else kind(value)


resolve_hints(__name__)
