"""The client in its three colours, behind one small interface, so that one table tests all.

The same with an HTTP client of another make, such as httpx's, is a colour of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from typing import Any, Protocol, cast

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from mistralai.client import Mistral
from mistralai.client.models import ChatCompletionResponse, CompletionEvent
from mistralai.client.utils.eventstreaming import EventStream, EventStreamAsync

from .wrapped import AsyncBare, AsyncWrapped, Bare, Wrapped

COLOURS = ("sync", "asyncio", "trio")

UVLOOP = ("uvloop",) if find_spec("uvloop") else ()
"""asyncio on uvloop's loop, where it is installed."""

_MAKES: dict[str, tuple[Callable[[httpx.Client], Any], Callable[[httpx.AsyncClient], Any]]] = {
    "httpx": (lambda client: client, lambda client: client),
    "wrapped": (Wrapped, AsyncWrapped),
    "bare": (Bare, AsyncBare),
}


class Colour(Protocol):
    """How a test uses the client, whichever colour it has."""

    def client(self, **settings: Any) -> Mistral:
        """Make a client, to be closed when the test ends."""
        ...

    def open(self, client: Mistral, **params: Any) -> Any:
        """Begin a stream."""
        ...

    def next(self, stream: Any) -> CompletionEvent:
        """Give the stream's next event; `StopIteration` at its end."""
        ...

    def collect(self, stream: Any) -> list[CompletionEvent]:
        """Give what is left of a stream."""
        ...

    def call(self, method: Callable[..., Any], *args: Any) -> Any:
        """Call a method of a stream or a view, such as `stream.get_final_text`."""
        ...

    def ask(self, resource: Any, method: str, **params: Any) -> Any:
        """Call a method of a resource by its synchronous name."""
        ...

    def close(self, stream: Any) -> None:
        """Close a stream."""
        ...

    def complete(self, client: Mistral, **params: Any) -> ChatCompletionResponse:
        """Ask for a whole answer."""
        ...

    def shut(self, client: Mistral) -> None:
        """Close a client."""
        ...


def ask(colour: Colour, client: Mistral, *, whole: bool, **params: Any) -> None:
    """Ask for a whole answer, or read a stream to its end."""
    if whole:
        colour.complete(client, **params)
    else:
        colour.collect(colour.open(client, **params))


def colour_of(name: str) -> AbstractContextManager[Colour]:
    """Give the colour of a name, for the time of a test."""
    kind, _, make = name.partition(" on ")
    if make:
        return _foreign(kind, make)
    return _sync() if name == "sync" else _async(name)


@contextmanager
def _foreign(kind: str, make: str) -> Iterator[Colour]:
    made, made_async = _MAKES[make]
    with colour_of(kind) as colour, httpx.Client(timeout=30) as http:
        async_http = httpx.AsyncClient(timeout=30)
        client = colour.client

        def client_of(**settings: Any) -> Mistral:
            given = {"client": made(http), "async_client": made_async(async_http)}
            return client(**{**given, **settings})

        cast("Any", colour).client = client_of
        yield colour
        if isinstance(colour, AsyncColour):
            colour.call(async_http.aclose)


@contextmanager
def _sync() -> Iterator[Colour]:
    colour = SyncColour()
    try:
        yield colour
    finally:
        for client in colour.clients:
            client.close()


@contextmanager
def _async(name: str) -> Iterator[Colour]:
    backend = "trio" if name == "trio" else "asyncio"
    with start_blocking_portal(
        backend, {"use_uvloop": True} if name == "uvloop" else None
    ) as portal:
        colour = AsyncColour(portal)
        try:
            yield colour
        finally:
            colour.end()


class SyncColour:
    def __init__(self) -> None:
        self.clients: list[Mistral] = []

    def client(self, **settings: Any) -> Mistral:
        self.clients.append(Mistral(**{"api_key": "key", **settings}))
        return self.clients[-1]

    def open(self, client: Mistral, **params: Any) -> EventStream[CompletionEvent]:
        return client.chat.stream(**params)

    def next(self, stream: EventStream[CompletionEvent]) -> CompletionEvent:
        return next(stream)

    def collect(self, stream: EventStream[CompletionEvent]) -> list[CompletionEvent]:
        return list(stream)

    def call(self, method: Callable[..., Any], *args: Any) -> Any:
        return method(*args)

    def ask(self, resource: Any, method: str, **params: Any) -> Any:
        return getattr(resource, method)(**params)

    def close(self, stream: EventStream[CompletionEvent]) -> None:
        stream.close()

    def complete(self, client: Mistral, **params: Any) -> ChatCompletionResponse:
        return client.chat.complete(**params)

    def shut(self, client: Mistral) -> None:
        client.close()


class AsyncColour:
    """Both async colours: every call runs to its end on a loop in a thread beside the test."""

    def __init__(self, portal: BlockingPortal) -> None:
        self._portal = portal
        self.clients: list[Mistral] = []

    def client(self, **settings: Any) -> Mistral:
        self.clients.append(Mistral(**{"api_key": "key", **settings}))
        return self.clients[-1]

    def open(self, client: Mistral, **params: Any) -> EventStreamAsync[CompletionEvent]:
        async def open_() -> EventStreamAsync[CompletionEvent]:
            return await client.chat.stream_async(**params)

        return self._portal.call(open_)

    def next(self, stream: EventStreamAsync[CompletionEvent]) -> CompletionEvent:
        async def next_() -> CompletionEvent | None:
            return await anext(stream, None)

        event = self._portal.call(next_)
        if event is None:
            raise StopIteration
        return event

    def collect(self, stream: EventStreamAsync[CompletionEvent]) -> list[CompletionEvent]:
        async def collect_() -> list[CompletionEvent]:
            return [event async for event in stream]

        return self._portal.call(collect_)

    def call(self, method: Callable[..., Any], *args: Any) -> Any:
        return self._portal.call(method, *args)

    def ask(self, resource: Any, method: str, **params: Any) -> Any:
        async def ask_() -> Any:
            return await getattr(resource, f"{method}_async")(**params)

        return self._portal.call(ask_)

    def close(self, stream: EventStreamAsync[CompletionEvent]) -> None:
        self._portal.call(stream.aclose)

    def complete(self, client: Mistral, **params: Any) -> ChatCompletionResponse:
        async def complete_() -> ChatCompletionResponse:
            return await client.chat.complete_async(**params)

        return self._portal.call(complete_)

    def shut(self, client: Mistral) -> None:
        self._portal.call(client.aclose)

    def end(self) -> None:
        for client in self.clients:
            self.shut(client)
