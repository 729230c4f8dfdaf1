"""Connections as this package wants them, at httpcore2's public seam, the network backend.

Their waits end by a `Deadline` (`deadline.py`), and `SO_KEEPALIVE` is set behind a
proxy too. In threads and on trio they are httpcore2's own underneath; on asyncio and
uvloop they are those of `asyncio_network.py`.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Any

import anyio
import httpcore2
from anyio import lowlevel

from .connection import Connection
from .deadline import Deadline, left

if TYPE_CHECKING:
    from collections.abc import Iterable


def keepalive() -> list[tuple[int, int, int]]:
    """Probe an idle connection after 60 s, so that no router on the way forgets it."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


class SyncStream(Connection, httpcore2.NetworkStream):
    """A connection whose waits end in time."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner
        sock = inner.get_extra_info("socket")
        # A connection with TLS in TLS has a socket, but not what comes from it.
        within = isinstance(inner.get_extra_info("ssl_object"), ssl.SSLObject)
        self._sock = sock if isinstance(sock, socket.socket) and not within else None
        self._set_to: float | None = -1.0  # seconds that the socket waits at most, where known

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, or wait for it."""
        if self._rest:
            return self._given(max_bytes)
        return self._seen(self._read(max_bytes, left(timeout)), timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        if isinstance(timeout, Deadline):
            timeout.stream = self
        self._set_to = -1.0
        self._begin_head()
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
        return self._asked(info, self._inner.get_extra_info(info))

    def _read(self, max_bytes: int, seconds: float | None) -> bytes:
        if self._sock is None:
            return self._inner.read(max_bytes, seconds)
        try:
            # To set a socket's timeout is a call of the system for each token.
            if not _alike(seconds, self._set_to):
                self._sock.settimeout(seconds)
                self._set_to = seconds
            return self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore2.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.ReadError(str(error)) from error


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


def _alike(one: float | None, other: float | None) -> bool:
    """Whether two limits differ by less than anyone would notice, 1 %."""
    if one is None or other is None:
        return one is other
    return 0.99 * other <= one <= other


class AsyncStream(Connection, httpcore2.AsyncNetworkStream):
    """`SyncStream` for async."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, or wait for it."""
        if self._rest:
            return self._given(max_bytes)
        return self._seen(await self._inner.read(max_bytes, left(timeout)), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        self._begin_head()
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
        return self._asked(info, self._inner.get_extra_info(info))


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
        """Connect; all addresses of a name share one limit."""
        options = [*(socket_options or ()), *keepalive()]
        if on_asyncio():
            from . import asyncio_network

            return await asyncio_network.connect_tcp(host, port, timeout, local_address, options)
        return AsyncStream(
            await self._inner.connect_tcp(host, port, left(timeout), local_address, options)
        )

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to a socket in the file system."""
        if on_asyncio():
            from . import asyncio_network

            return await asyncio_network.connect_unix_socket(path, timeout, socket_options or ())
        return AsyncStream(
            await self._inner.connect_unix_socket(path, left(timeout), socket_options)
        )

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)


def on_asyncio() -> bool:
    """Whether the loop that runs is asyncio's, uvloop included, and not trio's."""
    return hasattr(lowlevel.current_token().native_token, "call_soon_threadsafe")
