"""Compressed bytes in, plain bytes out, in pieces of bounded size. Nothing here can wait.

Calls ask for `accept-encoding: identity`, but a gateway may compress all the same.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import Any, Final

import httpx2

CODINGS: Final = frozenset({"gzip", "x-gzip", "deflate"})
"""The codings of RFC 9110, section 8.4.1, that zlib knows."""

_PIECE: Final = 65_536
"""Bytes; a read of 64 KiB may stand for 64 MiB of zeros."""


class Inflater:
    """Decompresses one body.

    Raises:
        httpx2.DecodingError: The compression is corrupt; from `feed` and `more`, after what came
            before that was given.
    """

    def __init__(self, coding: str) -> None:
        self._gzip = coding != "deflate"
        self._begun = False
        self._error: httpx2.DecodingError | None = None
        self._zlib = zlib.decompressobj()

    def feed(self, data: bytes) -> bytes:
        """Take what was read, and give the beginning of what it stands for."""
        if not data:
            return data
        if not self._begun:
            self._begun = True
            self._zlib = zlib.decompressobj(self._wbits(data))
        return self._inflate(data)

    def more(self) -> bytes:
        """Give the next piece of what was taken; nothing where more must be read."""
        return self._inflate(self._zlib.unconsumed_tail)

    def _wbits(self, data: bytes) -> int:
        """How zlib is told of gzip, of its own format, and of deflate without either.

        Some servers take "deflate" at its word (RFC 9110, section 8.4.1.2). zlib's own format begins
        with a byte that ends in 8 (RFC 1950), which no compressor begins plain deflate with.
        """
        if self._gzip:
            return zlib.MAX_WBITS | 16
        return zlib.MAX_WBITS if data[0] & 0x0F == 8 else -zlib.MAX_WBITS

    def _inflate(self, data: bytes) -> bytes:
        if self._error is not None:
            raise self._error
        before = self._zlib.copy()
        try:
            return self._zlib.decompress(data, _PIECE)
        except zlib.error as error:
            self._error = httpx2.DecodingError(str(error))
            self._error.__cause__ = error
        whole = _before_error(before, data)
        if not whole:
            raise self._error
        return whole


def _before_error(inflater: Any, data: bytes) -> bytes:
    """What there is before the byte at which zlib gives up: it drops what it was given with it."""
    found = bytearray()
    with suppress(zlib.error):
        for byte in data:
            found += inflater.decompress(bytes((byte,)))
    return bytes(found)
