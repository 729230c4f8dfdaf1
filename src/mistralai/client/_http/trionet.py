"""Connections on trio: its own streams, and a cancel scope for each wait."""

from __future__ import annotations

import os
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

import httpx2
import trio

from .addresses import STAGGER, failed
from .deadline import left
from .h1 import ResponseReader
from .sockets import is_readable, keepalive, shut_down

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator

    from .attempt import Attempt

READ_SIZE: Final = 64 * 1024
"""Bytes that one read takes at most."""

_BROKEN = (trio.BrokenResourceError, trio.ClosedResourceError, OSError)


class TrioConnection:
    """One connection. It belongs to the run that made it.

    Attributes:
        reader: The response that it carries.
        requests: How many requests it has carried.
        wrote: Whether any byte of the last one may have been sent.
    """

    def __init__(
        self,
        stream: trio.SocketStream,
        layer: trio.SocketStream | trio.SSLStream[trio.SocketStream],
    ) -> None:
        """Carry requests over a stream.

        Args:
            stream: The TCP connection.
            layer: What bytes go through: the same, or TLS on it.
        """
        self.reader = ResponseReader()
        self.requests = 0
        self.wrote = False
        self._stream = stream
        self._layer = layer
        self._process = os.getpid()
        self._closed = False

    async def send(self, pieces: AsyncGenerator[bytes], timeout: float | None) -> bool:
        """Send a request; return whether it went out whole.

        A response that comes before the end of the request ends the sending: a server that refuses
        an upload says so and reads no further.

        Raises:
            httpx2.WriteTimeout: The peer takes nothing more, and says nothing.
        """
        whole = False
        self.wrote = True

        async def write() -> None:
            nonlocal whole
            async with aclosing(pieces):
                async for piece in pieces:
                    try:
                        with _limit(timeout) as scope:
                            await self._layer.send_all(piece)
                    except _BROKEN:  # what the server said before it closed is still to be read
                        return
                    if scope.cancelled_caught:
                        raise httpx2.WriteTimeout("the request could not be sent in time")
            whole = True

        async def listen() -> None:
            while not (self.reader.head_complete or self.reader.error):
                await self.wait(None)
            nursery.cancel_scope.cancel()

        failure: Exception | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen)
            try:
                await write()
            except Exception as error:  # noqa: BLE001 - raised below, outside of the nursery's group
                failure = error
            nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure
        return whole

    async def send_now(self, data: bytes, timeout: float | None) -> bool:
        """Send a small request in one write; return whether it went out whole.

        Raises:
            httpx2.WriteTimeout: The peer takes nothing more.
        """
        self.wrote = True
        try:
            with _limit(timeout) as scope:
                await self._layer.send_all(data)
        except _BROKEN:
            return False
        if scope.cancelled_caught:
            raise httpx2.WriteTimeout("the request could not be sent in time")
        return True

    async def wait(self, timeout: float | None) -> None:
        """Wait for bytes, and hand them to the reader.

        Raises:
            httpx2.ReadTimeout: None came in time.
        """
        data: bytes | bytearray | None = None
        try:
            with _limit(timeout):
                data = await self._layer.receive_some(READ_SIZE)
        except _BROKEN as error:
            cause = error.__cause__ or error
            failure = httpx2.ReadError(str(cause))
            failure.__cause__ = error
            self.reader.fail(failure)
            return
        if data is None:
            raise httpx2.ReadTimeout("nothing came in time")
        if data:
            self.reader.feed(data)
        else:
            self.reader.eof()

    def taken(self) -> None:
        """Note that the reader's pieces were taken; nothing is read before it is asked for."""

    def is_dead(self) -> bool:
        """Return whether an idle connection has ended, or its peer spoke out of turn."""
        return self._closed or self.reader.condemned or is_readable(self._stream.socket.fileno())

    def shut_down(self) -> None:
        """End it from any thread; never in a child process, which shares it with its parent."""
        if self._closed or os.getpid() != self._process:
            return
        shut_down(self._stream.socket)

    def close(self) -> None:
        """Close it at once; a task that waits for it is woken."""
        self._closed = True
        self._stream.socket.close()

    async def aclose(self) -> None:
        """Close it."""
        self.close()
        await trio.lowlevel.cancel_shielded_checkpoint()

    def get_extra_info(self, info: str) -> Any:
        """Return what httpx2's `network_stream` extension says of a connection."""
        match info:
            case "socket":
                return self._stream.socket
            case "ssl_object":
                return self._layer if isinstance(self._layer, trio.SSLStream) else None
            case "client_addr":
                return self._stream.socket.getsockname()
            case "server_addr":
                return self._stream.socket.getpeername()
            case "is_readable":
                return self.is_dead()
            case _:
                return None


async def connect(
    host: str,
    port: int,
    *,
    timeout: float | None,
    tls: ssl.SSLContext | None,
    server_hostname: str,
    local_address: str | None,
    attempt: Attempt,
) -> TrioConnection:
    """Connect to the first address of a name that answers, all within one limit.

    Raises:
        httpx2.ConnectTimeout: None answered in time, or the TLS handshake took too long.
        httpx2.ConnectError: None answers, the name is unknown, or TLS failed.
    """
    connection = None
    try:
        with _limit(timeout) as scope, attempt.ended_by(scope.cancel):
            connection = await _connect(host, port, tls, server_hostname, local_address)
    except (OSError, UnicodeError, *_BROKEN) as error:  # IDNA's errors are no OSErrors
        raise httpx2.ConnectError(_said(error)) from error
    if connection is None:
        raise httpx2.ConnectTimeout("no connection in time")
    return connection


async def _connect(
    host: str,
    port: int,
    tls: ssl.SSLContext | None,
    server_hostname: str,
    local_address: str | None,
) -> TrioConnection:
    stream = await trio.open_tcp_stream(
        host, port, happy_eyeballs_delay=STAGGER, local_address=local_address
    )
    try:
        for option in keepalive():
            stream.setsockopt(*option)
        if tls is None:
            return TrioConnection(stream, stream)
        layer = trio.SSLStream(stream, tls, server_hostname=server_hostname, https_compatible=True)
        await layer.do_handshake()
        return TrioConnection(stream, layer)
    except BaseException:
        stream.socket.close()
        raise


def _said(error: BaseException) -> str:
    """Return what an exception says; trio wraps the system's in others, and in groups."""
    cause = error.__cause__
    if isinstance(error, OSError) and cause is not None:  # of each address, or of the only one
        return failed(getattr(cause, "exceptions", (cause,)))
    inner: BaseException | None = error
    while inner is not None and not str(inner):
        inner = inner.__cause__ or inner.__context__
    return str(inner or error)


def _limit(timeout: float | None) -> trio.CancelScope:
    seconds = left(timeout)
    if seconds is None:
        return trio.CancelScope()
    return trio.CancelScope(deadline=trio.current_time() + seconds)
