"""An iterator that may block, read by a thread of its own for an event loop.

The thread is a daemon, and gets one item at a time when it is asked. A pool's thread would keep the
process from exiting while it waits for a line of standard input that nobody will type. It ends with
the iterator, or when it is closed and no item is being waited for.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Generic, Self, TypeVar

import anyio
from anyio import from_thread
from anyio.lowlevel import EventLoopToken, current_token

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


class _End:
    """The end of an iterator."""


class BlockingItems(Generic[T]):
    """The items of an iterator that may block, as an async iterator.

    Args:
        items: The iterator. What it raises is raised here.
    """

    def __init__(self, items: Iterator[T]) -> None:
        self._items = items
        self._asked: queue.SimpleQueue[tuple[anyio.Event, EventLoopToken] | None] = (
            queue.SimpleQueue()
        )
        self._given: queue.SimpleQueue[T | _End | Exception] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if self._thread is None:
            self._thread = threading.Thread(target=self._read, name="bulk-input", daemon=True)
            self._thread.start()
        event = anyio.Event()
        self._asked.put((event, current_token()))
        await event.wait()
        item = self._given.get_nowait()
        if isinstance(item, _End):
            raise StopAsyncIteration
        if isinstance(item, Exception):
            raise item
        return item

    def close(self) -> None:
        """Let the thread end."""
        self._asked.put(None)

    def _read(self) -> None:
        ended = False
        while not ended:
            asked = self._asked.get()
            if asked is None:
                return
            event, token = asked
            try:
                item: T | _End | Exception = next(self._items, _End())
            except Exception as error:  # noqa: BLE001 - it is raised where the item is awaited
                item = error
            ended = isinstance(item, _End | Exception)
            self._given.put(item)
            try:
                from_thread.run_sync(event.set, token=token)
            except (RuntimeError, anyio.RunFinishedError):  # the loop has ended
                return
