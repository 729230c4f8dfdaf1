"""Server-sent events: bytes in, events out. Nothing here can wait.

The rules are those of the WHATWG HTML standard, section 9.2 "Server-sent
events". The decoder is fed what the network gave, cut anywhere, and returns
the events that are complete; the same bytes give the same events for every way
of cutting them.

Cost: each byte is searched, split and joined a bounded number of times, by C
code; the Python loop runs once an event, or once a line of an event that has
several. Memory: one unfinished event, once, at most `max_event_size`, and one read.
"""

import re
from dataclasses import dataclass
from typing import Final

DEFAULT_MAX_EVENT_SIZE: Final = 64 * 1024 * 1024
"""Bytes of one event: far above anything the API sends, far below a machine's memory."""

_MARK: Final = b"\xef\xbb\xbf"  # U+FEFF, dropped once at the very start
_FIELD: Final = re.compile(rb"([^:\n]+)(?:: ?)?(.*)\n")
_SMALL: Final = 65_536  # bytes of a line that are copied rather than searched for its end
_MAX_DIGITS: Final = 4300  # what Python turns into an int by default


class EventTooLargeError(ValueError):
    """One event is larger than `max_event_size` allows.

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
        retry: The reconnection time in milliseconds, if this event carried one.
    """

    raw: bytes
    event: str = "message"
    id: str = ""
    retry: int | None = None

    @property
    def data(self) -> str:
        """The data as text; bytes that are not UTF-8 read as U+FFFD."""
        return self.raw.decode("utf-8", "replace")


class SSEDecoder:
    """Decodes one event stream.

    Attributes:
        last_event_id: What a reconnecting reader would send as `Last-Event-ID`.
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
            max_event_size: Bytes that the lines of one event may have together, line ends
                between them included. A comment counts while it comes in.
        """
        self.last_event_id = ""
        self.retry: int | None = None
        self._limit = max_event_size
        self._head: bytes | None = b""  # the stream's start, while it may be a mark
        self._after_cr = False
        self._open = bytearray()  # lines of the open event, each with its LF but for the last
        self._line = 0  # where in it the line begins that has no end yet
        self._too_large: bytes | None = None  # how the event began that ended it all

    @property
    def unfinished(self) -> bytes:
        """The bytes of an event that was not ended, comments left out and line ends as LF."""
        comment = self._open.startswith(b":", self._line)
        lines = self._open[: self._line] if comment else self._open
        return b"".join((lines, self._head or b""))

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Take what was read and give the events that it completes.

        Raises:
            EventTooLargeError: At an event above `max_event_size`, from the first call on that
                has no completed event to return.
        """
        return [
            ServerSentEvent(piece) if isinstance(piece, bytes) else piece
            for piece in self.pieces(data)
        ]

    def pieces(self, data: bytes) -> list[ServerSentEvent | bytes]:
        """`feed`, where an event that has nothing but data is its data: there are many of them."""
        if self._too_large is not None:
            self._check_limit()
        if self._head is not None:
            data = self._without_mark(data)
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
        """End the stream: an event that was not ended is not delivered (see `unfinished`).

        Raises:
            EventTooLargeError: There was an event above `max_event_size`.
        """
        self._check_limit()
        return []

    def _check_limit(self) -> None:
        if self._too_large is not None:
            raise EventTooLargeError(self._limit, self._too_large)

    def _without_mark(self, data: bytes) -> bytes:
        data = (self._head or b"") + data
        if len(data) < len(_MARK) and _MARK.startswith(data):
            self._head = data
            return b""
        self._head = None
        return data.removeprefix(_MARK)

    def _with_lf(self, data: bytes) -> bytes:
        """CR and CRLF become LF; an LF whose CR came with an earlier read is dropped."""
        if not data:
            return data
        if self._after_cr:
            data = data.removeprefix(b"\n")
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _decode(self, data: bytes, events: list[ServerSentEvent | bytes]) -> None:
        if b"\n" not in data:
            self._grow(data)
            return
        if self._open:
            if not self._line and len(self._open) < _SMALL:
                data = bytes(self._open + data)
                self._open = bytearray()
            else:
                data = self._go_on(data, events)
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

    def _go_on(self, data: bytes, events: list[ServerSentEvent | bytes]) -> bytes:
        """Go on with the open event, without a copy of it; give what follows its end, if that came."""
        if self._line < len(self._open):
            end_of_line, _, data = data.partition(b"\n")
            self._grow(end_of_line)
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
        """Keep the beginning of an event: ended lines, then a line without an end."""
        block, _, line = data.rpartition(b"\n")
        self._keep(block)
        self._grow(line)

    def _keep(self, block: bytes) -> None:
        """Keep ended lines of the open event."""
        for line in block.split(b"\n"):
            if line:
                self._grow(line)
                self._end_line()

    def _grow(self, piece: bytes) -> None:
        """Lengthen the line that has no end yet."""
        if piece and len(self._open) + len(piece) > self._limit:
            raise EventTooLargeError(self._limit, bytes((self._open or piece)[:200]))
        self._open += piece

    def _end_line(self) -> None:
        """Keep the line that has no end yet as a line, unless it is a comment."""
        field = bytes(self._open[self._line : self._line + 6])
        if field[:1] == b":":
            del self._open[self._line :]
            return
        if field == b"retry:" and (retry := _retry(self._open[self._line :])) is not None:
            self.retry = retry
        self._open += b"\n"
        self._line = len(self._open)

    def _dispatch(self, events: list[ServerSentEvent | bytes]) -> None:
        """The open event met its empty line."""
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
            elif (given := _retry(line[0])) is not None:
                retry = given
        if data:
            raw = bytes(memoryview(data)[:-1])
            events.append(ServerSentEvent(raw, event or "message", self.last_event_id, retry))


def _retry(line: bytes | bytearray) -> int | None:
    """The milliseconds of a `retry` line; `None` for any other line, and for one to ignore."""
    if not line.startswith(b"retry:"):
        return None
    value = line[6:].removeprefix(b" ").removesuffix(b"\n")
    # bytes.isdigit knows ASCII digits alone; int() refuses thousands of them.
    return int(value) if value.isdigit() and len(value) <= _MAX_DIGITS else None
