"""The body that a transport of this package brought, decompressed where it has to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from .body import AsyncBody, Body
from .foreign import coding_of
from .inflate import CODINGS, Inflater

if TYPE_CHECKING:
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


def own_body(response: Any) -> Any:
    """Return the body that a transport of this package brought, or `None`.

    None too where a hook read it already or put a stream of its own around it, or where only httpx2
    can decode it.
    """
    extensions: Any = getattr(response, "extensions", None) or {}
    body = extensions.get("network_stream")
    if not isinstance(body, (Body, AsyncBody)) or response.is_stream_consumed:
        return None
    if not _is_bare(response.stream):
        return None
    coding = coding_of(response.headers)
    if coding == "identity":
        return body
    if coding not in CODINGS:
        return None
    if isinstance(body, AsyncBody):
        return AsyncInflated(body, Inflater(coding))
    return Inflated(body, Inflater(coding))


def _is_bare(stream: object) -> bool:
    """Return True if our body is bare, but for the wrapper by which httpx2 takes the time."""
    if isinstance(stream, (Body, AsyncBody)):
        return True
    package = type(stream).__module__.partition(".")[0]
    return package == "httpx2" and hasattr(stream, "elapsed")


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
                self._inflater.end()
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
                self._inflater.end()
                break
            data = self._inflater.feed(read)
        return data
