"""The chunked transfer coding, taken off (RFC 9112 section 7.1). Nothing here can wait.

Each token of a stream comes as a chunk of its own. h11 reads one with all that a
parser for requests and answers of either side needs; this does nothing else.
"""

from __future__ import annotations

import re
from typing import Final

_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r\n")
_LONGEST_LINE: Final = 16 * 1024


class ChunkedBody:
    """Decodes one body.

    Attributes:
        error: Why the rest of the body cannot be read, once what came before it was given.
        over: The last chunk and the trailers came.
        rest: What came after that, which is not the body's.
    """

    __slots__ = ("_after_chunk", "_held", "_left", "_trailers", "error", "over", "rest")

    def __init__(self) -> None:
        self.error: str | None = None
        self.over = False
        self.rest: bytes = b""
        self._held: bytes = b""  # a line without its end
        self._left: int = 0  # bytes of the chunk that did not come yet
        self._after_chunk = False  # the line end of a chunk's data is still to come
        self._trailers = False

    def feed(self, data: bytes) -> bytes:
        """Take what was read and give the part of the body that it has, which may be none."""
        if self._held:
            data = self._held + data
        pieces: list[bytes] = []
        within = self._left or self._after_chunk or self._trailers or self.error
        at = 0 if within else _whole(data, pieces)
        while not (self.over or self.error):
            if self._left:
                piece = data[at : at + self._left]
                if not piece:
                    break
                pieces.append(piece)
                at += len(piece)
                self._left -= len(piece)
            elif (end := data.find(b"\r\n", at)) < 0:
                break
            else:
                self._read_line(data[at : end + 2])
                at = end + 2
        if self.over:
            self.rest = data[at:]
        else:
            self._held = data[at:]
            if len(self._held) > _LONGEST_LINE:
                self.error = self.error or "a chunk begins with a line that does not end"
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _read_line(self, line: bytes) -> None:
        if self._trailers:
            self.over = line == b"\r\n"
        elif self._after_chunk:
            if line != b"\r\n":
                self.error = f"a chunk has no end where it should: {line[:20]!r}"
            self._after_chunk = False
        else:
            size = _SIZE.fullmatch(line)
            if size is None:
                self.error = f"the size of a chunk is no number: {line[:20]!r}"
                return
            self._left = int(size[1], 16)
            self._after_chunk = self._left > 0
            self._trailers = self._left == 0


def _whole(data: bytes, pieces: list[bytes]) -> int:
    """Take the chunks that are there from end to end, as nearly all are; give where they end."""
    at = 0
    while (size := _SIZE.match(data, at)) is not None:
        start = size.end()
        end = start + int(size[1], 16)
        if end == start or data[end : end + 2] != b"\r\n":
            break
        pieces.append(data[start:end])
        at = end + 2
    return at
