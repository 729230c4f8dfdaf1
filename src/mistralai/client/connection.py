"""What the connections of this package have in common, on every loop and in threads."""

from __future__ import annotations

from typing import Any, Final

from .deadline import Deadline

_END_OF_HEAD: Final = b"\r\n\r\n"


class Connection:
    """A connection whose waits end by a `Deadline`, and that gives a head and a body apart.

    The parser that reads the head is handed nothing behind it, so that who knows better may
    read the body. Where it gets some all the same, because the head's end came in two reads
    or there are two heads, the body is the parser's to read.
    """

    _in_head = False
    _rest: bytes = b""  # was read, or put back, and not given out

    def put_back(self, data: bytes) -> None:
        """Give this out before anything else."""
        self._rest = data + self._rest

    def _asked(self, info: str, found: Any) -> Any:
        """What the connection says of itself, with what it does not know."""
        return found or bool(self._rest) if info == "is_readable" else found

    def _begin_head(self) -> None:
        """A request goes out."""
        self._in_head = True

    def _given(self, max_bytes: int) -> bytes:
        """What is there without a read."""
        data, self._rest = self._rest[:max_bytes], self._rest[max_bytes:]
        return data

    def _seen(self, data: bytes, timeout: float | None) -> bytes:
        """What is to be given out of what was read."""
        if data and isinstance(timeout, Deadline):
            timeout.received = True
        if self._in_head:
            head, end, rest = data.partition(_END_OF_HEAD)
            if end:
                self._in_head = False
                self._rest = rest
                return head + end
        return data
