"""httpx2's transport on aiohttp: its connections, its parser, and this package's promises.

What aiohttp has no notion of is added at its public seams. A trace of each request says
in which phase it waits, so that each phase has its own limit; a middleware keeps aiohttp
from sending a request again by itself.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING, Any, Final, Literal
from weakref import WeakSet

import aiohttp
import httpx2
from yarl import URL

from .alarm import Alarm
from .clients import LIMITS, LoopTransport
from .deadline import Deadline, left
from .network import keepalive, on_asyncio
from .rawbody import DirectBody

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_LONGEST_FIELD: Final = 64 * 1024
"""Bytes of a line of a head; aiohttp's own 8190 are less than proxies may send."""

_NO_LIMIT: Final = aiohttp.ClientTimeout(None, None, None, None)
"""Of aiohttp's, which cannot move."""

_LATE: Final = {
    "pool": (httpx2.PoolTimeout, "no connection was free in time"),
    "connect": (httpx2.ConnectTimeout, "there was no connection in time"),
    "read": (httpx2.ReadTimeout, "the head of the answer did not come in time"),
}


class AioHttpTransport(LoopTransport):
    """A session of aiohttp for each event loop that uses it, for https and for http."""

    def __init__(
        self,
        *,
        verify: ssl.SSLContext | bool = True,
        proxy: str | httpx2.URL | httpx2.Proxy | None = None,
        limits: httpx2.Limits = LIMITS,
    ) -> None:
        """Set a transport up; `DefaultAioHttpClient` has the arguments."""
        super().__init__()
        self._context = verify if isinstance(verify, ssl.SSLContext) else None
        if verify is False:
            self._context = httpx2.create_ssl_context(verify=False)
        self._proxy = httpx2.Proxy(proxy) if isinstance(proxy, (str, httpx2.URL)) else proxy
        if self._proxy is not None and self._proxy.url.scheme not in {"http", "https"}:
            raise ValueError(
                f"the proxy's scheme is {self._proxy.url.scheme!r}; aiohttp takes http and https,"
                " the default client others too"
            )
        self._limits = limits

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request over a connection of the running loop.

        Raises:
            RuntimeError: The loop is trio's.
        """
        if not on_asyncio():
            raise RuntimeError(
                "DefaultAioHttpClient runs on asyncio and uvloop only; under trio leave"
                " async_client out"
            )
        return await super().handle_async_request(request)

    def _tls(self) -> ssl.SSLContext:
        return self._context or super()._tls()

    def _make(self, *, secure: bool) -> SessionTransport:
        through = self._proxy is not None and self._proxy.url.scheme == "https"
        context = self._tls() if secure or through else None
        return SessionTransport(context, self._proxy, self._limits)


class SessionTransport(httpx2.AsyncBaseTransport):
    """One session of aiohttp. It belongs to the loop that runs."""

    def __init__(
        self, context: ssl.SSLContext | None, proxy: httpx2.Proxy | None, limits: httpx2.Limits
    ) -> None:
        """Open a session, which opens no connection yet."""
        self._proxy = _proxy_arguments(proxy)
        self._bodies: WeakSet[Body] = WeakSet()
        connector = aiohttp.TCPConnector(
            ssl=context or False,  # for plain http: no context is needed
            limit=limits.max_connections or 0,
            keepalive_timeout=limits.keepalive_expiry,
            socket_factory=_socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),  # httpx2 has its own
            auto_decompress=False,
            timeout=_NO_LIMIT,
            trace_configs=[_tracing()],
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            max_line_size=_LONGEST_FIELD,
            max_field_size=_LONGEST_FIELD,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, and give what answers it once its head is there.

        Raises:
            httpx2.TransportError: It failed, in the way that the class says.
        """
        attempt = _Attempt(request)
        failure: Exception
        try:
            async with attempt.scope:
                response = await self._send(request, attempt)
        except TimeoutError:
            failure = attempt.too_late()
        except (aiohttp.ClientError, OSError) as error:
            failure = _as_httpx2(error)
        else:
            body = Body(response, attempt.limits.get("read"))
            self._bodies.add(body)
            return httpx2.Response(
                response.status,
                headers=response.raw_headers,
                stream=body,
                extensions={
                    "http_version": b"HTTP/1.%d" % (response.version or (1, 1))[1],
                    "reason_phrase": (response.reason or "").encode("latin-1", "replace"),
                    "network_stream": body,
                },
            )
        raise failure

    async def _send(self, request: httpx2.Request, attempt: _Attempt) -> aiohttp.ClientResponse:
        headers = request.headers
        fields = [
            (name.decode("latin-1"), value.decode(headers.encoding)) for name, value in headers.raw
        ]
        content: Any = request.stream
        try:
            content = request.content or None
        except httpx2.RequestNotRead:  # a body that comes bit by bit
            fields = [field for field in fields if field[0].lower() != "transfer-encoding"]
        url = URL(str(request.url), encoded=True)
        return await self._session.request(
            request.method,
            url.with_user(None),  # httpx2 made a header of it, or was given another
            headers=fields,
            data=content,
            allow_redirects=False,
            server_hostname=request.extensions.get("sni_hostname"),
            trace_request_ctx=attempt,
            middlewares=(attempt.once,),
            **self._proxy,
        )

    async def aclose(self) -> None:
        """Close the connections, those of open answers too."""
        for body in [*self._bodies]:
            body.close()
        await self._session.close()


class _Attempt:
    """How long a request may wait, and for what it waits.

    Attributes:
        limits: httpx2's `timeout` extension.
        scope: The limit of the phase.
    """

    def __init__(self, request: httpx2.Request) -> None:
        self.limits: dict[str, float | None] = request.extensions.get("timeout", {})
        self._trace = request.extensions.get("trace")
        self._phase: Literal["pool", "connect", "read"] = "pool"
        self.scope = asyncio.timeout(left(self.limits.get("pool")))

    async def begin(self, phase: Literal["connect", "read"], *events: str) -> None:
        """Say what happens, and wait for the next thing; what listens may move its limit."""
        for event in events:
            if self._trace is not None:
                await self._trace(event, {})
        self._phase = phase
        seconds = left(self.limits.get(phase))
        now = asyncio.get_running_loop().time()
        self.scope.reschedule(None if seconds is None else now + seconds)

    async def once(
        self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send a request once: aiohttp repeats idempotent ones by itself, on errors that it knows."""
        try:
            return await send(request)
        except (aiohttp.ClientError, OSError) as error:
            read = self.limits.get("read")
            if isinstance(read, Deadline):
                read.received = not _nothing_came(error)
            failure = _as_httpx2(error)
        raise failure

    def too_late(self) -> httpx2.TimeoutException:
        """What the end of the limit means."""
        cls, message = _LATE[self._phase]
        return cls(message)


def _tracing() -> aiohttp.TraceConfig:
    """Tell an attempt how far aiohttp is; a connection that is there is sent over at once."""
    sending = "http11.send_request_headers.started"

    async def connecting(_session: object, context: Any, _params: object) -> None:
        await context.trace_request_ctx.begin("connect", "connection.connect_tcp.started")

    async def connected(_session: object, context: Any, _params: object) -> None:
        attempt = context.trace_request_ctx
        await attempt.begin("read", "connection.connect_tcp.complete", sending)

    async def reused(_session: object, context: Any, _params: object) -> None:
        await context.trace_request_ctx.begin("read", sending)

    config = aiohttp.TraceConfig()
    config.on_connection_create_start.append(connecting)
    config.on_connection_create_end.append(connected)
    config.on_connection_reuseconn.append(reused)
    return config


class Body(Alarm, DirectBody, httpx2.AsyncByteStream):
    """The body of an answer, and what is known of its connection."""

    def __init__(self, response: aiohttp.ClientResponse, timeout: float | None) -> None:
        """Read a body with the read timeout of its request."""
        self._loop = asyncio.get_running_loop()
        self._response = response
        self._content = response.content
        self._timeout = timeout
        self._given = 0  # bytes that were given out
        headers = response.headers
        self._next = self._next_chunk if "content-encoding" in headers else self._content.readany
        self._framed = "content-length" in headers or "transfer-encoding" in headers
        protocol = None if response.connection is None else response.connection.protocol
        self._lost = None if protocol is None else protocol.closed
        if self._lost is not None:
            self._lost.remove_done_callback(_look_at)  # of the answer before, on this connection
            self._lost.add_done_callback(_look_at)
            self._lost.add_done_callback(self._connection_lost)

    async def aread(self, timeout: float | None) -> bytes:
        """Read what is there, or wait for it; nothing is the end.

        Raises:
            httpx2.ReadTimeout: Nothing came in time.
            httpx2.TransportError: The connection broke; what came before was given out.
        """
        if self._content.total_bytes > self._given:
            return await self._taken()
        if self._lost is not None and self._lost.done():
            self._connection_lost(self._lost)
        self._set_alarm(left(timeout))
        try:
            data = await self._next()
        except (aiohttp.ClientError, OSError) as error:
            failure = _as_httpx2(self._broke() or error)
        else:
            self._given += len(data)
            broke = None if data or self._framed else self._broke()
            if broke is None:
                return data
            failure = _as_httpx2(broke)  # aiohttp takes a reset for the end
        finally:
            self._forget_alarm()
        raise failure

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        data = await self.aread(self._timeout)
        if not data:
            raise StopAsyncIteration
        return data

    def get_extra_info(self, info: str) -> Any:
        """What httpx2's `network_stream` says of a connection; nothing once it is free again."""
        connection = self._response.connection
        transport = None if connection is None else connection.transport
        names = {"client_addr": "sockname", "server_addr": "peername"}
        return transport and transport.get_extra_info(names.get(info, info))

    async def aclose(self) -> None:
        """Close the connection at once, unless the body was read to its end."""
        self.close()
        await asyncio.sleep(0)  # the loop closes the socket in its next turn, if it has one

    def close(self) -> None:
        """Close the connection without waiting for the loop."""
        self._drop_alarm()
        if self._lost is not None:
            self._lost.remove_done_callback(self._connection_lost)
        connection = self._response.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()
        self._response.close()

    async def _taken(self) -> bytes:
        """What came and was not read, without waiting; aiohttp throws it away after an error."""
        error = self._content.exception()
        if error is not None:
            self._content.set_exception(None)  # type: ignore[arg-type]  # it does what it says
        try:
            data = await self._next()
        finally:
            if error is not None:
                self._content.set_exception(error)
        self._given += len(data)
        return data

    async def _next_chunk(self) -> bytes:
        """One chunk of a compressed body: what is corrupt is to spoil as little as possible."""
        data, more = await self._content.readchunk()
        while more and not data:
            data, more = await self._content.readchunk()
        return data

    def _broke(self) -> BaseException | None:
        """Why the connection was lost, if it did not end in order."""
        lost = self._lost
        return lost.exception() if lost is not None and lost.done() else None

    def _connection_lost(self, _lost: asyncio.Future[None]) -> None:
        """End a body whose chunks are none: aiohttp ends its connection, and tells no reader."""
        if self._content.exception() is None and not self._content.is_eof():
            self._content.set_exception(httpx2.RemoteProtocolError("the body is no HTTP"))

    def _late(self) -> None:
        self._content.set_exception(httpx2.ReadTimeout("nothing came in time"))


def _look_at(lost: asyncio.Future[None]) -> None:
    """Take note of how a connection was lost, else the loop complains that nobody does."""
    lost.exception()


def _socket(address: Any) -> socket.socket:
    """A socket for an address of `getaddrinfo`."""
    made = socket.socket(*address[:3])
    for option in keepalive():
        made.setsockopt(*option)
    return made


def _proxy_arguments(proxy: httpx2.Proxy | None) -> dict[str, Any]:
    """What aiohttp is told of a proxy with each request."""
    if proxy is None:
        return {}
    url = URL(str(proxy.url), encoded=True)
    if proxy.auth is not None:
        user, password = proxy.auth
        url = url.with_user(user).with_password(password)
    return {"proxy": url, "proxy_headers": proxy.headers.multi_items()}


def _nothing_came(error: Exception) -> bool:
    """Whether a connection broke before any byte of an answer, as far as aiohttp says."""
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return isinstance(error.message, str)  # else it is the head, as far as it came
    return isinstance(error, OSError)


def _as_httpx2(error: BaseException) -> httpx2.TransportError:
    """What an exception of aiohttp means.

    What caused it stays its cause, and not itself: aiohttp's have the request, with the key in
    clear, or the address of a proxy with its password.
    """
    cause = error.__cause__
    match error:
        case aiohttp.ClientHttpProxyError():
            failure: httpx2.TransportError = httpx2.ProxyError(f"{error.status} {error.message}")
        case aiohttp.ClientConnectorError() | aiohttp.ClientConnectorCertificateError():
            late = isinstance(cause, TimeoutError)
            failure = (httpx2.ConnectTimeout if late else httpx2.ConnectError)(str(cause))
        case aiohttp.ServerDisconnectedError():
            failure = httpx2.RemoteProtocolError("the server closed the connection")
        case aiohttp.ClientResponseError():
            failure = httpx2.RemoteProtocolError(error.message)
        case aiohttp.ClientPayloadError():
            failure = httpx2.RemoteProtocolError(str(cause or error))
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            failure = httpx2.UnsupportedProtocol("aiohttp does not take this address")
        case _:
            failure = httpx2.ReadError(str(cause or error))
    failure.__cause__ = cause
    return failure
