"""Bodies of responses that other transports brought: a caller's client, a proxy, a mock.

They are read by the iterators that httpx documents. Their timeouts are fixed for a body, where the
limits of a call move. In async a cancel scope ends each read in time; in a thread a `Watch` does,
where the response gives its connection's socket. Where it does not, the client's own timeout ends
a silence, and the clock is looked at between reads.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

import anyio
import httpx2

from .inflate import CODINGS, Inflater
from .watch import Watch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .attempt import Attempt
    from .deadline import Deadline

R = TypeVar("R")

_BUFFERED: Final = 11_000
"""Pieces that a client may have read ahead: 64 KiB, in chunks of six bytes with one of the body."""


class ForeignBody:
    """The body of a response, for threads, and the end of that response.

    A coding of `CODINGS` is undone here, in pieces of bounded size; others by the client.

    Attributes:
        watch: What ends its reads in time, or `None`.
    """

    def __init__(self, response: Any) -> None:
        self._response = response
        self._inflater: Inflater | None = None
        self._pieces: Any = None
        self._over = False
        self.watch: Watch | None = None

    def begin(self, headers: Any) -> None:
        """Begin to read."""
        self._pieces, self._inflater = _pieces(self._response, headers, "iter")

    def watch_reads(self, end_read: Callable[[], object]) -> None:
        """End reads that last too long, by a function that may be called in any thread."""
        self.watch = Watch(end_read)

    def read(self, timeout: Deadline) -> bytes:
        """Return the next bytes of the body, empty at its end.

        Raises:
            httpx2.ReadTimeout: None came in time.
        """
        data = b"" if self._inflater is None else self._inflater.more()
        while not data and not self._over:
            data = self._decoded(self._next(timeout))
        return data

    def close(self) -> None:
        """Close the response."""
        if self.watch is not None:
            self.watch.close()
        if hasattr(self._pieces, "close"):
            self._pieces.close()
        self._response.close()

    def _decoded(self, piece: bytes | None) -> bytes:
        if piece is None:
            self._over = True
            if self._inflater is not None:
                self._inflater.end()
            return b""
        return piece if self._inflater is None else self._inflater.feed(piece)

    def _next(self, timeout: Deadline) -> bytes | None:
        watch = self.watch
        if watch is None:
            if timeout.passed:
                raise httpx2.ReadTimeout("nothing came in time")
            return next(self._pieces, None)
        if watch.fired:
            raise httpx2.ReadTimeout("nothing came in time")
        watch.begin(timeout.left())
        try:
            piece: bytes | None = next(self._pieces, None)
        except Exception as error:
            if watch.fired:
                raise httpx2.ReadTimeout("nothing came in time") from error
            raise
        finally:
            watch.end()
        if piece is None and watch.fired:
            raise httpx2.ReadTimeout("nothing came in time")
        return piece


class AsyncForeignBody:
    """The body of a response, for asyncio and trio, and the end of that response."""

    def __init__(self, response: Any) -> None:
        self._response = response
        self._inflater: Inflater | None = None
        self._pieces: Any = None
        self._begun = False
        self._over = False
        self._closed = False
        self._reading: anyio.CancelScope | None = None

    def begin(self, headers: Any) -> None:
        """Begin to read."""
        self._pieces, self._inflater = _pieces(self._response, headers, "aiter")

    async def read(self, timeout: Deadline) -> bytes:
        """Return the next bytes of the body, as `ForeignBody.read` does."""
        data = b"" if self._inflater is None else self._inflater.more()
        while not data and not self._over:
            piece = await self._next(timeout)
            if piece is not None:
                data = piece if self._inflater is None else self._inflater.feed(piece)
                continue
            self._over = True
            if self._inflater is not None:
                self._inflater.end()
        return data

    async def aclose(self) -> None:
        """Close the response, from any task."""
        self._closed = True
        reading = self._reading
        if reading is not None:
            reading.cancel()
        await self._response.aclose()
        if reading is None and self._begun and not self._over:
            await self._unwind()

    async def _next(self, timeout: Deadline) -> bytes | None:
        self._begun = True
        left = timeout.left()
        with anyio.CancelScope() as scope:
            if left is not None:
                scope.deadline = anyio.current_time() + left
            self._reading = scope
            try:
                piece: bytes | None = await anext(self._pieces, None)
            finally:
                self._reading = None
            if not self._closed:
                return piece
        if not self._closed:
            raise httpx2.ReadTimeout("nothing came in time")
        await self._unwind()  # which `aclose` leaves to a read that is under way
        raise httpx2.ReadError("the stream was closed")

    async def _unwind(self) -> None:
        """End the client's nested generators where the innermost of them waits.

        To close the outermost would leave the others to the garbage collector, where they
        complain of each other.
        """
        with anyio.CancelScope() as scope, suppress(Exception):
            scope.cancel()
            for _ in range(_BUFFERED):
                await anext(self._pieces)


def _pieces(response: Any, headers: Any, kind: str) -> tuple[Any, Inflater | None]:
    """Return the iterator of a body, and what decompresses it, if that is done here."""
    coding = coding_of(headers)
    known = coding == "identity" or coding in CODINGS
    # A hook may have read it, and what it read is decoded.
    if not known or getattr(response, "is_stream_consumed", False):
        return getattr(response, f"{kind}_bytes")(), None
    raw = getattr(response, f"{kind}_raw", None)
    if raw is None:
        return getattr(response, f"{kind}_bytes")(), None
    return raw(), Inflater(coding) if coding in CODINGS else None


async def response_within(seconds: float | None, attempt: Attempt, sending: Awaitable[R]) -> R:
    """Wait for a response of another transport, which does not say when it has sent the request.

    Args:
        seconds: Until its headers came, connecting and sending included; `None` for no limit.
        attempt: Ends the wait when it is aborted.
        sending: What returns the response.

    Raises:
        httpx2.ReadTimeout: They did not come in time, or the attempt was aborted.
    """
    with anyio.move_on_after(seconds) as scope, attempt.ended_by(scope.cancel):

        def postpone(left: float | None) -> None:
            if seconds is not None and left is not None:
                scope.deadline = anyio.current_time() + left

        attempt.postpone = postpone
        return await sending
    raise httpx2.ReadTimeout("the response headers did not come in time")


def coding_of(headers: Any) -> str:
    """Return the content coding that headers name."""
    if "content-encoding" not in headers:
        return "identity"
    coding: str = headers["content-encoding"]
    return coding.strip().lower() or "identity"
