"""Bodies that are read while they are sent, as HTTP clients take them.

A client iterates over one of these, in its thread or its event loop. In a loop, files are read in
threads: a disk or a pipe would hold up everything else. Reading may be abandoned there in the
middle of a read, which then ends in its thread, and closes what it opened.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import httpx2
from anyio import to_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from .._call.request import Upload


class UploadStream(httpx2.SyncByteStream):
    """A body for a thread.

    Attributes:
        error: What reading it raised, or `None`. It is not a failure of the network.
    """

    def __init__(self, upload: Upload, on_piece: Callable[[], object]) -> None:
        """Read nothing yet.

        Args:
            upload: The body.
            on_piece: Called before each piece is sent.
        """
        self.error: Exception | None = None
        self._upload = upload
        self._on_piece = on_piece

    def __iter__(self) -> Iterator[bytes]:
        try:
            for piece in self._upload.pieces():
                self._on_piece()
                yield piece
        except Exception as error:
            self.error = error
            raise


class AsyncUploadStream(httpx2.AsyncByteStream):
    """A body for asyncio and trio, with the attributes of `UploadStream`."""

    def __init__(self, upload: Upload, on_piece: Callable[[], object]) -> None:
        self.error: Exception | None = None
        self._upload = upload
        self._on_piece = on_piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        reading = _Reading(self._upload.pieces())
        try:
            while (piece := await self._next(reading)) is not None:
                self._on_piece()
                yield piece
        except Exception as error:
            self.error = error
            raise
        finally:
            reading.close()

    async def _next(self, reading: _Reading) -> bytes | None:
        if not self._upload.blocking:
            return reading.next()
        return await to_thread.run_sync(reading.next, abandon_on_cancel=True)


class _Reading:
    """The pieces of a body, read in one thread and closed from another."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._busy = threading.Lock()
        self._closed = False

    def next(self) -> bytes | None:
        """Return the next piece, or `None` at the end."""
        with self._busy:
            piece = None if self._closed else next(self._pieces, None)
        if self._closed:
            self.close()
        return piece

    def close(self) -> None:
        """Close what the pieces are read from, here or in the thread that reads them."""
        self._closed = True
        if self._busy.acquire(blocking=False):
            try:
                close = getattr(self._pieces, "close", None)
                if close is not None:
                    close()
            finally:
                self._busy.release()
