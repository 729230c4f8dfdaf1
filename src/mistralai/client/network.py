"""Connections as this package wants them, at httpcore2's public seam, the network backend.

httpcore2 hands a timeout on to each read, but takes it once a body, so a limit
cannot move while an answer comes in, nor be one for a whole head. Here a timeout
is a `Deadline`: an object that the connection asks, at each wait, how long it may
last. And `SO_KEEPALIVE` is set behind a proxy too.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Final, Self

import anyio
import httpcore2

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

_FOR_EVER: Final = 1e6
"""Seconds; what a `Deadline` without a moment is to code that takes it for a number."""

_NEVER_NOW: Final = 0.001
"""Seconds; a wait that is late may still take what is already there."""


class Deadline(float):
    """A timeout that moves.

    As a number it is the seconds that it was made with.

    Attributes:
        at: The moment of the clock at which waiting ends, or `None`.
        stream: The connection that the request went over, once it is sent.
        received: Whether anything came back.
    """

    __slots__ = ("_clock", "at", "received", "stream")

    at: float | None
    stream: httpcore2.NetworkStream | None
    received: bool
    _clock: Callable[[], float]

    def __new__(cls, seconds: float | None, clock: Callable[[], float]) -> Self:
        """Make one that ends in so many seconds from now, or never."""
        self = super().__new__(cls, _FOR_EVER if seconds is None else seconds)
        self.at = None if seconds is None else clock() + seconds
        self.stream = None
        self.received = False
        self._clock = clock
        return self

    def begin(self, seconds: float | None, until: float | None) -> None:
        """End in so many seconds from now, and no later than a moment."""
        self.at = until
        if seconds is not None:
            at = self._clock() + seconds
            self.at = at if until is None else min(at, until)

    def left(self) -> float | None:
        """Seconds until the moment, at least enough to take what is already there."""
        return None if self.at is None else max(_NEVER_NOW, self.at - self._clock())


def left(timeout: float | None) -> float | None:
    """The seconds of a timeout as of now."""
    return timeout.left() if isinstance(timeout, Deadline) else timeout


def _received(data: bytes, timeout: float | None) -> bytes:
    if data and isinstance(timeout, Deadline):
        timeout.received = True
    return data


def keepalive() -> list[tuple[int, int, int]]:
    """Probe an idle connection after 60 s, so that no router on the way forgets it."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


class SyncStream(httpcore2.NetworkStream):
    """A connection whose waits end in time."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, or wait for it."""
        return _received(self._inner.read(max_bytes, left(timeout)), timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        if isinstance(timeout, Deadline):
            timeout.stream = self
        self._inner.write(buffer, left(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Put TLS on it."""
        return SyncStream(self._inner.start_tls(ssl_context, server_hostname, left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        """What httpcore2 and this package ask of a connection."""
        return self._inner.get_extra_info(info)


class SyncBackend(httpcore2.NetworkBackend):
    """Makes connections for a synchronous pool."""

    def __init__(self, inner: httpcore2.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect; all addresses of a name share one limit."""
        options = [*(socket_options or ()), *keepalive()]
        try:
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        failure: Exception | None = None
        for *_, address in addresses:
            try:
                return SyncStream(
                    self._inner.connect_tcp(
                        str(address[0]), port, left(timeout), local_address, options
                    )
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        assert failure is not None
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        """Connect to a socket in the file system."""
        return SyncStream(self._inner.connect_unix_socket(path, left(timeout), socket_options))

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._inner.sleep(seconds)


class AsyncStream(httpcore2.AsyncNetworkStream):
    """`SyncStream` for async."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, or wait for it."""
        return _received(await self._inner.read(max_bytes, left(timeout)), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        await self._inner.write(buffer, left(timeout))

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Put TLS on it; a handshake that is cancelled leaves no connection behind."""
        try:
            inner = await self._inner.start_tls(ssl_context, server_hostname, left(timeout))
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._inner.aclose()
            raise
        return AsyncStream(inner)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore2 and this package ask of a connection."""
        return self._inner.get_extra_info(info)


class AsyncBackend(httpcore2.AsyncNetworkBackend):
    """Makes connections for an asynchronous pool, on whichever loop runs."""

    def __init__(self, inner: httpcore2.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect."""
        options = [*(socket_options or ()), *keepalive()]
        return AsyncStream(
            await self._inner.connect_tcp(host, port, left(timeout), local_address, options)
        )

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to a socket in the file system."""
        return AsyncStream(
            await self._inner.connect_unix_socket(path, left(timeout), socket_options)
        )

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)
