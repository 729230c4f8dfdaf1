"""Streams whose text is JSON of a form that the caller gave.

A parsed stream wraps the stream that `self.stream` returned, which a tracer may have
replaced, and takes its events through `iter`. Every event passes `_added`, so the text
that has arrived is complete whichever view read it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, Self, TypeAlias, TypeVar, cast

from pydantic_core import from_json, to_json

from .._answer.deltas import text_of
from .._answer.partial_json import GrowingJSON, ItemScanner
from .._answer.structure import ITEMS, mismatch
from .._hints import resolve_hints
from ..errors import StructuredOutputError
from ..errors.mistralerror import request_id
from ..models import CompletionEvent
from .base import D
from .drivers import AsyncDriver, SyncDriver
from .eventstreaming import Completion, EventStream, EventStreamAsync
from .views import NOTHING, AsyncView, Nothing, View

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import httpx2
    from pydantic import TypeAdapter

    from .._answer.accumulate import Accumulator
    from .._answer.structure import Structure
    from .._call.flow import StreamCall

    ChatCall: TypeAlias = StreamCall[CompletionEvent, Accumulator]

P = TypeVar("P")
E = TypeVar("E")


class Growing(Generic[P]):
    """The value that the text of a stream grows into.

    Attributes:
        json: The text.
        items: The elements, if the form is a list.
    """

    def __init__(self, structure: Structure[P], call: ChatCall) -> None:
        self._structure = structure
        self._final: tuple[P] | None = None
        self.json = GrowingJSON()
        self.items = None if structure.item is None else Items(structure.item, call)

    def add(self, text: str) -> None:
        """Add the next piece of the text."""
        self.json.add(text)
        if self.items is not None:
            self.items.add(text)

    def partial(self, *, last: bool) -> Any:
        """Return the JSON so far as plain data, or `None` if there is nothing new."""
        value = self.json.partial(last=last)
        return self._structure.unwrapped(value)

    def final(self, finish_reason: str | None, response: httpx2.Response) -> P:
        """Return the object, validated once.

        Raises:
            StructuredOutputError: The text is not of the form.
        """
        if self._final is None:
            if self.items is None:
                self._final = (self._structure.read(self.json.text, finish_reason, response),)
            else:
                self.items.finish(self.json.text, finish_reason, response)
                self._final = (cast("P", self.items.all()),)
        return self._final[0]


class Items(Generic[E]):
    """The elements of a list, each validated once, when it is first read."""

    def __init__(self, adapter: TypeAdapter[E], call: ChatCall) -> None:
        self._adapter = adapter
        self._call = call
        self._scanner = ItemScanner()
        self._found: list[str] = []  # the JSON of each
        self._validated: list[E] = []
        self._position = 0  # of the next one to return

    def add(self, text: str) -> None:
        """Add the next piece of the text."""
        self._found += self._scanner.feed(text)

    def next(self) -> E | Nothing:
        """Return the next element, or `NOTHING` if it is not complete yet.

        Raises:
            StructuredOutputError: It is not of the form; the next call raises it again.
        """
        if self._position == len(self._found):
            return NOTHING
        element = self._element(self._position)
        self._position += 1
        return element

    def all(self) -> list[E]:
        """Return every element."""
        return [self._element(place) for place in range(len(self._found))]

    def finish(self, text: str, finish_reason: str | None, response: httpx2.Response) -> None:
        """Check that the text is complete.

        Raises:
            StructuredOutputError: It is not a JSON object with the list.
        """
        try:
            value = from_json(text, allow_inf_nan=False)
        except ValueError as invalid:
            raise mismatch(invalid, text, finish_reason, response) from invalid
        elements: object = None
        if isinstance(value, dict):
            elements = cast("dict[str, Any]", value).get(ITEMS)
        if not isinstance(elements, list):
            wrong = ValueError(f"the object has no list under the key {ITEMS!r}")
            raise mismatch(wrong, text, finish_reason, response)
        # The scanner found fewer where the object is written otherwise, with another key first.
        rest = cast("list[object]", elements)[len(self._found) :]
        self._found += [to_json(element).decode() for element in rest]

    def _element(self, place: int) -> E:
        while len(self._validated) <= place:
            text = self._found[len(self._validated)]
            try:
                self._validated.append(self._adapter.validate_json(text))
            except ValueError as invalid:
                assert self._call.head is not None
                with _so_far(self._call):
                    raise mismatch(invalid, text, None, self._call.head.raw) from invalid
        return self._validated[place]


@contextmanager
def _so_far(call: ChatCall) -> Generator[None, None, None]:
    """Put the answer so far into a `StructuredOutputError`."""
    try:
        yield
    except StructuredOutputError as error:
        snapshot = call.answer_so_far.snapshot()
        error.partial = snapshot.attach_response(error.headers, request_id(error.headers))
        error.events_received = call.timing.events
        raise


class PartialReading:
    """Yields the JSON so far, at most once per read of the network."""

    def __init__(self, growing: Growing[Any], call: ChatCall) -> None:
        self._growing = growing
        self._call = call

    def buffered(self) -> Any:
        """Return the JSON if it has grown and no event is in the buffer that would add to it."""
        if self._call.has_unread_events:
            return NOTHING
        value = self._growing.partial(last=self._call.end_reason is not None)
        return NOTHING if value is None else value

    def read(self, event: CompletionEvent | None) -> Any:  # noqa: ARG002 - the stream added its text
        """Return the same after an event or the end."""
        return self.buffered()


class ItemReading(Generic[E]):
    """Yields the elements of a list as soon as each is complete."""

    def __init__(self, items: Items[E], finish: Callable[[], None]) -> None:
        self._items = items
        self._finish = finish

    def buffered(self) -> E | Nothing:
        """Return an element that is complete."""
        return self._items.next()

    def read(self, event: CompletionEvent | None) -> E | Nothing:
        """Return the next element. An end in the middle of the list is an error."""
        if event is None:
            self._finish()
        return self._items.next()


class _Parsed(Completion[CompletionEvent, D], Generic[P, D]):
    """The part that the sync and async variants share."""

    _language = "json"

    def __init__(self, stream: Completion[CompletionEvent, D], structure: Structure[P]) -> None:
        """Wrap a stream, or the proxy that a tracer put around it.

        Args:
            stream: The result of the client's `stream` method.
            structure: The form of its text.
        """
        super().__init__(*stream.parts())
        self._growing = Growing(structure, self._call)

    def _added(self, event: CompletionEvent) -> CompletionEvent:
        text = text_of(event.data)
        if text:
            self._growing.add(text)
        return event

    def _final(self) -> P:
        with _so_far(self._call):
            return self._growing.final(self.finish_reason, self.response)

    def _items(self) -> ItemReading[Any]:
        items = self._growing.items
        if items is None:
            raise TypeError("items() is for a response_format that is a list[...]; see partials")

        def finish() -> None:
            if self.end_reason != "closed":
                with _so_far(self._call):
                    items.finish(self._growing.json.text, self.finish_reason, self.response)

        return ItemReading(items, finish)


class ParsedEventStream(_Parsed[P, SyncDriver], EventStream[CompletionEvent]):
    """An `EventStream` whose text is JSON, with views of the growing value.

    `partials` and `items()` share the stream's one cursor; they include the text that any other
    view has read before.
    """

    def __init__(self, stream: EventStream[CompletionEvent], structure: Structure[P]) -> None:
        super().__init__(stream, structure)
        self._stream = stream
        self._source = iter(stream)

    def __iter__(self) -> Self:  # hides a tracer's `EventStream.__iter__`: the source has used it
        return self

    def __next__(self) -> CompletionEvent:
        self._unread.clear()
        return self._added(next(self._source))

    @property
    def partials(self) -> View[Any]:
        """The JSON so far as plain data, strings that are still open included.

        Yielded at most once per read of the network and, past 4 KiB, when the text grew by a 64th,
        so that the cost stays linear. The last state is always yielded. Text that is not JSON
        yields nothing here; `get_final_parsed` raises the error.
        """
        return View(self, PartialReading(self._growing, self._call))

    def items(self: ParsedEventStream[list[E]]) -> View[E]:
        """Return a view of the elements of the list, each validated once, as they are complete.

        Raises:
            TypeError: The `response_format` is not a `list[...]`.
            StructuredOutputError: While reading: an element is not of its form, or the list
                is cut off.
        """
        return View(self, self._items())

    def get_final_parsed(self) -> P:
        """Read the stream to its end and return the object, which is validated once.

        Raises:
            StructuredOutputError: The text is not of the form, or was cut off.
            MistralClientError: As `until_done` raises it.
        """
        self.until_done()
        return self._final()

    def close(self) -> None:
        """Close the stream, from any thread."""
        self._stream.close()


class ParsedEventStreamAsync(_Parsed[P, AsyncDriver], EventStreamAsync[CompletionEvent]):
    """`ParsedEventStream` for asyncio and trio."""

    def __init__(self, stream: EventStreamAsync[CompletionEvent], structure: Structure[P]) -> None:
        super().__init__(stream, structure)
        self._stream = stream
        self._source = aiter(stream)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> CompletionEvent:
        self._unread.clear()
        return self._added(await anext(self._source))

    @property
    def partials(self) -> AsyncView[Any]:
        """The JSON so far, as `ParsedEventStream.partials`."""
        return AsyncView(self, PartialReading(self._growing, self._call))

    def items(self: ParsedEventStreamAsync[list[E]]) -> AsyncView[E]:
        """Return a view of the elements of the list, as `ParsedEventStream.items`."""
        return AsyncView(self, self._items())

    async def get_final_parsed(self) -> P:
        """Read to the end and return the object, as `ParsedEventStream.get_final_parsed`."""
        await self.until_done()
        return self._final()

    async def aclose(self) -> None:
        """Close the stream, from any task."""
        await self._stream.aclose()

    close = aclose


resolve_hints(__name__)
