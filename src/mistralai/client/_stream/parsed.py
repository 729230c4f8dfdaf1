"""Streams whose text is JSON of a form that the caller gave."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from pydantic_core import from_json, to_json

from .._answer.deltas import text_of
from .._answer.partial_json import GrowingJSON, ItemScanner
from .._answer.structure import ITEMS, mismatch
from .._hints import resolve_hints
from ..errors import StructuredOutputError
from ..errors.mistralerror import request_id
from ..models import CompletionEvent
from .eventstreaming import EventStream, EventStreamAsync, _StreamState
from .views import NOTHING, AsyncView, Nothing, View

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import httpx2
    from pydantic import TypeAdapter

    from .._answer.structure import Structure
    from .._call.flow import StreamCall

P = TypeVar("P")
E = TypeVar("E")


class Growing(Generic[P]):
    """What the text of a stream grows into.

    Attributes:
        json: The text.
        items: The elements, where it is a list.
    """

    def __init__(self, structure: Structure[P], call: StreamCall) -> None:
        self._structure = structure
        self._final: tuple[P] | None = None
        self.json = GrowingJSON()
        self.items = None if structure.item is None else Items(structure.item, call)

    def add(self, text: str) -> None:
        """Take the next piece of the text."""
        self.json.add(text)
        if self.items is not None:
            self.items.add(text)

    def partial(self, *, last: bool) -> Any:
        """The JSON so far as plain data, or `None` where there is nothing new."""
        value = self.json.partial(last=last)
        return self._structure.unwrapped(value)

    def final(self, finish_reason: str | None, response: httpx2.Response) -> P:
        """The object, validated once.

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
    """The elements of a list, each validated once, when it is asked for."""

    def __init__(self, adapter: TypeAdapter[E], call: StreamCall) -> None:
        self._adapter = adapter
        self._call = call
        self._scanner = ItemScanner()
        self._found: list[str] = []
        self._read: list[E] = []
        self._given = 0

    def add(self, text: str) -> None:
        """Take the next piece of the text."""
        self._found += self._scanner.feed(text)

    def next(self) -> E | Nothing:
        """The next element, or `NOTHING` where it is not there yet.

        Raises:
            StructuredOutputError: It is not of the form. Asked again it is the same.
        """
        if self._given == len(self._found):
            return NOTHING
        element = self._element(self._given)
        self._given += 1
        return element

    def all(self) -> list[E]:
        """Every element."""
        return [self._element(place) for place in range(len(self._found))]

    def finish(self, text: str, finish_reason: str | None, response: httpx2.Response) -> None:
        """See that the text is whole.

        Raises:
            StructuredOutputError: It is not.
        """
        try:
            value = from_json(text, allow_inf_nan=False)
        except ValueError as invalid:
            raise mismatch(invalid, text, finish_reason, response) from invalid
        elements: Any = (
            cast("dict[str, Any]", value).get(ITEMS) if isinstance(value, dict) else None
        )
        if not isinstance(elements, list):
            wrong = ValueError(f"there is no list under the key {ITEMS!r}")
            raise mismatch(wrong, text, finish_reason, response)
        # Written in a way that the scanner does not know, such as with another key before it.
        rest = cast("list[object]", elements)[len(self._found) :]
        self._found += [to_json(element).decode() for element in rest]

    def _element(self, place: int) -> E:
        while len(self._read) <= place:
            text = self._found[len(self._read)]
            try:
                self._read.append(self._adapter.validate_json(text))
            except ValueError as invalid:
                assert self._call.head is not None
                with _so_far(self._call):
                    raise mismatch(invalid, text, None, self._call.head.raw) from invalid
        return self._read[place]


@contextmanager
def _so_far(call: StreamCall) -> Generator[None, None, None]:
    """Let an error of the form say what had come by then."""
    try:
        yield
    except StructuredOutputError as error:
        snapshot = call.answer_so_far.snapshot()
        error.partial = snapshot.came_with(error.headers, request_id(error.headers))
        error.events_received = call.timing.events
        raise


class PartialReading:
    """The JSON so far, at most once for each read of the network."""

    def __init__(self, growing: Growing[Any], call: StreamCall) -> None:
        self._growing = growing
        self._call = call

    def waiting(self) -> Any:
        """What was not given yet, if no event waits that would add to it."""
        if self._call.has_unread_events:
            return NOTHING
        value = self._growing.partial(last=self._call.end_reason is not None)
        return NOTHING if value is None else value

    def came(self, event: CompletionEvent | None) -> Any:  # noqa: ARG002 - the text was added to before
        """The same, after an event or the end."""
        return self.waiting()


class ItemReading(Generic[E]):
    """The elements of a list as they are complete."""

    def __init__(self, items: Items[E], finish: Callable[[], None]) -> None:
        self._items = items
        self._finish = finish

    def waiting(self) -> E | Nothing:
        """An element that is complete."""
        return self._items.next()

    def came(self, event: CompletionEvent | None) -> E | Nothing:
        """The next element. An end in the middle of the list is an error."""
        if event is None:
            self._finish()
        return self._items.next()


class _Parsed(_StreamState[CompletionEvent], Generic[P]):
    """What both colours share."""

    def __init__(self, stream: _StreamState[CompletionEvent], structure: Structure[P]) -> None:
        """Wrap a stream, or what a tracer put around it.

        Args:
            stream: What the client's `stream` method gave.
            structure: The form of its text.
        """
        super().__init__(*stream.parts())
        self._stream: Any = stream
        self._growing = Growing(structure, self._call)

    def _took(self, event: CompletionEvent) -> CompletionEvent:
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


class ParsedEventStream(_Parsed[P], EventStream[CompletionEvent]):
    """A stream of JSON: events and all else that an `EventStream` has, and what the JSON says.

    `partials` and `items()` share the stream's one cursor; they know all the text that was
    read before, by whichever view.
    """

    def __init__(self, stream: EventStream[CompletionEvent], structure: Structure[P]) -> None:
        super().__init__(stream, structure)
        self._source = iter(stream)

    def __iter__(
        self,
    ) -> Self:  # not that which a tracer gives to `EventStream`: it is in the source
        return self

    def __next__(self) -> CompletionEvent:
        self._rest.clear()
        return self._took(next(self._source))

    @property
    def partials(self) -> View[Any]:
        """The JSON so far as plain data: dicts, lists, strings that are still open included.

        Given at most once for each read of the network and, past 4 KiB, when it grew by a 64th,
        so that the cost stays linear. The last state is always given. Text that is no JSON gives
        nothing here; `get_final_parsed` says what is wrong with it.
        """
        return View(self, PartialReading(self._growing, self._call))

    def items(self: ParsedEventStream[list[E]]) -> View[E]:
        """The elements of the list, each validated once, as soon as it is complete.

        Raises:
            TypeError: The `response_format` is no `list[...]`.
            StructuredOutputError: While reading: an element is not of its form, or the list
                is cut off.
        """
        return View(self, self._items())

    def get_final_parsed(self) -> P:
        """Read what is left, and give the object. It is validated once.

        Raises:
            StructuredOutputError: The text is not of the form, or was cut off.
            MistralClientError: As `until_done`.
        """
        self.until_done()
        return self._final()

    def close(self) -> None:
        """Be done with the stream, from any thread."""
        self._stream.close()


class ParsedEventStreamAsync(_Parsed[P], EventStreamAsync[CompletionEvent]):
    """`ParsedEventStream` for asyncio and trio."""

    def __init__(self, stream: EventStreamAsync[CompletionEvent], structure: Structure[P]) -> None:
        super().__init__(stream, structure)
        self._source = aiter(stream)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> CompletionEvent:
        self._rest.clear()
        return self._took(await anext(self._source))

    @property
    def partials(self) -> AsyncView[Any]:
        """The JSON so far, as `ParsedEventStream.partials`."""
        return AsyncView(self, PartialReading(self._growing, self._call))

    def items(self: ParsedEventStreamAsync[list[E]]) -> AsyncView[E]:
        """The elements of the list, as `ParsedEventStream.items`."""
        return AsyncView(self, self._items())

    async def get_final_parsed(self) -> P:
        """Read what is left, and give the object, as `ParsedEventStream.get_final_parsed`."""
        await self.until_done()
        return self._final()

    async def aclose(self) -> None:
        """Be done with the stream, from any task."""
        await self._stream.aclose()

    close = aclose


resolve_hints(__name__)
