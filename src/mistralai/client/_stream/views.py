"""Views of a stream: its text, its deltas and so on, each an iterator over the stream's one cursor.

A reading decides which elements a view yields, and cannot wait. The two shells
around it, synchronous and asynchronous, only ask the stream for the next event.
They are plain classes, not generators, so that they may be closed from anywhere at
any time. This module knows a stream by the protocols `Events` and `AsyncEvents`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, Self, TypeVar

from .._answer.deltas import TextDelta
from .misused import AsyncOnly

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._call.eventformat import Event

D = TypeVar("D")
V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)


class Events(Protocol):
    """A stream, as far as a view needs it."""

    def __iter__(self) -> Iterator[Event]: ...

    def close(self) -> None:
        """Close the stream."""
        ...


class AsyncEvents(Protocol):
    """An asynchronous stream, as far as a view needs it."""

    def __aiter__(self) -> AsyncIterator[Event]: ...

    async def aclose(self) -> None:
        """Close the stream."""
        ...


class Nothing(Enum):
    """The class of `NOTHING`."""

    NOTHING = "nothing"


NOTHING: Final = Nothing.NOTHING
"""The absence of an element; `None` may be an element of a list."""


class Reading(Protocol[V_co]):
    """The rule by which a view makes elements of events."""

    def buffered(self) -> V_co | Nothing:
        """Return the next element that needs no further event, or `NOTHING`."""
        ...

    def read(self, event: Any) -> V_co | Nothing:
        """Take the next event, `None` at the end; return the next element, or `NOTHING`."""
        ...


class View(Iterator[V]):
    """A view of an `EventStream`. It raises the errors that the stream raises."""

    def __init__(self, stream: Events, reading: Reading[V]) -> None:
        self._stream = stream
        self._events = iter(stream)  # a tracer may have wrapped the iterator
        self._reading = reading

    def __next__(self) -> V:
        element = self._reading.buffered()
        while element is NOTHING:
            event = next(self._events, None)
            element = self._reading.read(event)
            if event is None and element is NOTHING:
                raise StopIteration
        return element

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()


class AsyncView(AsyncIterator[V], AsyncOnly):
    """A view of an `EventStreamAsync`. It raises the errors that the stream raises."""

    def __init__(self, stream: AsyncEvents, reading: Reading[V]) -> None:
        self._stream = stream
        self._events = aiter(stream)
        self._reading = reading

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> V:
        element = self._reading.buffered()
        while element is NOTHING:
            event = await anext(self._events, None)
            element = self._reading.read(event)
            if event is None and element is NOTHING:
                raise StopAsyncIteration
        return element

    async def aclose(self) -> None:
        """Close the stream, from any task."""
        await self._stream.aclose()

    close = aclose


class TextReading:
    """Yields the text in the pieces in which it arrives, of several choices that of choice 0."""

    def __init__(self, unread: list[Any], text_of: Callable[[Any], str]) -> None:
        """Start at the stream's cursor.

        Args:
            unread: The stream's list of deltas of its last event that were not read.
            text_of: Returns the text in the data of an event.
        """
        self._unread = unread
        self._text_of = text_of

    def buffered(self) -> str | Nothing:
        """Return the text in the deltas that were not read."""
        if not self._unread:
            return NOTHING
        unread = [*self._unread]
        self._unread.clear()
        texts = (d.text for d in unread if isinstance(d, TextDelta) and d.choice_index == 0)
        return "".join(texts) or NOTHING

    def read(self, event: Any) -> str | Nothing:
        """Return the event's text."""
        if event is None:
            return NOTHING
        return self._text_of(event.data) or NOTHING


class DeltaReading(Generic[D]):
    """Yields the deltas of every event, one by one."""

    def __init__(self, unread: list[D], deltas_of: Callable[[Any], list[D]]) -> None:
        """Start at the stream's cursor.

        Args:
            unread: The stream's list of deltas of its last event that were not read; the stream
                clears it when it reads the next event.
            deltas_of: Returns the deltas in the data of an event, which was just read.
        """
        self._unread = unread
        self._deltas_of = deltas_of

    def buffered(self) -> D | Nothing:
        """Return the next delta of the last event."""
        return self._unread.pop(0) if self._unread else NOTHING

    def read(self, event: Any) -> D | Nothing:
        """Return the first delta of the event."""
        if event is not None:
            self._unread.extend(self._deltas_of(event.data))
        return self.buffered()
