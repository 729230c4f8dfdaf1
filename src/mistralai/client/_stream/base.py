"""The base of the streams that a caller holds: two thin shells, sync and async, around a call.

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
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from .._hints import resolve_hints
from ..errors import IncompleteStreamError
from ..errors.mistralerror import request_id
from .asgenerator import AsyncGeneratorLike
from .drivers import AsyncDriver, SyncDriver
from .misused import AsyncOnly, SyncOnly

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    import httpx2

    from .._call.eventformat import Answer, EndReason
    from .._call.flow import StreamCall
    from .._call.retry import Attempt
    from .._call.timing import Timing
    from .caller import Caller
    from .drivers import Driver

T = TypeVar("T")
A = TypeVar("A", bound="Answer")
D = TypeVar("D", bound="Driver")


class StreamState(Generic[T, A, D]):
    """The state of a stream, sync or async, as its call has it."""

    def __init__(self, call: StreamCall[Any, A], driver: D, client: object, caller: Caller) -> None:
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
        self._unread: list[Any] = []  # deltas

    def parts(self) -> tuple[StreamCall[Any, A], D, object, Caller]:
        """Return the constructor's arguments, for a stream around this one. Not for callers."""
        return self._call, self._driver, self._client, self._caller

    def __del__(self) -> None:
        # The constructor of a subclass may have failed before it set anything, and the child of a
        # fork only has a copy of a stream that its parent reads.
        if getattr(self, "_process", None) == os.getpid() and self._call.end_reason is None:
            self._call.mark_dropped()
            if not sys.is_finalizing():  # the system closes connections at the end of the process
                self._driver.abandon(self._call.tell_end if self._call.watched else None)
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
        one of the two; `"truncated"`: with neither; `"closed"`: by the caller; `"error"`. Streams
        without choices are `"done"` once their answer is whole.
        """
        return self._call.end_reason

    @property
    def timing(self) -> Timing:
        """The times at which parts of the answer arrived; while the stream runs, of those read."""
        return self._call.timing

    def _raise_if_incomplete(self) -> None:
        """Raise the error with which the stream ended, if it did.

        Raises:
            IncompleteStreamError: It was closed before its end.
            MistralClientError: It failed.
        """
        if self._call.error is not None:
            raise self._call.error
        if self.end_reason != "closed" or self._answer.complete:
            return
        partial = self._partial
        message = "the stream was closed before its end"
        if partial is not None:
            message += ". What was read is in .partial"
        error = IncompleteStreamError(message, self.response, "")
        error.events_received = self.timing.events
        error.partial = partial
        raise error

    @property
    def _answer(self) -> A:
        return self._call.answer_so_far

    @property
    def _partial(self) -> Any:
        """The answer so far, for an error."""
        return self._answer.snapshot()

    def __repr__(self) -> str:
        state = self.end_reason or "running"
        return f"<{type(self).__name__} {state}, {self.timing.events} events>"


class SyncStream(StreamState[T, A, SyncDriver], SyncOnly):
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
        except BaseException as error:
            self._call.interrupt(error)
            raise
        if self._call.end_reason is not None:
            self._driver.close()

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


class AsyncStream(StreamState[T, A, AsyncDriver], AsyncGeneratorLike[T], AsyncOnly):
    """`SyncStream` for asyncio and trio: `async for`, best inside `async with`."""

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
        except BaseException as error:
            self._call.interrupt(error)
            raise
        if self._call.end_reason is not None:
            await self._driver.aclose()

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

    async def aclose(self) -> None:
        """Close the stream, from any task."""
        self._call.mark_closed()
        await self._driver.aclose()

    close = aclose

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
