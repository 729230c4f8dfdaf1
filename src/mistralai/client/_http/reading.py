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


def read_from(response: httpx2.Response, *, asynchronous: bool) -> tuple[Any, bool]:
    """Return the body of a response, and whether a transport of this package brought it.

    Its `read` is that of `Readable`, or of `AsyncReadable`.
    """
    stream = response.extensions.get("network_stream")
    coding = coding_of(response)
    known = coding == "identity" or coding in CODINGS
    own = known and isinstance(stream, (Body, AsyncBody)) and not response.is_stream_consumed
    body: Any = stream
    if not own:
        body = AsyncForeignBody(response) if asynchronous else ForeignBody(response)
    if coding not in CODINGS or response.is_stream_consumed:
        return body, own
    inflated = AsyncInflated if asynchronous else Inflated
    return inflated(body, Inflater(coding)), own


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
