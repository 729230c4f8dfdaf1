"""The body of an answer, read from under httpx2.

httpx2 and httpcore2 put six generators around a body, which cost more than the
parsing and, in async, complain each for itself when a stream is dropped. The names on
the way to what they stand on are private: where one is missing, the generators serve.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Final

import h11
import httpx2

from .chunked import ChunkedBody
from .connection import Connection
from .inflate import CODINGS, Inflater

if TYPE_CHECKING:
    from collections.abc import Callable

    from .deadline import Deadline

_SIZE: Final = 64 * 1024
"""Bytes that a read takes at most, as httpcore2 has it."""

_LAST_CHUNK: Final = b"0\r\n\r\n"


class RawBody:
    """Reads one body.

    A chunked one is decoded here. httpcore2's parser is then shown one that has the end alone,
    so that it knows that the connection is free.
    """

    __slots__ = ("_chunks", "_inflater", "_over", "_receive", "_stream")

    def __init__(
        self, receive: Callable[..., Any], stream: Any, *, chunked: bool, coding: str
    ) -> None:
        """Read the body behind a head.

        Args:
            receive: Gives the next event of the connection's parser.
            stream: The connection.
            chunked: Whether the body is chunked and nothing of it is the parser's yet.
            coding: The body's `content-encoding`.
        """
        self._receive = receive
        self._stream = stream
        self._chunks = ChunkedBody() if chunked else None
        self._inflater = Inflater(coding) if coding in CODINGS else None
        self._over = False

    def read(self, timeout: Deadline) -> bytes:
        """The next bytes of the body, empty at its end."""
        data = b"" if self._inflater is None else self._inflater.more()
        while not data and not self._over:
            chunks = self._expected()
            if chunks is not None:
                data = self._decoded(chunks, self._stream.read(_SIZE, timeout))
            else:
                data = self._parsed(self._receive(timeout=timeout))
        return data

    async def aread(self, timeout: Deadline) -> bytes:
        """`read` for async."""
        data = b"" if self._inflater is None else self._inflater.more()
        while not data and not self._over:
            chunks = self._expected()
            if chunks is not None:
                data = self._decoded(chunks, await self._stream.read(_SIZE, timeout))
            else:
                data = self._parsed(await self._receive(timeout=timeout))
        return data

    def _expected(self) -> ChunkedBody | None:
        """The chunks, while there are more to come."""
        if self._chunks is not None and self._chunks.error is not None:
            raise httpx2.RemoteProtocolError(self._chunks.error)
        return self._chunks

    def _decoded(self, chunks: ChunkedBody, data: bytes) -> bytes:
        if not data:  # too early: the parser will meet the same end, and has the words for it
            self._chunks = None
            return b""
        decoded = chunks.feed(data)
        if chunks.over:
            self._chunks = None
            self._stream.put_back(_LAST_CHUNK + chunks.rest)
        return decoded if self._inflater is None else self._inflater.feed(decoded)

    def _parsed(self, event: object) -> bytes:
        """The data of a parser's event, which may have none, or be the end."""
        if isinstance(event, h11.Data):
            data = bytes(event.data)
            return data if self._inflater is None else self._inflater.feed(data)
        self._over = isinstance(event, h11.EndOfMessage) or event is h11.PAUSED
        return b""


class DirectBody(ABC):
    """A body of a transport that is not httpcore2's, which has it as `network_stream` too."""

    @abstractmethod
    async def aread(self, timeout: float | None) -> bytes:
        """The next bytes of the body, empty at its end; a `Deadline` may move."""


class _Inflated(DirectBody):
    """Such a body, decompressed."""

    def __init__(self, body: DirectBody, coding: str) -> None:
        self._body = body
        self._inflater = Inflater(coding)

    async def aread(self, timeout: float | None) -> bytes:
        data = self._inflater.more()
        while not data:
            read = await self._body.aread(timeout)
            if not read:
                break
            data = self._inflater.feed(read)
        return data


def raw_body(response: httpx2.Response, stream: Any, coding: str) -> RawBody | DirectBody | None:
    """The body of an answer, or `None` where only httpx2 can read it."""
    if isinstance(stream, DirectBody):
        return _Inflated(stream, coding) if coding in CODINGS else stream
    found: Any = response
    for name in ("stream", "_stream", "_httpcore_stream", "_stream", "_connection"):
        found = getattr(found, name, None)
    receive = getattr(found, "_receive_event", None)
    if receive is None:
        return None
    unread = getattr(getattr(found, "_h11_state", None), "trailing_data", None)
    transfer = response.headers.get("transfer-encoding", "").lower()
    ours = isinstance(stream, Connection) and unread == (b"", False) and transfer == "chunked"
    return RawBody(receive, stream, chunked=ours, coding=coding)
