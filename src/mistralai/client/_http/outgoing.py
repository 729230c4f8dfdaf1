"""A request of httpx2's as the bytes that go over the wire. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import httpx2

from .h1 import LAST_CHUNK, Unseen, chunk, request_head

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

_LENGTHS: Final = re.compile(rb"\r\ncontent-length:[ \t]*([^\r\n]*)")

ONE_WRITE: Final = 64 * 1024
"""Bytes of a request that is sent in one write: no response can come before its end."""


class Outgoing:
    """A request in pieces.

    Attributes:
        small: The whole request, where it is known and small; else `None`.
    """

    def __init__(self, request: httpx2.Request) -> None:
        """Serialise the head, and the body if it is known.

        Raises:
            httpx2.LocalProtocolError: The request cannot be sent as HTTP/1.1.
        """
        head = request_head(
            request.method.encode(),
            request.extensions.get("target") or request.url.raw_path,
            request.headers.raw,
        )
        if head is None:  # and neither the text nor a local shows it: it may have the key
            raise httpx2.LocalProtocolError(
                "a header or the target has a line break or a NUL in it, or the method is not one"
            )
        self._request = request
        self._head = Unseen(head)
        lower = head.lower()
        self._chunked = b"\r\ntransfer-encoding: chunked\r\n" in lower
        self._length = None if self._chunked else _length(lower)
        self.small: Unseen | None = None
        try:
            body = request.content
        except httpx2.RequestNotRead:
            return
        self._check(len(body), whole=True)
        if len(body) <= ONE_WRITE:
            framed = chunk(body) + LAST_CHUNK if self._chunked else body
            self.small = Unseen(head + framed)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces of a synchronous request."""
        stream = self._request.stream
        assert isinstance(stream, httpx2.SyncByteStream)
        yield self._head
        sent = 0
        for part in stream:
            sent += len(part)
            yield self._framed(part, sent)
        yield self._end(sent)

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        """Yield the pieces of an asynchronous request; to be closed by whoever stops early."""
        stream = self._request.stream
        assert isinstance(stream, httpx2.AsyncByteStream)
        yield self._head
        sent = 0
        parts: Any = aiter(stream)
        try:
            async for part in parts:
                sent += len(part)
                yield self._framed(part, sent)
        finally:
            if hasattr(parts, "aclose"):  # a generator, which trio would complain of
                await parts.aclose()
        yield self._end(sent)

    def _framed(self, part: bytes, sent: int) -> bytes:
        self._check(sent, whole=False)
        return chunk(part) if self._chunked else part

    def _end(self, sent: int) -> bytes:
        self._check(sent, whole=True)
        return LAST_CHUNK if self._chunked else b""

    def _check(self, sent: int, *, whole: bool) -> None:
        """Check that the body is as long as its head says: a surplus would be another request."""
        length = self._length
        if length is not None and sent > length:
            raise httpx2.LocalProtocolError(
                f"the request's body has more than the {length} bytes of its content-length"
            )
        if length is not None and whole and sent < length:
            raise httpx2.LocalProtocolError(
                f"the request's body has {sent} of the {length} bytes of its content-length"
            )


def _length(head: bytes) -> int:
    """Return the length of the body by its head: 0 if the head has none (RFC 9112 section 6.3)."""
    said = {*_LENGTHS.findall(head)} or {b"0"}
    length = said.pop()
    if said or not length.isdigit():
        raise httpx2.LocalProtocolError("the request's content-length is not a number of bytes")
    return int(length)
