"""The body of any response, read with a deadline that moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from .body import AsyncBody, Body
from .foreign import AsyncForeignBody, ForeignBody, coding_of
from .inflate import CODINGS, Inflater

if TYPE_CHECKING:
    import httpx2

    from .deadline import Deadline


class Readable(Protocol):
    """A body, for threads."""

    def read(self, timeout: Deadline, /) -> bytes:
        """Return the next bytes, empty at the end."""
        ...


class AsyncReadable(Protocol):
    """A body, for asyncio and trio."""

    async def read(self, timeout: Deadline, /) -> bytes:
        """Return the next bytes, empty at the end."""
        ...


def own_body(response: httpx2.Response) -> Any:
    """Return the body that a transport of this package brought, or `None`."""
    stream = response.extensions.get("network_stream")
    is_own = isinstance(stream, (Body, AsyncBody)) and not response.is_stream_consumed
    return stream if is_own else None


def body_of(response: httpx2.Response) -> Readable:
    """Return the body of a synchronous response."""
    body = own_body(response) or ForeignBody(response)
    return Inflated(body, Inflater(coding_of(response))) if _packed(response) else body


def async_body_of(response: httpx2.Response) -> AsyncReadable:
    """Return the body of an asynchronous response."""
    body = own_body(response) or AsyncForeignBody(response)
    return AsyncInflated(body, Inflater(coding_of(response))) if _packed(response) else body


def _packed(response: httpx2.Response) -> bool:
    return coding_of(response) in CODINGS and not response.is_stream_consumed


class Inflated:
    """A body, decompressed."""

    def __init__(self, body: Readable, inflater: Inflater) -> None:
        self._body = body
        self._inflater = inflater

    def read(self, timeout: Deadline) -> bytes:
        """Return the next bytes, empty at the end."""
        data = self._inflater.more()
        while not data:
            read = self._body.read(timeout)
            if not read:
                break
            data = self._inflater.feed(read)
        return data


class AsyncInflated:
    """A body, decompressed."""

    def __init__(self, body: AsyncReadable, inflater: Inflater) -> None:
        self._body = body
        self._inflater = inflater

    async def read(self, timeout: Deadline) -> bytes:
        """Return the next bytes, empty at the end."""
        data = self._inflater.more()
        while not data:
            read = await self._body.read(timeout)
            if not read:
                break
            data = self._inflater.feed(read)
        return data
