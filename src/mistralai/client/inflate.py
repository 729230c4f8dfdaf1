"""Compressed bytes in, plain bytes out, in pieces of bounded size. Nothing here can wait.

Calls ask for `accept-encoding: identity`, but a gateway may compress all the same.
"""

from __future__ import annotations

import zlib
from typing import Final

import httpx2

CODINGS: Final = frozenset({"gzip", "x-gzip", "deflate"})
"""The codings of RFC 9110, section 8.4.1, that zlib knows."""

_PIECE: Final = 65_536
"""Bytes; a read of 64 KiB may stand for 64 MiB of zeros."""


class Inflater:
    """Decompresses one body.

    Raises:
        httpx2.DecodingError: The compression is corrupt; from `feed` and `more`.
    """

    def __init__(self, coding: str) -> None:
        self._gzip = coding != "deflate"
        self._begun = False
        self._zlib = zlib.decompressobj()

    def feed(self, data: bytes) -> bytes:
        """Take what was read, and give the beginning of what it stands for."""
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
        try:
            return self._zlib.decompress(data, _PIECE)
        except zlib.error as error:
            raise httpx2.DecodingError(str(error)) from error
