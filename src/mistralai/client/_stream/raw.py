"""The streams of raw calls: server-sent events as they are, and bodies piece by piece."""

from __future__ import annotations

from .._call.rawreader import NoAnswer
from .._hints import resolve_hints
from ..sse import ServerSentEvent
from .base import AsyncStream, SyncStream


class RawStream(SyncStream[ServerSentEvent, NoAnswer]):
    """Server-sent events as they arrive, each a `ServerSentEvent`; best read inside `with`.

    `[DONE]` ends the stream and is not yielded. An event that reports an error raises the
    `MistralClientError` of its code, after every event that arrived before it.
    """


class RawStreamAsync(AsyncStream[ServerSentEvent, NoAnswer]):
    """`RawStream` for asyncio and trio: `async for`, best inside `async with`."""


class ByteStream(SyncStream[bytes, NoAnswer]):
    """A body as it arrives, decompressed, in pieces of any size; best read inside `with`.

    Iteration raises a `MistralClientError` if the body breaks off, after every piece that arrived.
    """

    def __repr__(self) -> str:
        return _shown(self)

    def read(self) -> bytes:
        """Read the body to its end and return all that is left of it.

        Raises:
            IncompleteStreamError: The stream was closed before its end.
            MistralClientError: It failed, now or before.
        """
        body = b"".join(self)
        self._raise_if_incomplete()
        return body


class ByteStreamAsync(AsyncStream[bytes, NoAnswer]):
    """`ByteStream` for asyncio and trio: `async for`, best inside `async with`."""

    def __repr__(self) -> str:
        return _shown(self)

    async def read(self) -> bytes:
        """Read the body to its end and return all that is left of it.

        Raises:
            IncompleteStreamError: The stream was closed before its end.
            MistralClientError: It failed, now or before.
        """
        body = b"".join([piece async for piece in self])
        self._raise_if_incomplete()
        return body


def _shown(stream: ByteStream | ByteStreamAsync) -> str:
    state = stream.end_reason or "running"
    return f"<{type(stream).__name__} {state}, {stream.timing.bytes} bytes>"


resolve_hints(__name__)
