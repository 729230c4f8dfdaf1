"""The body of a response, read from its connection without a generator.

It is the `stream` of an httpx2 response. Who iterates it waits by the request's read timeout; the
client's own drivers call `read` with a deadline that moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import httpx2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from .h1 import ResponseReader
    from .sockets import SocketConnection


class AsyncConnection(Protocol):
    """A connection of any kind of loop."""

    reader: ResponseReader

    async def wait(self, timeout: float | None) -> None:
        """Wait for bytes that concern the reader."""
        ...

    def taken(self) -> None:
        """Note that the reader's pieces were taken."""
        ...

    def get_extra_info(self, info: str) -> Any:
        """Return what httpx2's `network_stream` extension says of a connection."""
        ...


class Body(httpx2.SyncByteStream):
    """The body of a response, for threads."""

    def __init__(
        self,
        connection: SocketConnection,
        timeout: float | None,
        release: Callable[[], None],
    ) -> None:
        """Read a body.

        Args:
            connection: Its connection.
            timeout: Seconds that a read may wait for whoever iterates.
            release: Gives the connection back, or closes it; called once.
        """
        self._connection: SocketConnection | None = connection
        self._timeout = timeout
        self._release = release

    def read(self, timeout: float | None) -> bytes:
        """Return the next bytes of the body, empty at its end.

        Raises:
            httpx2.ReadTimeout: None came in time.
            httpx2.TransportError: The body broke off; all bytes before that were returned.
        """
        connection = self._connection
        if connection is None:
            raise httpx2.ReadError("the response was closed")
        reader = connection.reader
        while not reader.readable:
            connection.read(timeout)
        return reader.take()

    def __iter__(self) -> Iterator[bytes]:
        while data := self.read(self._timeout):
            yield data

    def get_extra_info(self, info: str) -> Any:
        """Return what httpx2's `network_stream` extension says; `None` once the body is closed."""
        return None if self._connection is None else self._connection.get_extra_info(info)

    def close(self) -> None:
        """Close the body; its connection is used again if the body was read to its end."""
        if self._connection is not None:
            self._connection = None
            self._release()


class AsyncBody(httpx2.AsyncByteStream):
    """The body of a response, for asyncio and trio."""

    def __init__(
        self,
        connection: AsyncConnection,
        timeout: float | None,
        release: Callable[[], Any],
    ) -> None:
        """Read a body, as `Body` does; `release` is awaited."""
        self._connection: AsyncConnection | None = connection
        self._timeout = timeout
        self._release = release

    async def read(self, timeout: float | None) -> bytes:
        """Return the next bytes of the body, as `Body.read` does."""
        connection = self._connection
        if connection is None:
            raise httpx2.ReadError("the response was closed")
        reader = connection.reader
        while not reader.readable:
            await connection.wait(timeout)
        data = reader.take()
        connection.taken()
        return data

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        data = await self.read(self._timeout)
        if not data:
            raise StopAsyncIteration
        return data

    def get_extra_info(self, info: str) -> Any:
        """Return what httpx2's `network_stream` extension says; `None` once the body is closed."""
        return None if self._connection is None else self._connection.get_extra_info(info)

    async def aclose(self) -> None:
        """Close the body; its connection is used again if the body was read to its end."""
        if self._connection is not None:
            self._connection = None
            await self._release()
