"""Streams below the generators of tracers.

Some tracers replace `chat.stream` by a function that returns a generator of the events. What needs
more of a stream, such as a run with tools, reads the events from the generator, so that the tracer
sees them, and everything else from the stream below it, which was opened in between.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from .._answer.deltas import Delta
    from .._stream.views import AsyncView, DeltaReading, View

S = TypeVar("S")

_opened: Final[ContextVar[list[Any] | None]] = ContextVar("mistralai_opened", default=None)


def noted(stream: S) -> S:
    """Return a stream that was opened, noted for whoever looks for one in this context."""
    opened = _opened.get()
    if opened is not None:
        opened.append(stream)
    return stream


def seen_through(open_stream: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, so that what it returns has all of a stream.

    Args:
        open_stream: `chat.stream`, or what a tracer has put in its place.
    """

    def opened(**params: Any) -> Any:
        with _noting() as found:
            result = open_stream(**params)
            if hasattr(result, "deltas"):
                return result
            events = iter(result)
            # A generator opens the stream only when it is asked for an event.
            first = None if found else next(events, None)
        return Seen(_below(found, result), events, first)

    return opened


def seen_through_async(open_stream: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    """Do the same for `chat.stream_async`."""

    async def opened(**params: Any) -> Any:
        with _noting() as found:
            result = await open_stream(**params)
            if hasattr(result, "deltas"):
                return result
            events = aiter(result)
            first = None if found else await anext(events, None)
        return SeenAsync(_below(found, result), events, first)

    return opened


@contextmanager
def _noting() -> Generator[list[Any]]:
    found: list[Any] = []
    _opened.set(found)
    try:
        yield found
    finally:
        _opened.set(None)  # a coroutine may be closed in another context, which has no token


def _below(found: list[Any], result: object) -> Any:
    if not found:
        raise TypeError(
            "the method that streams was replaced by one that returned a"
            f" {type(result).__name__}, and opened no stream; a run needs one"
        )
    return found[0]


class _Seen:
    """The stream below a generator."""

    def __init__(self, stream: Any, events: Any, first: Any) -> None:
        self._stream = stream
        self._events = events
        self._first = first  # an event that was read to open the stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _reading(self) -> DeltaReading[Delta]:
        from .._answer.deltas import deltas_of
        from .._stream.views import DeltaReading

        call, *_ = self._stream.parts()
        return DeltaReading([], partial(deltas_of, answer=call.answer_so_far))


class Seen(_Seen):
    """A stream whose events come through a generator."""

    @property
    def deltas(self) -> View[Delta]:
        """The deltas of the events."""
        from .._stream.views import View

        return View(self, self._reading())

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        event, self._first = self._first or next(self._events), None
        return event

    def close(self) -> None:
        """Close the stream, from any thread, and the generator unless it is being read."""
        self._stream.close()
        with suppress(ValueError):
            self._events.close()


class SeenAsync(_Seen):
    """`Seen` for asyncio and trio."""

    @property
    def deltas(self) -> AsyncView[Delta]:
        """The deltas of the events."""
        from .._stream.views import AsyncView

        return AsyncView(self, self._reading())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        event, self._first = self._first or await anext(self._events), None
        return event

    async def aclose(self) -> None:
        """Close the stream, from any task, and the generator unless it is being read."""
        await self._stream.aclose()
        with suppress(RuntimeError):
            await self._events.aclose()
