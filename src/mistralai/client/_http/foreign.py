"""Bodies of responses that other transports brought: a caller's client, a proxy, a mock.

They are read by httpx2's public iterators. Their timeouts are fixed when a request begins, so a
limit that moves is kept from outside: in threads by a timer that shuts the socket down
(`timers`), in loops by a cancel scope around each read.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import anyio
import httpx2

from .attempt import do_nothing
from .inflate import CODINGS
from .timers import ReadTimer

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from .attempt import Attempt
    from .deadline import Deadline


class ForeignBody:
    """A body, for threads."""

    def __init__(self, response: httpx2.Response) -> None:
        self._pieces = response.iter_raw() if _raw(response) else response.iter_bytes()
        sock = socket_of(response)
        self._timer = None if sock is None else ReadTimer(sock)

    def read(self, timeout: Deadline) -> bytes:
        """Return the next bytes of the body, empty at its end.

        Raises:
            httpx2.ReadTimeout: None came in time.
        """
        timer, seconds = self._timer, timeout.left()
        if timer is None or seconds is None:
            return self._next()
        timer.start(seconds)
        try:
            data = self._next()
        except httpx2.TransportError as error:
            if timer.fired:
                raise httpx2.ReadTimeout("nothing came in time") from error
            raise
        finally:
            timer.stop()
        if timer.fired and not data:
            raise httpx2.ReadTimeout("nothing came in time")
        return data

    def _next(self) -> bytes:
        try:
            return next(filter(None, self._pieces), b"")
        except httpx2.StreamClosed as error:
            raise httpx2.ReadError("the response was closed") from error


class AsyncForeignBody:
    """A body, for asyncio and trio."""

    def __init__(self, response: httpx2.Response) -> None:
        self._pieces: Any = response.aiter_raw() if _raw(response) else response.aiter_bytes()

    async def read(self, timeout: Deadline) -> bytes:
        """Return the next bytes of the body, as `ForeignBody.read` does."""
        seconds = timeout.left()
        if seconds is None:
            return await self._next()
        with anyio.move_on_after(seconds) as scope:
            return await self._next()
        assert scope.cancelled_caught
        raise httpx2.ReadTimeout("nothing came in time")

    async def _next(self) -> bytes:
        try:
            async for data in self._pieces:
                if data:
                    return bytes(data)
        except httpx2.StreamClosed as error:
            raise httpx2.ReadError("the response was closed") from error
        return b""


async def response_within(
    seconds: float | None, attempt: Attempt, sending: Awaitable[httpx2.Response]
) -> httpx2.Response:
    """Wait for a response of another transport, which does not say when it has sent the request.

    Args:
        seconds: Until its headers came, connecting and sending included; `None` for no limit.
        attempt: Ends the wait when it is aborted.
        sending: What returns the response.

    Raises:
        httpx2.ReadTimeout: They did not come in time, or the attempt was aborted.
    """
    with anyio.move_on_after(seconds) as scope:
        attempt.on_abort = scope.cancel
        try:
            return await sending
        finally:
            attempt.on_abort = do_nothing
    raise httpx2.ReadTimeout("the response headers did not come in time")


def socket_of(response: httpx2.Response) -> socket.socket | None:
    """Return the socket of a response's connection, where it is one and carries nothing else."""
    stream: Any = response.extensions.get("network_stream")
    if stream is None or response.http_version == "HTTP/2":  # many responses share one
        return None
    sock = stream.get_extra_info("socket")
    return sock if isinstance(sock, socket.socket) else None


def _raw(response: httpx2.Response) -> bool:
    """Return whether the body is to be decompressed here, or needs nothing."""
    return not response.is_stream_consumed and coding_of(response) in {"identity", *CODINGS}


def coding_of(response: httpx2.Response) -> str:
    """Return the content coding of a response."""
    return response.headers.get("content-encoding", "identity").strip().lower() or "identity"
