"""The four kinds of connections, behind one small interface, so that one test serves all."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.util import find_spec
from typing import Any, TypeVar

import httpx2
from anyio.from_thread import start_blocking_portal
from anyio.lowlevel import checkpoint

from mistralai.client._http import sockets
from mistralai.client._http.attempt import EXTENSION, Attempt
from mistralai.client._http.transport import AsyncTransport, Transport

from .items import once_for_each

T = TypeVar("T")

KINDS = ("sync", "asyncio", "trio", *(("uvloop",) if find_spec("uvloop") else ()))


class Kind:
    """Connections for threads. Whatever it opened is closed when the test ends.

    Attributes:
        name: Its name.
    """

    close_method = "close"
    wait_method = "read"
    handle_method = "handle_request"
    transport_class: type[Any] = Transport
    client_class: type[Any] = httpx2.Client

    def __init__(self, name: str) -> None:
        self.name = name
        self._opened: list[Any] = []
        self._entered = ExitStack()
        self._threads = ThreadPoolExecutor(24)
        self._begun: list[Future[Any]] = []

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function where connections are used: here, or in their loop."""
        return function(*args)

    def enter(self, opened: AbstractContextManager[T]) -> T:
        """Enter something that is left when the test ends, such as a server."""
        return self._entered.enter_context(opened)

    def turn(self) -> None:
        """Let what is to be done in the next turn of the loop be done."""

    def start(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> "Future[Any]":
        """Call something that waits in a thread beside the test."""
        begun = self._threads.submit(function, *args, **kwargs)
        self._begun.append(begun)
        return begun

    def connect(self, host: str, port: int, **settings: Any) -> Any:
        """Open a connection."""
        settings = {
            "timeout": 10.0,
            "tls": None,
            "server_hostname": host,
            "local_address": None,
            "attempt": Attempt(),
            **settings,
        }
        connection = self.call(lambda: self._connect()(host, port, **settings))
        self._opened.append(connection)
        return connection

    def _connect(self) -> Any:
        return sockets.connect

    def pieces(self, pieces: Iterable[bytes]) -> Any:
        """The body of a request in pieces."""
        return pieces

    def send(self, connection: Any, pieces: Iterable[bytes], timeout: float | None = 10.0) -> bool:
        """Send a request in pieces; whether it went out whole."""
        return self.call(connection.send, self.pieces(pieces), timeout)

    def send_now(self, connection: Any, data: bytes, timeout: float | None = 10.0) -> bool:
        """Send a small request."""
        return self.call(connection.send, (data,), timeout)

    def begin(self, connection: Any, data: bytes = b"", method: str = "GET") -> None:
        """Send a request, and expect its response."""
        connection.reader.begin(method=method)
        connection.requests += 1
        if data:
            assert self.send_now(connection, data)

    def wait(self, connection: Any, timeout: float | None = 10.0) -> None:
        """Wait for bytes, once."""
        self.call(getattr(connection, self.wait_method), timeout)

    def until(self, connection: Any, holds: Callable[[], object], timeout: float = 10.0) -> None:
        """Wait for bytes until something holds."""
        while not holds():
            connection.read(timeout)

    def read_head(self, connection: Any) -> int:
        """Wait for the head of a response, and give its status."""
        reader = connection.reader
        self.until(connection, lambda: reader.head_complete or reader.error is not None)
        if reader.error is not None:
            raise reader.error
        return reader.status

    def take(self, connection: Any) -> bytes:
        """Wait for bytes of a body and give them; none at its end."""
        self.until(connection, lambda: connection.reader.readable)
        return connection.reader.take()

    def read_all(self, connection: Any) -> bytes:
        """Read a body to its end."""
        body = b""
        while data := self.take(connection):
            body += data
        return body

    def close(self, thing: Any) -> None:
        """Close a connection, a response, a transport or a client."""
        self.call(getattr(thing, self.close_method))

    def transport(self, **settings: Any) -> Any:
        """Make a transport."""
        return self.keep(self.transport_class(**settings))

    def keep(self, thing: T) -> T:
        """Close something when the test ends."""
        self._opened.append(thing)
        return thing

    def client(self, transport: Any, **settings: Any) -> Any:
        """Make an ordinary client of httpx2 with a transport."""
        client = self.client_class(transport=transport, **settings)
        self._opened.append(client)
        return client

    def handle(
        self, transport: Any, url: str, *, method: str = "GET", limits: Any = None, **settings: Any
    ) -> httpx2.Response:
        """Send a request by a transport.

        Args:
            transport: The transport.
            url: Where to.
            method: How.
            limits: Its timeouts.
            settings: Of the request; `attempt` is its attempt, `extensions` are more.
        """
        extensions = {"timeout": limits or {}, **settings.pop("extensions", {})}
        attempt = settings.pop("attempt", None)
        if attempt is not None:
            extensions[EXTENSION] = attempt
        request = httpx2.Request(method, url, extensions=extensions, **settings)
        return self.call(getattr(transport, self.handle_method), request)

    def read(self, response: httpx2.Response) -> bytes:
        """Read a response to its end, which closes it."""
        return response.read()

    def read_some(self, response: httpx2.Response, timeout: float | None = 10.0) -> bytes:
        """Read the next bytes of a response's body."""
        return self.call(response.extensions["network_stream"].read, timeout)

    def ask(self, client: Any, method: str, url: str, **settings: Any) -> httpx2.Response:
        """Send a request by a client."""
        return self.call(lambda: client.request(method, url, **settings))

    def end(self) -> None:
        self._entered.close()
        for thing in reversed(self._opened):
            if hasattr(thing, "shut_down"):  # which wakes who waits still
                thing.shut_down()
            self.close(thing)
        self._threads.shutdown(wait=False)
        # An exception here cancels what still waits in the loop.
        assert not wait(self._begun, 10).not_done, "what the test began has no end"


class AsyncKind(Kind):
    """Connections for an event loop, which runs in a thread beside the test."""

    close_method = "aclose"
    wait_method = "wait"
    handle_method = "handle_async_request"
    transport_class = AsyncTransport
    client_class = httpx2.AsyncClient

    def __init__(self, name: str, portal: Any) -> None:
        super().__init__(name)
        self._portal = portal

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        return self._portal.call(function, *args)

    def turn(self) -> None:
        self._portal.call(checkpoint)

    def _connect(self) -> Any:
        if self.name == "trio":
            from mistralai.client._http import trionet

            return trionet.connect
        from mistralai.client._http import aio

        return aio.connect

    def pieces(self, pieces: Iterable[bytes]) -> Any:
        async def each() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

        return each()

    def send_now(self, connection: Any, data: bytes, timeout: float | None = 10.0) -> bool:
        return self.call(connection.send_now, data, timeout)

    def until(self, connection: Any, holds: Callable[[], object], timeout: float = 10.0) -> None:
        async def wait() -> None:  # in the loop, so that nothing comes between a look and a wait
            while not holds():
                await connection.wait(timeout)

        self.call(wait)

    def take(self, connection: Any) -> bytes:
        async def take() -> bytes:
            while not connection.reader.readable:
                await connection.wait(10.0)
            data: bytes = connection.reader.take()
            connection.taken()
            return data

        return self.call(take)

    def read(self, response: httpx2.Response) -> bytes:
        return self.call(response.aread)


@contextmanager
def kind_of(name: str) -> Iterator[Kind]:
    """Give the kind of a name, for the time of a test."""
    if name == "sync":
        kind = Kind(name)
        try:
            yield kind
        finally:
            kind.end()
        return
    backend = "trio" if name == "trio" else "asyncio"
    options = {"use_uvloop": name == "uvloop"} if backend == "asyncio" else None
    with start_blocking_portal(backend, options) as portal:
        kind = AsyncKind(name, portal)
        try:
            yield kind
        finally:
            kind.end()


def kinds(_guarded_loop: None) -> Iterator[tuple[str, AbstractContextManager[Kind]]]:
    """Give each kind in turn."""
    for name in KINDS:
        yield name, kind_of(name)


on_every_kind = once_for_each("kind", kinds, needs=("guarded_loop",))
"""Run a test with each kind of connections in turn, as one item."""
