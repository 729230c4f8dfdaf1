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

import logging
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import anyio
import httpx2
from anyio import lowlevel, to_thread

from . import forks, interceptors, sockets
from .attempt import EXTENSION, Attempt, do_nothing
from .body import AsyncBody, Body
from .deadline import left
from .foreign import response_within
from .loops import PerLoop, running_loop
from .outgoing import Outgoing
from .pool import EXPIRY, MAX_IDLE, Pool
from .sockets import SocketConnection, keepalive
from .tls import tls_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    from .aio import AioConnection
    from .trionet import TrioConnection

    Origin: TypeAlias = tuple[str, str, int, str]
    LoopConnection: TypeAlias = AioConnection | TrioConnection

_PORTS: Final = {"http": 80, "https": 443}
_GLANCE: Final = 0.1
"""Seconds after which a thread that waits for room looks whether it was told to stop."""

_log = logging.getLogger("mistralai")


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
        self._settings = _Settings(ssl_context, max_connections, local_address)
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
        origin = _origin(request)
        self._enter(limits.get("pool"), attempt)
        connection: SocketConnection | None = None
        try:
            connection = self._connection(origin, limits.get("connect"), attempt)
            if attempt.aborted:  # before it could know of its connection
                raise httpx2.ReadError("the call was closed")  # noqa: TRY301 - as below
            reader = connection.reader
            reader.begin(method=request.method)
            connection.requests += 1
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
        return _response(reader, Body(connection, limits.get("read"), release))

    def close(self) -> None:
        """Close all connections, those of open responses too."""
        with self._lock:
            self._pool.clear()
            connections = [*self._open]
        for connection in connections:
            connection.shut_down()  # a thread that reads is woken, and closes it
        for connection in connections:
            connection.close()
        self._open.clear()
        for transport in self._handed_to.values():
            transport.close()

    def set_aside(self) -> object:
        """Forget the connections in a child process, and return the objects that must not be touched.

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
        self._close_surplus(opening=True)
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

    def _close_surplus(self, *, opening: bool = False) -> None:
        with self._lock:
            surplus = self._pool.surplus(time.monotonic(), opening=opening)
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
                _log_handing_over()
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
        self._settings = _Settings(ssl_context, max_connections, local_address)
        self._loops = PerLoop(self._begin, _Loop.aclose)
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
        origin = _origin(request)
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
            if outgoing.small is not None:
                whole = await connection.send_now(outgoing.small, limits.get("write"))
            else:
                whole = await connection.send(aiter(outgoing), limits.get("write"))
            attempt.on_sent()
            while not reader.head_complete:
                if reader.error is not None:
                    raise reader.error  # noqa: TRY301 - what follows is for every failure
                await connection.wait(limits.get("read"))
        except BaseException:
            await loop.failed(connection, attempt)
            raise
        attempt.received = True
        release = partial(loop.release, origin, connection, attempt, whole=whole)
        return _response(reader, AsyncBody(connection, limits.get("read"), release))

    async def aclose(self) -> None:
        """Close all connections of the running loop, those of open responses too."""
        await self._loops.end()

    def set_aside(self) -> object:
        """Forget the connections without touching them, and return what holds them."""
        return self._loops.set_aside()

    def _begin(self) -> _Loop:
        return _Loop(self._settings.max_connections)

    async def _httpx2s_own(self, loop: _Loop, request: httpx2.Request) -> httpx2.Response:
        """Send a request by httpx2's own transport, made when it is first needed."""
        secure = request.url.scheme == "https"
        if secure not in loop.handed_to:
            _log_handing_over()
            if secure:
                await to_thread.run_sync(self._settings.tls)
            settings = self._settings.for_httpx2(secure=secure)
            loop.handed_to[secure] = httpx2.AsyncHTTPTransport(**settings)
        attempt = request.extensions.get(EXTENSION) or Attempt()
        seconds = left(request.extensions.get("timeout", {}).get("read"))
        sending = loop.handed_to[secure].handle_async_request(request)
        return await response_within(seconds, attempt, sending)


class _Loop:
    """The connections of one event loop."""

    def __init__(self, max_connections: int | None) -> None:
        self.handed_to: dict[bool, httpx2.AsyncHTTPTransport] = {}
        self._pool: Pool[LoopConnection] = Pool(max_open=max_connections)
        self._open: set[LoopConnection] = set()
        self._connect = _connect_of_running_loop()

    async def enter(
        self, timeout: float | None, attempt: Attempt, full: Callable[[], Exception]
    ) -> None:
        """Take room in the pool, or wait for it."""
        self._close_surplus()  # an old connection may be one that a router has forgotten
        if self._pool.enter():
            return
        waiter = anyio.Event()
        self._pool.wait(waiter)
        try:
            with anyio.move_on_after(left(timeout)) as scope:
                attempt.on_abort = scope.cancel
                await waiter.wait()
        except BaseException:
            self._pool.give_up(waiter)
            raise
        finally:
            attempt.on_abort = do_nothing
        if not waiter.is_set():
            self._pool.give_up(waiter)
            if attempt.aborted:
                raise httpx2.ReadError("the call was closed while it waited for a connection")
            raise full()

    async def connection(
        self, origin: Origin, timeout: float | None, attempt: Attempt, settings: _Settings
    ) -> LoopConnection:
        """Return the idle connection that was used last and lives, or a new one."""
        while (connection := self._pool.take(origin)) is not None:
            if not connection.is_dead():
                attempt.reused = True
                attempt.connection = connection
                return connection
            self._close(connection)
        self._close_surplus(opening=True)
        scheme, host, port, hostname = origin
        tls = None
        if scheme == "https":
            tls = settings.known_tls() or await to_thread.run_sync(settings.tls)
        connection = await self._connect(
            host,
            port,
            timeout=timeout,
            tls=tls,
            server_hostname=hostname,
            local_address=settings.local_address,
            attempt=attempt,
        )
        self._open.add(connection)
        attempt.connection = connection
        return connection

    async def failed(self, connection: LoopConnection | None, attempt: Attempt) -> None:
        """Close the connection of a request that failed."""
        self._pool.leave()
        if connection is not None:
            attempt.received = connection.reader.received
            self._open.discard(connection)
            with anyio.CancelScope(shield=True):
                await connection.aclose()

    async def release(
        self, origin: Origin, connection: LoopConnection, attempt: Attempt, *, whole: bool
    ) -> None:
        """Keep the connection of a response for another request, or close it."""
        attempt.connection = None  # to abort it would end the request of another
        if whole and connection.reader.keep_alive and connection in self._open:
            connection.taken()
            self._pool.put(origin, connection, time.monotonic())
            self._pool.leave()
            self._close_surplus()
        else:
            self._pool.leave()
            self._open.discard(connection)
            await connection.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        self._pool.clear()
        connections, self._open = [*self._open], set()
        for connection in connections:
            connection.close()
        handed_to, self.handed_to = self.handed_to, {}
        for transport in handed_to.values():
            await transport.aclose()
        await lowlevel.cancel_shielded_checkpoint()  # asyncio closes sockets in its next turn

    def _close_surplus(self, *, opening: bool = False) -> None:
        for connection in self._pool.surplus(time.monotonic(), opening=opening):
            self._close(connection)

    def _close(self, connection: LoopConnection) -> None:
        self._open.discard(connection)
        connection.close()


class _Settings:
    """The settings of a transport."""

    def __init__(
        self,
        ssl_context: ssl.SSLContext | None,
        max_connections: int | None,
        local_address: str | None,
    ) -> None:
        if max_connections is not None and max_connections < 1:
            raise ValueError(f"max_connections is {max_connections}; give 1 or more, or None")
        self._ssl_context = ssl_context
        self.max_connections = max_connections
        self.local_address = local_address

    def known_tls(self) -> ssl.SSLContext | None:
        """Return the TLS context, if it was made."""
        return self._ssl_context

    def tls(self) -> ssl.SSLContext:
        """Return the TLS context; the process's own is made when it is first needed."""
        if self._ssl_context is None:
            self._ssl_context = tls_context()
        return self._ssl_context

    def full(self) -> Exception:
        """Return the error of a request for which there was no room in time."""
        return httpx2.PoolTimeout(
            f"all {self.max_connections} connections of max_connections are in use"
        )

    def for_httpx2(self, *, secure: bool) -> dict[str, Any]:
        """Return the same settings for httpx2's own transport."""
        return {
            "verify": self.tls() if secure else False,  # for plain http: no context is loaded
            "limits": httpx2.Limits(
                max_connections=self.max_connections,
                max_keepalive_connections=MAX_IDLE,
                keepalive_expiry=EXPIRY,
            ),
            "socket_options": keepalive(),
            "local_address": self.local_address,
        }


def _origin(request: httpx2.Request) -> Origin:
    """Return what a connection is kept by: scheme, host, port, and the name in its certificate."""
    url = request.url
    if url.scheme not in _PORTS:
        raise httpx2.UnsupportedProtocol(
            f"the URL has the scheme {url.scheme!r}, not http or https"
        )
    host = url.raw_host.decode("ascii")
    if not host:
        raise httpx2.UnsupportedProtocol("the URL has no host")
    hostname: str = request.extensions.get("sni_hostname") or host
    return url.scheme, host, url.port or _PORTS[url.scheme], hostname


def _response(reader: Any, body: Body | AsyncBody) -> httpx2.Response:
    response = httpx2.Response(
        reader.status,
        headers=reader.headers,
        stream=body,
        extensions={
            "http_version": b"HTTP/" + reader.version.encode("ascii"),
            "reason_phrase": reader.reason,
            "network_stream": body,
        },
    )
    if all(value.isascii() for _, value in reader.headers):
        response.headers.encoding = "ascii"  # httpx2 would decode all of them to find that out
    return response


def _connect_of_running_loop() -> Callable[..., Awaitable[LoopConnection]]:
    """Return what opens connections on the loop that runs."""
    if hasattr(running_loop(), "call_soon_threadsafe"):
        from . import aio

        return aio.connect
    from . import trionet

    return trionet.connect


def _log_handing_over() -> None:
    if sys.platform != "emscripten":
        _log.debug("httpx2's transport is intercepted: requests go through it")
