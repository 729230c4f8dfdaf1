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
        httpx2.DecodingError: The compression is corrupt. `feed` and `more` raise it after they
            returned all bytes before that.
    """

    def __init__(self, coding: str) -> None:
        self._gzip = coding != "deflate"
        self._zlib: Any = None  # None before a member, and after the last one
        self._members = 0
        self._rest = b""  # was taken, and not inflated
        self._full = False  # the last piece was as large as may be: there may be more of it
        self._error: httpx2.DecodingError | None = None

    def feed(self, data: bytes) -> bytes:
        """Decompress bytes, and return the first piece of the result."""
        self._rest += data
        return self.more()

    def more(self) -> bytes:
        """Return the next piece; empty where more input is needed."""
        while self._rest or self._full:
            if self._zlib is None and not self._next_member():
                break
            data = self._inflate(self._rest)
            if data:
                return data
        return b""

    def end(self) -> None:
        """Check that the compressed data ended where the body did.

        Raises:
            httpx2.RemoteProtocolError: They did not: a gateway ended the body of a server that
                broke off as if it were whole.
        """
        if self._zlib is not None:
            raise httpx2.RemoteProtocolError("the body ended in the middle of its compressed data")

    def _next_member(self) -> bool:
        """Begin the next member, if there is one.

        RFC 1952 section 2.2: gzip may have several; some pad the last one with zeros.
        """
        if self._members:
            self._rest = self._rest.lstrip(b"\0") if self._gzip else b""
        if not self._rest:
            return False
        self._members += 1
        self._zlib = zlib.decompressobj(self._wbits(self._rest))
        return True

    def _wbits(self, data: bytes) -> int:
        """Return what tells zlib of gzip, of its own format, and of deflate without either.

        Some servers take "deflate" literally (RFC 9110, section 8.4.1.2). zlib's own format begins
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
            found: bytes = self._zlib.decompress(data, _PIECE)
        except zlib.error as error:
            self._error = httpx2.DecodingError(str(error))
            self._error.__cause__ = error
        else:
            self._full = len(found) == _PIECE
            self._rest = self._zlib.unconsumed_tail
            if self._zlib.eof:
                self._rest, self._zlib, self._full = self._zlib.unused_data, None, False
            return found
        whole = _before_error(before, data)
        if not whole:
            raise self._error
        return whole


def _before_error(inflater: Any, data: bytes) -> bytes:
    """Return the bytes before the one at which zlib fails: zlib itself drops them."""
    found = bytearray()
    with suppress(zlib.error):
        for byte in data:
            found += inflater.decompress(bytes((byte,)))
    return bytes(found)
