"""Connections on asyncio and uvloop: a protocol, and one future for each wait.

httpcore2's own go through anyio, which opens a cancel scope and asks the selector
to stop and to start again for every read: half of what a token costs. Here the loop
hands over what came, and a timer that a connection keeps tells a wait that it is
over; a read that does not wait costs neither.
"""

from __future__ import annotations

import asyncio
import select
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import httpcore2

from .alarm import Alarm
from .connection import Connection
from .deadline import FOR_EVER, left

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Iterable

_AT_ONCE: Final = 64 * 1024
"""Bytes that the loop reads at most before it looks at other connections."""

_ROOM: Final = 256 * 1024
"""Bytes that wait for a reader before the peer is held back."""

_STAGGER: Final = 0.25
"""Seconds until the next address of a name is tried beside the last (RFC 8305 section 5)."""


_buffers: WeakKeyDictionary[asyncio.AbstractEventLoop, memoryview] = WeakKeyDictionary()
"""What a loop reads into: one for all its connections, for it hands over what it read at once."""


class AsyncioStream(Connection, Alarm, asyncio.BufferedProtocol, httpcore2.AsyncNetworkStream):
    """One connection. It belongs to the loop that made it.

    It has a buffer for the loop: asyncio would make one of 256 KiB for every read, which takes
    the system three calls and a page fault where that much is mapped apart.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        buffer = _buffers.get(self._loop)
        if buffer is None:
            buffer = _buffers[self._loop] = memoryview(bytearray(_AT_ONCE))
        self._buffer = buffer
        self._transport: Any = None
        self._came: list[bytes] = []
        self._size = 0  # bytes that came and were not read
        self._held_back = False
        self._error: Exception | None = None
        self._over = False
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None  # while the peer takes nothing more

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, or wait for it.

        Raises:
            httpcore2.ReadTimeout: Nothing came in time.
            httpcore2.ReadError: The connection broke; what came before was given out.
        """
        if self._rest:
            return self._given(max_bytes)
        if not self._came and not self._over:
            self._set_alarm(left(timeout))
            self._reader = self._loop.create_future()
            try:
                await self._reader
            finally:
                self._reader = None
                self._forget_alarm()
        if self._came:
            return self._seen(self._take(max_bytes), timeout)
        if self._error is not None:
            raise httpcore2.ReadError(str(self._error)) from self._error
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it; wait while the peer takes nothing more.

        Raises:
            httpcore2.WriteTimeout: It did not take it in time.
            httpcore2.WriteError: The connection is over.
        """
        self._begin_head()
        if not self._over:
            self._transport.write(buffer)
            if self._writer is not None:
                try:
                    async with asyncio.timeout(left(timeout)):
                        await asyncio.shield(self._writer)  # a later write may wait for it too
                except TimeoutError as error:
                    raise httpcore2.WriteTimeout(str(error)) from error
        if self._over:
            raise httpcore2.WriteError(str(self._error or "the connection is closed"))

    async def aclose(self) -> None:
        """Close the connection at once; the other end sees it, and a read that waits ends."""
        self._end(ConnectionAbortedError("the connection was closed"))
        if self._transport is not None:
            self._transport.abort()
            await asyncio.sleep(0)  # the loop closes the socket in its next turn, if it has one

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> AsyncioStream:
        """Put TLS on it; a handshake that fails or is cancelled leaves no connection behind.

        Raises:
            httpcore2.ConnectTimeout: The handshake took too long.
            httpcore2.ConnectError: It failed.
        """
        inner = AsyncioStream()
        try:
            async with asyncio.timeout(left(timeout)):
                transport = await self._loop.start_tls(
                    self._transport,
                    inner,
                    ssl_context,
                    server_hostname=server_hostname,
                    ssl_handshake_timeout=FOR_EVER,  # else a minute, beside ours
                )
        except BaseException as error:
            await self.aclose()
            if isinstance(error, OSError):
                raise _failed_to_connect(error) from error
            raise
        inner.connection_made(transport)
        return inner

    def get_extra_info(self, info: str) -> Any:
        """What httpcore2 and this package ask of a connection."""
        match info:
            case "client_addr":
                return self._transport.get_extra_info("sockname")
            case "server_addr":
                return self._transport.get_extra_info("peername")
            case "is_readable":  # that is: it ended, or the peer speaks out of turn
                return bool(self._over or self._came or self._rest) or _readable(self._socket)
            case "socket":
                return self._socket
            case _:
                return self._transport.get_extra_info(info)

    def connection_made(self, transport: Any) -> None:
        """The loop has the connection."""
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """The loop is about to read."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """The loop has read."""
        self._came.append(bytes(self._buffer[:nbytes]))
        self._size += nbytes
        if self._size > _ROOM and not self._held_back:
            self._held_back = True
            self._transport.pause_reading()
        _wake(self._reader)

    def connection_lost(self, exc: Exception | None) -> None:
        """The loop is done with the connection."""
        self._end(exc)

    def pause_writing(self) -> None:
        """The peer takes nothing more for now."""
        self._writer = self._loop.create_future()

    def resume_writing(self) -> None:
        """It does again."""
        _wake(self._writer)
        self._writer = None

    @property
    def _socket(self) -> Any:
        return self._transport.get_extra_info("socket")

    def _take(self, max_bytes: int) -> bytes:
        data = self._came.pop(0)
        while self._came and len(data) + len(self._came[0]) <= max_bytes:
            data += self._came.pop(0)
        if len(data) > max_bytes:
            self._came.insert(0, data[max_bytes:])
            data = data[:max_bytes]
        self._size -= len(data)
        if self._held_back and self._size <= _ROOM // 2 and not self._over:
            self._held_back = False
            self._transport.resume_reading()
        return data

    def _end(self, error: Exception | None) -> None:
        if self._over:
            return
        self._over = True
        self._error = error
        self._drop_alarm()
        _wake(self._reader)
        _wake(self._writer)

    def _late(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_exception(httpcore2.ReadTimeout("nothing came in time"))


async def connect_tcp(
    host: str,
    port: int,
    timeout: float | None,
    local_address: str | None,
    options: Iterable[tuple[int, int, int]],
) -> AsyncioStream:
    """Connect to the first address of a name that answers.

    Raises:
        httpcore2.ConnectTimeout: None answered in time.
        httpcore2.ConnectError: None answers, or the name is unknown.
    """
    loop = asyncio.get_running_loop()
    extra: dict[str, Any] = {}
    # uvloop tries them one after another; and CPython's race, in older releases, breaks with
    # tasks that begin at once.
    if isinstance(loop, asyncio.BaseEventLoop) and loop.get_task_factory() is None:
        extra["happy_eyeballs_delay"] = _STAGGER
    try:
        async with asyncio.timeout(left(timeout)):
            _, stream = await loop.create_connection(
                AsyncioStream,
                host,
                port,
                local_addr=None if local_address is None else (local_address, 0),
                **extra,
            )
    except OSError as error:
        raise _failed_to_connect(error) from error
    return _with_options(stream, options)


async def connect_unix_socket(
    path: str, timeout: float | None, options: Iterable[tuple[int, int, int]]
) -> AsyncioStream:
    """Connect to a socket in the file system. Raises as `connect_tcp` does."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(left(timeout)):
            _, stream = await loop.create_unix_connection(AsyncioStream, path)
    except OSError as error:
        raise _failed_to_connect(error) from error
    return _with_options(stream, options)


def _with_options(stream: AsyncioStream, options: Iterable[tuple[int, int, int]]) -> AsyncioStream:
    sock = stream.get_extra_info("socket")
    for option in options:
        sock.setsockopt(*option)
    return stream


def _failed_to_connect(error: OSError) -> Exception:
    late = isinstance(error, TimeoutError)
    return (httpcore2.ConnectTimeout if late else httpcore2.ConnectError)(str(error))


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


def _readable(sock: socket.socket | None) -> bool:
    """Whether a read would not wait: there is data, or the end."""
    if sock is None or sock.fileno() < 0:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([sock.fileno()], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return bool(poll.poll(0))
