"""httpx2 transports on this package's own connections.

    client = httpx2.Client(transport=Transport())

A request takes room in the pool (with `max_connections`), then the idle connection to its origin
that was used last and still lives, or a new one; the response's body gives it back once it was
read to its end, or closes it. The transport retries nothing: it tells its caller, by the
request's `Attempt`, whether the connection was a reused one that died before any byte came.

They speak HTTP/1.1 and no proxies. Where somebody intercepts httpx2's own transport they hand all
requests to one (`interceptors`).
"""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Final

import httpx2
from anyio import to_thread

from . import forks, interceptors, sockets
from .attempt import EXTENSION, Attempt
from .body import AsyncBody, Body
from .connections import LoopConnections
from .deadline import left
from .foreign import response_within
from .loops import PerLoop
from .outgoing import Outgoing
from .pool import Pool
from .settings import Settings, log_handing_over, origin_of, response_of

if TYPE_CHECKING:
    import ssl

    from .connections import LoopConnection
    from .settings import Origin
    from .sockets import SocketConnection

_GLANCE: Final = 0.1
"""Seconds after which a thread that waits for room looks whether it was told to stop."""


class Transport(httpx2.BaseTransport):
    """Connections for threads, for `httpx2.Client(transport=Transport())`."""

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext | None = None,
        max_connections: int | None = None,
        local_address: str | None = None,
    ) -> None:
        """Set a transport up; it opens nothing before its first request.

        Args:
            ssl_context: For https. By default one that trusts what the system trusts, and
                SSL_CERT_FILE and SSL_CERT_DIR.
            max_connections: How many connections may be open; a request beyond waits for one,
                first come, first served. By default there is no limit.
            local_address: The address of this machine to connect from.
        """
        self._settings = Settings(ssl_context, max_connections, local_address)
        self._begin()
        forks.watch(self)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, and return its response once the head of that came.

        Raises:
            httpx2.TransportError: It failed, in the way that the class says.
        """
        if interceptors.sync_is_intercepted():
            return self._httpx2s_own(request).handle_request(request)
        limits: dict[str, float | None] = request.extensions.get("timeout", {})
        attempt: Attempt = request.extensions.get(EXTENSION) or Attempt()
        outgoing = Outgoing(request)
        origin = origin_of(request)
        self._enter(limits.get("pool"), attempt)
        connection: SocketConnection | None = None
        try:
            connection = self._connection(origin, limits.get("connect"), attempt)
            if attempt.aborted:  # before it could know of its connection
                raise httpx2.ReadError("the call was closed")  # noqa: TRY301 - as below
            reader = connection.reader
            reader.begin(method=request.method)
            connection.requests += 1
            connection.wrote = False
            pieces = outgoing if outgoing.small is None else (outgoing.small,)
            whole = connection.send(pieces, limits.get("write"))
            attempt.on_sent()
            while not reader.head_complete:
                if reader.error is not None:
                    raise reader.error  # noqa: TRY301 - what follows is for every failure
                connection.read(limits.get("read"))
        except BaseException:
            self._failed(connection, attempt)
            raise
        attempt.received = True
        release = partial(self._release, origin, connection, attempt, whole=whole)
        return response_of(reader, Body(connection, limits.get("read"), release))

    def close(self) -> None:
        """Close all connections, those of open responses too."""
        for connection in [*self._open]:
            connection.shut_down()  # a thread that reads is woken, and closes it
        self.close_waking_nobody()

    def close_waking_nobody(self) -> None:
        """Close all connections as the process ends.

        A thread that reads one stays blocked. Woken, it would import the classes of its error,
        be ended with the process in the middle of that, and never release the lock of imports.
        """
        with self._lock:
            self._pool.clear()
            connections = [*self._open]
        for connection in connections:
            connection.close()
        self._open.clear()
        for transport in self._handed_to.values():
            transport.close()

    def set_aside(self) -> object:
        """Forget the connections in a child process, and return the objects to leave untouched.

        To close a socket here ends nothing: the parent has it too.
        """
        for connection in self._open:
            connection.close()
        kept = self._handed_to
        self._begin()
        return kept

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._pool: Pool[SocketConnection] = Pool(max_open=self._settings.max_connections)
        self._open: set[SocketConnection] = set()
        self._handed_to: dict[bool, httpx2.HTTPTransport] = {}

    def _enter(self, timeout: float | None, attempt: Attempt) -> None:
        """Take room in the pool, or wait for it."""
        waiter: threading.Event | None = None
        with self._lock:
            # An old connection may be one that a router has forgotten.
            surplus = self._pool.surplus(time.monotonic())
            if not self._pool.enter():
                waiter = threading.Event()
                self._pool.wait(waiter)
        for connection in surplus:
            self._close(connection)
        if waiter is None:
            return
        try:
            self._wait_for_room(waiter, left(timeout), attempt)
        except BaseException:
            with self._lock:
                self._pool.give_up(waiter)
            raise

    def _wait_for_room(
        self, waiter: threading.Event, seconds: float | None, attempt: Attempt
    ) -> None:
        ends_at = None if seconds is None else time.monotonic() + seconds
        while not waiter.wait(_GLANCE):
            if attempt.aborted:
                raise httpx2.ReadError("the call was closed while it waited for a connection")
            if ends_at is not None and time.monotonic() >= ends_at:
                raise self._settings.full()

    def _connection(
        self, origin: Origin, timeout: float | None, attempt: Attempt
    ) -> SocketConnection:
        """Return the idle connection that was used last and lives, or a new one."""
        while True:
            with self._lock:
                connection = self._pool.take(origin)
            if connection is None:
                break
            if not connection.is_dead():
                attempt.reused = True
                attempt.connection = connection
                return connection
            self._close(connection)
        self._make_room()
        scheme, host, port, hostname = origin
        connection = sockets.connect(
            host,
            port,
            timeout=timeout,
            tls=self._settings.tls() if scheme == "https" else None,
            server_hostname=hostname,
            local_address=self._settings.local_address,
            attempt=attempt,
        )
        self._open.add(connection)
        attempt.connection = connection
        return connection

    def _failed(self, connection: SocketConnection | None, attempt: Attempt) -> None:
        attempt.unsent = connection is None or not connection.wrote
        if connection is not None:
            attempt.received = connection.reader.received
            self._close(connection)
        with self._lock:
            self._pool.leave()

    def _release(
        self, origin: Origin, connection: SocketConnection, attempt: Attempt, *, whole: bool
    ) -> None:
        """Keep the connection of a response for another request, or close it."""
        attempt.connection = None  # to abort it would end the request of another
        kept = whole and connection.reader.keep_alive and connection in self._open
        surplus = [] if kept else [connection]
        with self._lock:
            if kept:
                now = time.monotonic()
                self._pool.put(origin, connection, now)
                surplus = self._pool.surplus(now)
            self._pool.leave()
        for each in surplus:
            self._close(each)

    def _make_room(self) -> None:
        """Close the idle connections that a limit leaves no room for once one is opened."""
        with self._lock:
            surplus = self._pool.surplus(time.monotonic(), opening=True)
        for connection in surplus:
            self._close(connection)

    def _close(self, connection: SocketConnection) -> None:
        self._open.discard(connection)
        connection.close()

    def _httpx2s_own(self, request: httpx2.Request) -> httpx2.HTTPTransport:
        """Return httpx2's own transport, made when it is first needed."""
        secure = request.url.scheme == "https"
        with self._lock:
            if secure not in self._handed_to:
                log_handing_over()
                settings = self._settings.for_httpx2(secure=secure)
                self._handed_to[secure] = httpx2.HTTPTransport(**settings)
            return self._handed_to[secure]


class AsyncTransport(httpx2.AsyncBaseTransport):
    """Connections for asyncio, uvloop and trio, apart for each event loop that uses them."""

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext | None = None,
        max_connections: int | None = None,
        local_address: str | None = None,
    ) -> None:
        """Set a transport up, as `Transport` is; `max_connections` is for each event loop."""
        self._settings = Settings(ssl_context, max_connections, local_address)
        self._loops = PerLoop(self._begin, LoopConnections.aclose)
        forks.watch(self)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request over a connection of the running loop, as `Transport` does.

        Raises:
            httpx2.TransportError: It failed, in the way that the class says.
        """
        loop = await self._loops.get()
        if interceptors.async_is_intercepted():
            return await self._httpx2s_own(loop, request)
        limits: dict[str, float | None] = request.extensions.get("timeout", {})
        attempt: Attempt = request.extensions.get(EXTENSION) or Attempt()
        outgoing = Outgoing(request)
        origin = origin_of(request)
        await loop.enter(limits.get("pool"), attempt, self._settings.full)
        connection: LoopConnection | None = None
        try:
            connection = await loop.connection(
                origin, limits.get("connect"), attempt, self._settings
            )
            if attempt.aborted:  # before it could know of its connection
                raise httpx2.ReadError("the call was closed")  # noqa: TRY301 - as below
            reader = connection.reader
            reader.begin(method=request.method)
            connection.requests += 1
            connection.wrote = False
            if outgoing.small is not None:
                whole = await connection.send_now(outgoing.small, limits.get("write"))
            else:
                whole = await connection.send(aiter(outgoing), limits.get("write"))
            attempt.on_sent()
            while not reader.head_complete:
                if reader.error is not None:
                    raise reader.error  # noqa: TRY301 - what follows is for every failure
                await connection.wait(limits.get("read"))
        except GeneratorExit:  # nobody has the coroutine any more, and its loop may be over
            loop.dropped(connection)
            raise
        except BaseException:
            await loop.failed(connection, attempt)
            raise
        attempt.received = True
        release = partial(loop.release, origin, connection, attempt, whole=whole)
        return response_of(reader, AsyncBody(connection, limits.get("read"), release))

    async def aclose(self) -> None:
        """Close all connections of the running loop, those of open responses too."""
        await self._loops.end()

    def set_aside(self) -> object:
        """Forget the connections without touching them, and return what holds them."""
        return self._loops.set_aside()

    def _begin(self) -> LoopConnections:
        return LoopConnections(self._settings.max_connections)

    async def _httpx2s_own(self, loop: LoopConnections, request: httpx2.Request) -> httpx2.Response:
        """Send a request by httpx2's own transport, made when it is first needed."""
        secure = request.url.scheme == "https"
        if secure not in loop.handed_to:
            log_handing_over()
            if secure:
                await to_thread.run_sync(self._settings.tls)
            settings = self._settings.for_httpx2(secure=secure)
            loop.handed_to[secure] = httpx2.AsyncHTTPTransport(**settings)
        attempt = request.extensions.get(EXTENSION) or Attempt()
        seconds = left(request.extensions.get("timeout", {}).get("read"))
        sending = loop.handed_to[secure].handle_async_request(request)
        return await response_within(seconds, attempt, sending)
