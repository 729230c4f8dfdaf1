"""The sources of answers: whatever yields deltas or completion events, and what makes it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from inspect import isawaitable, iscoroutine
from typing import Any, TypeAlias

from mistralai.client.utils.eventstreaming import EventStreamAsync

Items: TypeAlias = (
    AsyncIterable[Any] | Awaitable[AsyncIterable[Any]] | AbstractAsyncContextManager[Any]
)
Source: TypeAlias = Items | Callable[[], Items]
"""What `stream_async` and `run_tools_async` return, awaited or not; any asynchronous iterator of
deltas or of completion events; a context manager or an awaitable that gives one; or a function,
synchronous or asynchronous, that returns one of these."""


class OpenSource:
    """A source that is being read.

    Attributes:
        items: What it yields.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        events_are_better = isinstance(stream, EventStreamAsync)  # they have id and model too
        deltas = None if events_are_better else getattr(stream, "deltas", None)
        self.items: AsyncIterator[Any] = aiter(stream if deltas is None else deltas)

    @property
    def closed(self) -> bool:
        """True if the stream ended because the application closed it."""
        return getattr(self._stream, "end_reason", None) == "closed"


def check(source: object) -> None:
    """Refuse what cannot be a source.

    Raises:
        TypeError: It is none.
    """
    if not (
        callable(source)
        or isawaitable(source)
        or hasattr(source, "__aiter__")
        or hasattr(source, "__aenter__")
    ):
        raise TypeError(
            f"the source of an answer is {type(source).__name__}; give what stream_async returns, "
            "an asynchronous iterator of deltas, or a function that makes one"
        )


@asynccontextmanager
async def opened(source: Source) -> AsyncGenerator[OpenSource]:
    """Open a source, and close it afterwards.

    Raises:
        TypeError: It gives nothing that can be read.
    """
    async with AsyncExitStack() as stack:
        stream = await _made(source)
        if hasattr(stream, "__aenter__"):
            stream = await stack.enter_async_context(stream)
        elif hasattr(stream, "aclose"):
            stack.push_async_callback(stream.aclose)
        if not hasattr(stream, "__aiter__"):
            close: object = getattr(stream, "close", None)
            if callable(close):
                close()
            raise TypeError(
                f"the source of an answer gave {type(stream).__name__}, which cannot be read by "
                "`async for`; give what stream_async returns, or an asynchronous generator"
            )
        yield OpenSource(stream)


async def _made(source: Any) -> Any:
    """Return what a source gives before it is entered or read."""
    made = source() if callable(source) else source
    while not hasattr(made, "__aenter__"):
        if not isawaitable(made):
            break
        made = await made
    return made


async def discard(source: object) -> None:
    """Close a source that was given open and is not wanted."""
    if iscoroutine(source):
        source.close()  # Python warns of one that nobody awaits
        return
    close = None if callable(source) else getattr(source, "aclose", None)
    if close is not None:
        await close()
