"""Server-sent events: bytes in, events out, without I/O.

Theory of operation. The format is that of the WHATWG HTML standard, section 9.2 "Server-sent
events": UTF-8 lines that end with LF, CR or CRLF, `field: value` or `:comment`, and an empty
line that dispatches the event. The decoder is fed the bytes of each read and returns the events
that they complete. What must hold:

- The same bytes give the same events however they are cut into reads: inside a byte order mark,
  between CR and LF, in the middle of a field, a character or an empty line.
- An event without `data` is not dispatched, and one that has not met its empty line when the stream
  ends is not delivered; `unfinished` has its bytes, because some servers send an error that way.
- `id` and `retry` hold for the stream, not for one event: `last_event_id` and `retry` keep them.
- No event, comment or line above `max_event_size` is ever buffered. Events that were
  complete before it are returned first; from then on every call raises.

Cost: nearly all events of this API are one line, `data: {...}`, so that is the fast path: a read is
split at empty lines by C code and each block is cut at a fixed offset, with a Python loop once per
event. Everything else goes line by line into `_open`, which holds the unfinished event with LF as
line ends; its last line, from `_line` on, has no end yet. A small open line is copied in front of
the next read, which keeps the fast path; a large one is extended in place, so that a megabyte that
arrives in small reads is not copied each time. Each byte is searched, split and joined a bounded
number of times. Memory: one unfinished event and one read.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

DEFAULT_MAX_EVENT_SIZE: Final = 64 * 1024 * 1024
"""The default limit in bytes of one event: far above what the API sends, far below memory."""

_BOM: Final = b"\xef\xbb\xbf"  # U+FEFF, dropped once at the start of the stream
_FIELD: Final = re.compile(rb"([^:\n]+)(?:: ?)?(.*)\n")
_SMALL: Final = 65_536  # bytes of an open line up to which it is copied before the next read
_MAX_DIGITS: Final = 4300  # the longest number that Python converts to an int by default


class EventTooLargeError(ValueError):
    """One event is larger than `max_event_size`.

    Attributes:
        limit: The limit in bytes.
        excerpt: The first bytes of the event, at most 200.
    """

    def __init__(self, limit: int, excerpt: bytes = b"") -> None:
        self.limit = limit
        self.excerpt = excerpt
        super().__init__(limit, excerpt)

    def __str__(self) -> str:
        return (
            f"a server-sent event is larger than max_event_size = {self.limit} bytes;"
            " give the client a larger max_event_size if such events are expected"
        )


@dataclass(slots=True)
class ServerSentEvent:
    """One event of a stream.

    Attributes:
        raw: The data as bytes, its lines joined by LF.
        event: The event's type; `"message"` where the stream names none.
        id: The last event id of the stream when this event was dispatched.
        retry: The reconnection time in milliseconds, if this event has one.
    """

    raw: bytes
    event: str = "message"
    id: str = ""
    retry: int | None = None

    @property
    def data(self) -> str:
        """The data as text; bytes that are not UTF-8 become U+FFFD."""
        return self.raw.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the value of the data, which is JSON.

        Raises:
            ValueError: It is not.
        """
        return json.loads(self.raw)


class SSEDecoder:
    """A decoder of one event stream.

    Attributes:
        last_event_id: The id that a reconnecting reader would send as `Last-Event-ID`.
        retry: The last reconnection time in milliseconds, or `None`.
    """

    __slots__ = (
        "_after_cr",
        "_head",
        "_limit",
        "_line",
        "_open",
        "_too_large",
        "last_event_id",
        "retry",
    )

    def __init__(self, max_event_size: int = DEFAULT_MAX_EVENT_SIZE) -> None:
        """Make a decoder for one stream.

        Args:
            max_event_size: The maximum size in bytes of the lines of one event together, line ends
                between them included. A comment counts until its end.
        """
        self.last_event_id = ""
        self.retry: int | None = None
        self._limit = max_event_size
        self._head: bytes | None = b""  # the start of the stream, while it may be a BOM
        self._after_cr = False
        self._open = bytearray()  # lines of the open event, each but the last with its LF
        self._line = 0  # the offset in it of the line that has no end yet
        self._too_large: bytes | None = None  # the first bytes of an event above the limit

    @property
    def unfinished(self) -> bytes:
        """The bytes of the unfinished event, without comments and with LF as line ends."""
        comment = self._open.startswith(b":", self._line)
        lines = self._open[: self._line] if comment else self._open
        return b"".join((lines, self._head or b""))

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Decode the bytes of a read and return the events that they complete.

        Raises:
            EventTooLargeError: An event is above `max_event_size`; raised from the first call on
                that has no complete event to return.
        """
        return [
            ServerSentEvent(piece) if isinstance(piece, bytes) else piece
            for piece in self.pieces(data)
        ]

    def pieces(self, data: bytes) -> list[ServerSentEvent | bytes]:
        """Return the same as `feed`, but the bare data of an event that has nothing else.

        Most events are such, and an object for each would cost more than the decoding.
        """
        if self._too_large is not None:
            self._check_limit()
        if self._head is not None:
            data = self._without_bom(data)
        if self._after_cr or b"\r" in data:
            data = self._with_lf(data)
        events: list[ServerSentEvent | bytes] = []
        try:
            self._decode(data, events)
        except EventTooLargeError as error:
            self._too_large = error.excerpt
            self._open, self._line = bytearray(), 0
            if not events:
                raise
        return events

    def close(self) -> list[ServerSentEvent]:
        """End the stream: an unfinished event is not delivered (see `unfinished`).

        Raises:
            EventTooLargeError: There was an event above `max_event_size`.
        """
        self._check_limit()
        return []

    def _check_limit(self) -> None:
        if self._too_large is not None:
            raise EventTooLargeError(self._limit, self._too_large)

    def _without_bom(self, data: bytes) -> bytes:
        data = (self._head or b"") + data
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._head = data
            return b""
        self._head = None
        return data.removeprefix(_BOM)

    def _with_lf(self, data: bytes) -> bytes:
        """Replace CR and CRLF by LF; drop an LF whose CR ended the read before."""
        if not data:
            return data
        if self._after_cr:
            data = data.removeprefix(b"\n")
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _decode(self, data: bytes, events: list[ServerSentEvent | bytes]) -> None:
        if b"\n" not in data:
            self._extend_line(data)
            return
        if self._open:
            if not self._line and len(self._open) < _SMALL:
                data = bytes(self._open + data)
                self._open = bytearray()
            else:
                data = self._continue_open(data, events)
        *blocks, tail = data.split(b"\n\n")
        limit = self._limit
        for block in blocks:
            if block.startswith(b"data: ") and b"\n" not in block and len(block) <= limit:
                data = block[6:]
                id_ = self.last_event_id
                events.append(ServerSentEvent(data, id=id_) if id_ else data)
            else:
                self._keep(block)
                self._dispatch(events)
        if tail:
            self._keep_open(tail)

    def _continue_open(self, data: bytes, events: list[ServerSentEvent | bytes]) -> bytes:
        """Extend the open event in place; return the bytes after its end, if it has ended."""
        if self._line < len(self._open):
            end_of_line, _, data = data.partition(b"\n")
            self._extend_line(end_of_line)
            self._end_line()
        if not self._open:  # the line was a comment
            return data
        if data.startswith(b"\n"):
            rest = data[1:]
        else:
            block, end_of_event, rest = data.partition(b"\n\n")
            if not end_of_event:
                self._keep_open(data)
                return b""
            self._keep(block)
        self._dispatch(events)
        return rest

    def _keep_open(self, data: bytes) -> None:
        """Keep the beginning of an event: complete lines, then a line without an end."""
        block, _, line = data.rpartition(b"\n")
        self._keep(block)
        self._extend_line(line)

    def _keep(self, block: bytes) -> None:
        """Keep complete lines of the open event."""
        for line in block.split(b"\n"):
            if line:
                self._extend_line(line)
                self._end_line()

    def _extend_line(self, piece: bytes) -> None:
        """Extend the line that has no end yet."""
        if piece and len(self._open) + len(piece) > self._limit:
            raise EventTooLargeError(self._limit, bytes((self._open or piece)[:200]))
        self._open += piece

    def _end_line(self) -> None:
        """End the line that has no end yet; drop it if it is a comment."""
        field = bytes(self._open[self._line : self._line + 6])
        if field[:1] == b":":
            del self._open[self._line :]
            return
        if field == b"retry:":
            retry = _retry(self._open[self._line :])
            if retry is not None:
                self.retry = retry
        self._open += b"\n"
        self._line = len(self._open)

    def _dispatch(self, events: list[ServerSentEvent | bytes]) -> None:
        """Add the open event, which has met its empty line, to the events."""
        lines, self._open, self._line = self._open, bytearray(), 0
        if lines.startswith(b"data: ") and lines.find(b"\n") == len(lines) - 1:
            raw, id_ = bytes(memoryview(lines)[6:-1]), self.last_event_id
            events.append(ServerSentEvent(raw, id=id_) if id_ else raw)
            return
        data = bytearray()
        event = ""
        retry: int | None = None
        for line in _FIELD.finditer(lines):
            field, value = line.groups()
            if field == b"data":
                data += value + b"\n"
            elif field == b"event":
                event = value.decode("utf-8", "replace")
            elif field == b"id" and b"\0" not in value:
                self.last_event_id = value.decode("utf-8", "replace")
            elif field == b"retry":
                milliseconds = _retry(line[0])
                if milliseconds is not None:
                    retry = milliseconds
        if data:
            raw = bytes(memoryview(data)[:-1])
            events.append(ServerSentEvent(raw, event or "message", self.last_event_id, retry))


def _retry(line: bytes | bytearray) -> int | None:
    """Return the milliseconds of a `retry` line, or `None` if the line is to be ignored."""
    if not line.startswith(b"retry:"):
        return None
    value = line[6:].removeprefix(b" ").removesuffix(b"\n")
    # bytes.isdigit accepts ASCII digits alone; int() refuses thousands of them.
    return int(value) if value.isdigit() and len(value) <= _MAX_DIGITS else None
