"""Connections on asyncio and uvloop: a protocol, and one future for each wait.

The loop reads into a buffer that is one for all its connections, and the response is framed where
the bytes arrive, in `buffer_updated`. A task that waits for a response has a future, and a timer
that serves many waits (`alarm`); a read of buffered bytes takes neither.

One task at a time waits for a connection, to send or to read.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import httpx2

from .addresses import STAGGER, failed, interleaved
from .alarm import Alarm
from .deadline import FOREVER, left
from .h1 import ResponseReader
from .sockets import is_readable, open_socket, shut_down

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator

    from .addresses import AddressInfo
    from .attempt import Attempt

READ_SIZE: Final = 64 * 1024
"""Bytes that the loop reads at most before it looks at other connections."""

HIGH_WATER: Final = 256 * 1024
"""Bytes that wait for a reader before the peer is held back."""

_buffers: WeakKeyDictionary[asyncio.AbstractEventLoop, memoryview] = WeakKeyDictionary()


def _buffer_of(loop: asyncio.AbstractEventLoop) -> memoryview:
    """Return what a loop reads into.

    asyncio would make one of 256 KiB for each read of each connection, which the C library maps
    and unmaps.
    """
    buffer = _buffers.get(loop)
    if buffer is None:
        buffer = _buffers[loop] = memoryview(bytearray(READ_SIZE))
    return buffer


class AioConnection(Alarm, asyncio.BufferedProtocol):
    """One connection. It belongs to the loop that made it.

    Attributes:
        reader: The response that it carries.
        requests: How many requests it has carried.
        wrote: Whether any byte of the last one may have been sent.
    """

    def __init__(self) -> None:
        self.reader = ResponseReader()
        self.requests = 0
        self.wrote = False
        self._loop = asyncio.get_running_loop()
        self._buffer = _buffer_of(self._loop)
        self._transport: Any = None
        self._process = os.getpid()
        self._unread = 0  # bytes since the last read, at most
        self._held_back = False
        self._full = False  # the peer takes nothing more for now
        self._lost = False
        self._waiter: asyncio.Future[bool] | None = None

    async def send(self, pieces: AsyncGenerator[bytes], timeout: float | None) -> bool:
        """Send a request; return whether it went out whole.

        A response that comes before the end of the request ends the sending: a server that refuses
        an upload says so and reads no further.

        Raises:
            httpx2.WriteTimeout: The peer takes nothing more, and says nothing.
        """
        async with aclosing(pieces):
            async for piece in pieces:
                # In parts, because TLS takes all that it is given before it says that it is full.
                for at in range(0, len(piece), READ_SIZE):
                    await self._listen()
                    if self._spoken_to():
                        return False
                    self.wrote = True
                    self._transport.write(piece[at : at + READ_SIZE])
                    while self._full:
                        if self._spoken_to():
                            return False
                        if not await self._wait(left(timeout)):
                            raise httpx2.WriteTimeout("the request could not be sent in time")
        return not self._lost

    async def _listen(self) -> None:
        """Let the loop read what the peer has said already: a write that fails would lose it."""
        sock = self.get_extra_info("socket")
        if sock is not None and is_readable(sock.fileno()):
            await asyncio.sleep(0)  # it looks at its sockets after what is due in this turn,
            await asyncio.sleep(0)  # and reads in the next one

    async def send_now(self, data: bytes, timeout: float | None) -> bool:
        """Send a small request in one write; return whether it went out whole. Raises as `send`."""
        if not self._lost:
            self.wrote = True
            self._transport.write(data)
        while self._full and not self._spoken_to():
            if not await self._wait(left(timeout)):
                raise httpx2.WriteTimeout("the request could not be sent in time")
        return not self._lost

    async def wait(self, timeout: float | None) -> None:
        """Wait for bytes that concern the reader.

        Raises:
            httpx2.ReadTimeout: None came in time.
        """
        if not await self._wait(left(timeout)):
            raise httpx2.ReadTimeout("nothing came in time")

    def taken(self) -> None:
        """Note that the reader's pieces were taken."""
        self._unread = 0
        if self._held_back and not self._lost:
            self._held_back = False
            self._transport.resume_reading()

    def is_dead(self) -> bool:
        """Return whether an idle connection has ended, or its peer spoke out of turn."""
        if self._lost or self.reader.condemned:
            return True
        sock = self.get_extra_info("socket")
        return sock is None or is_readable(sock.fileno())  # TLS is told a turn later

    def shut_down(self) -> None:
        """End it from any thread; never in a child process, which shares it with its parent."""
        sock = None if self._transport is None else self.get_extra_info("socket")
        if sock is None or os.getpid() != self._process:
            return
        shut_down(sock)

    def close(self) -> None:
        """Close it at once; a task that waits for it is woken."""
        self._end(httpx2.ReadError("the connection was closed"))
        if self._transport is not None:
            self._transport.abort()

    async def aclose(self) -> None:
        """Close it, and let the loop close the socket, in its next turn."""
        self.close()
        await asyncio.sleep(0)

    def get_extra_info(self, info: str) -> Any:
        """Return what httpx2's `network_stream` extension says of a connection."""
        if info == "is_readable":
            return self.is_dead()
        names = {"client_addr": "sockname", "server_addr": "peername"}
        return self._transport.get_extra_info(names.get(info, info))

    async def start_tls(self, tls: ssl.SSLContext, server_hostname: str) -> None:
        """Put TLS on it."""
        self._transport = await self._loop.start_tls(
            self._transport,
            self,
            tls,
            server_hostname=server_hostname,
            ssl_handshake_timeout=FOREVER,  # else a minute, beside ours
        )

    # What the loop calls.

    def connection_made(self, transport: Any) -> None:
        """Keep the transport."""
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Return the buffer that the loop reads into."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Process the bytes that the loop has read."""
        self.reader.feed(self._buffer[:nbytes])
        self._unread += nbytes
        if self._unread > HIGH_WATER and not self._held_back and not self._lost:
            self._held_back = True
            self._transport.pause_reading()
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(True)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end of the connection."""
        self._end(None if exc is None else _read_error(exc))

    def pause_writing(self) -> None:
        """Stop writing: the peer accepts nothing more for now."""
        self._full = True

    def resume_writing(self) -> None:
        """Write on."""
        self._full = False
        self._wake()

    def _spoken_to(self) -> bool:
        """Return whether the response has come, or the connection is lost."""
        return self._lost or self.reader.head_complete or self.reader.error is not None

    async def _wait(self, seconds: float | None) -> bool:
        """Wait until something happens to the connection; return whether it did in time."""
        if self._lost:
            self.reader.eof()  # it may have begun to expect a response since
            return True
        self._set_alarm(seconds)
        self._waiter = self._loop.create_future()
        try:
            return await self._waiter
        finally:
            self._waiter = None
            self._forget_alarm()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)

    def _end(self, error: Exception | None) -> None:
        if self._lost:
            return
        self._lost = True
        self._full = False
        if error is None:
            self.reader.eof()
        else:
            self.reader.fail(error)
        self._drop_alarm()
        self._wake()

    def _late(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(False)


async def connect(
    host: str,
    port: int,
    *,
    timeout: float | None,
    tls: ssl.SSLContext | None,
    server_hostname: str,
    local_address: str | None,
    attempt: Attempt,
) -> AioConnection:
    """Connect to the first address of a name that answers, all within one limit.

    Raises:
        httpx2.ConnectTimeout: None answered in time, or the TLS handshake took too long.
        httpx2.ConnectError: None answers, the name is unknown, or TLS failed.
    """
    connection = AioConnection()
    try:
        async with asyncio.timeout(left(timeout)) as limit:
            with attempt.ended_by(partial(limit.reschedule, 0.0)):  # a moment that has passed
                sock = await _race(await _resolve(host, port), local_address)
                try:
                    loop = asyncio.get_running_loop()
                    await loop.create_connection(lambda: connection, sock=sock)
                except BaseException:
                    sock.close()
                    raise
                if tls is not None:
                    await connection.start_tls(tls, server_hostname)
    except TimeoutError as error:
        connection.close()
        raise httpx2.ConnectTimeout(str(error) or "no connection in time") from error
    except (OSError, UnicodeError) as error:  # a name that IDNA does not know is no OSError
        connection.close()
        raise httpx2.ConnectError(str(error)) from error
    except BaseException:
        connection.close()
        raise
    return connection


async def _resolve(host: str, port: int) -> list[AddressInfo]:
    """Return the addresses of a name, in the order in which to try them."""
    kind = socket.SOCK_STREAM
    try:  # an address needs no resolver, and so no thread
        found = socket.getaddrinfo(host, port, type=kind, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=kind)
    return interleaved(found)


async def _race(addresses: list[AddressInfo], local_address: str | None) -> socket.socket:
    """Connect to the first of several addresses that answers, and close the other sockets."""
    if len(addresses) == 1:
        try:
            return await _connect_one(addresses[0], local_address)
        except OSError as refusal:
            raise OSError(failed([refusal])) from refusal
    loop = asyncio.get_running_loop()
    errors: list[OSError] = []
    running: set[asyncio.Task[socket.socket]] = set()
    waiting = iter(addresses)
    winner: socket.socket | None = None
    try:
        while True:
            info = next(waiting, None)
            if info is not None:
                running.add(loop.create_task(_connect_one(info, local_address)))
            if not running:
                raise OSError(failed(errors) or "the name has no address")
            done, _ = await asyncio.wait(
                running,
                timeout=None if info is None else STAGGER,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                error = task.exception()
                if error is None:
                    running.discard(task)
                    winner = task.result()
                    return winner
                running.discard(task)
                if not isinstance(error, OSError):
                    raise error
                errors.append(error)
    finally:
        if running:
            await _drop(running, winner)


async def _drop(running: set[asyncio.Task[socket.socket]], winner: socket.socket | None) -> None:
    """End the tasks that lost a race; the winner too, if this is cancelled."""
    for task in running:
        task.cancel()
        task.add_done_callback(_close_result)
    try:
        await asyncio.wait(running)  # a turn or two
    except BaseException:
        if winner is not None:
            winner.close()
        raise


async def _connect_one(info: AddressInfo, local_address: str | None) -> socket.socket:
    sock = open_socket(info, local_address)
    try:
        await asyncio.get_running_loop().sock_connect(sock, info[4])
    except BaseException:
        sock.close()
        raise
    return sock


def _close_result(task: asyncio.Task[socket.socket]) -> None:
    """Close the socket of a task that was cancelled as it ended."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()


def _read_error(error: Exception) -> httpx2.ReadError:
    failure = httpx2.ReadError(str(error))
    failure.__cause__ = error
    return failure
