"""Views of a stream: its text, its deltas and so on, each an iterator over the stream's one cursor.

What a view gives is decided by its reading, which cannot wait; the two shells
around it only ask the stream for the next event. They are plain classes: they may
be closed from anywhere, at any time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeVar

from .._answer.deltas import TextDelta, deltas_of, text_of

if TYPE_CHECKING:
    from .._answer.accumulate import Accumulator
    from .._answer.deltas import Delta
    from ..models import CompletionEvent
    from .eventstreaming import EventStream, EventStreamAsync

V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)


class Nothing(Enum):
    """The class of `NOTHING`."""

    NOTHING = "nothing"


NOTHING: Final = Nothing.NOTHING
"""Stands for nothing to give, since `None` may be an element of a list."""


class Reading(Protocol[V_co]):
    """What a view makes of events."""

    def waiting(self) -> V_co | Nothing:
        """What can be given before another event is read."""
        ...

    def came(self, event: CompletionEvent | None) -> V_co | Nothing:
        """What the next event brings, or the end of the stream, which is `None`."""
        ...


class View(Iterator[V]):
    """A view of an `EventStream`. It raises what the stream raises."""

    def __init__(self, stream: EventStream[CompletionEvent], reading: Reading[V]) -> None:
        self._stream = stream
        self._events = iter(stream)  # which a tracer may have wrapped
        self._reading = reading

    def __next__(self) -> V:
        found = self._reading.waiting()
        while found is NOTHING:
            event = next(self._events, None)
            found = self._reading.came(event)
            if event is None and found is NOTHING:
                raise StopIteration
        return found

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()


class AsyncView(AsyncIterator[V]):
    """A view of an `EventStreamAsync`. It raises what the stream raises."""

    def __init__(self, stream: EventStreamAsync[CompletionEvent], reading: Reading[V]) -> None:
        self._stream = stream
        self._events = aiter(stream)
        self._reading = reading

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> V:
        found = self._reading.waiting()
        while found is NOTHING:
            event = await anext(self._events, None)
            found = self._reading.came(event)
            if event is None and found is NOTHING:
                raise StopAsyncIteration
        return found

    async def aclose(self) -> None:
        """Close the stream, from any task."""
        await self._stream.aclose()

    close = aclose


class TextReading:
    """The text of choice 0, in the pieces in which it comes."""

    def __init__(self, rest: list[Delta]) -> None:
        self._rest = rest

    def waiting(self) -> str | Nothing:
        """The text of an event whose deltas were read in part."""
        if not self._rest:
            return NOTHING
        rest = [*self._rest]
        self._rest.clear()
        texts = (d.text for d in rest if isinstance(d, TextDelta) and d.choice_index == 0)
        return "".join(texts) or NOTHING

    def came(self, event: CompletionEvent | None) -> str | Nothing:
        """The event's text."""
        return NOTHING if event is None else text_of(event.data) or NOTHING


class DeltaReading:
    """All that the events bring, in typed pieces.

    An event can bring several: those not read yet are the stream's `rest`, until it goes on.
    """

    def __init__(self, rest: list[Delta], answer: Accumulator) -> None:
        self._rest = rest
        self._answer = answer

    def waiting(self) -> Delta | Nothing:
        """The next piece of the last event."""
        return self._rest.pop(0) if self._rest else NOTHING

    def came(self, event: CompletionEvent | None) -> Delta | Nothing:
        """The first piece of the event."""
        if event is not None:
            self._rest.extend(deltas_of(event.data, self._answer))
        return self.waiting()
