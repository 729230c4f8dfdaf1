"""The events of one streamed answer, from the bytes of its body on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic

from ..errors import MistralClientError, ResponseValidationError
from ..sse import EventTooLargeError, SSEDecoder
from .eventformat import E
from .response import EXCERPT

if TYPE_CHECKING:
    from ..sse import ServerSentEvent
    from .eventformat import Reader
    from .response import Head
    from .timing import Timing

MAX_HELD_EVENTS: Final = 1000
"""Events without content that may be held back."""

MAX_HELD_BYTES: Final = 1024 * 1024
"""Bytes of data that may be read before an event has content, if those before are held back."""

_BATCH: Final = 16
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"


class IncomingEvents(Generic[E]):
    """The events that one attempt has received; discarded if another attempt replaces it.

    Attributes:
        held: Events without content that are held back.
        problem: The error that ends the attempt, to be raised after its events, or `None`.
        reader: Turns server-sent events into those of the stream, and knows if any is missing.
        unread: Server-sent events that the reader has not read yet, the next one last.
    """

    __slots__ = (
        "_begun",
        "_decoder",
        "_head",
        "_held_bytes",
        "held",
        "problem",
        "reader",
        "unread",
    )

    def __init__(self, head: Head, max_event_size: int, reader: Reader[E]) -> None:
        """Prepare to receive the body of an answer.

        Args:
            head: Its headers.
            max_event_size: Bytes that a server-sent event may have.
            reader: Reads its events.
        """
        self._begun = False  # the body has begun, blanks aside
        self._decoder = SSEDecoder(max_event_size)
        self._head = head
        self._held_bytes = 0
        self.held: list[E] = []
        self.problem: MistralClientError | None = None
        self.reader = reader
        self.unread: list[ServerSentEvent | bytes] = []

    def is_other_body(self, data: bytes) -> bool:
        """Return True if a body begins like JSON or HTML, whatever its content type says."""
        if self._begun:
            return False
        start = data.lstrip(_BLANK)[:1]
        self._begun = bool(start)
        return start in {b"{", b"[", b"<"}

    def is_no_stream(self, timing: Timing) -> bool:
        """Return True if a body that has ended had bytes and no event, and no type of a stream.

        Where the end of the body is all that ends the stream, it would pass for one without events.
        """
        unended = self.reader.end_reason == "done" and not self.reader.done
        empty = timing.bytes and not timing.events
        return bool(unended and empty) and "event-stream" not in self._head.content_type.lower()

    def feed(self, data: bytes) -> None:
        """Decode bytes of the body.

        Raises:
            ResponseValidationError: A server-sent event is too large.
        """
        try:
            self.unread = self._decoder.pieces(data)
        except EventTooLargeError as error:
            raise self._too_large(error) from error
        self.unread.reverse()

    def feed_end(self) -> None:
        """Read the end of the body.

        Raises:
            ResponseValidationError: A server-sent event is too large.
        """
        try:
            self._decoder.close()
        except EventTooLargeError as error:
            raise self._too_large(error) from error
        self.reader.read_unfinished(self._decoder.unfinished)

    def read_batch(self, *, holding: bool) -> list[E]:
        """Read a few events.

        Only a few, because hundreds that wait to be taken would be walked through by each run of
        the garbage collector.

        Args:
            holding: True if they will be held, and so count towards the limits of that.
        """
        reader, unread = self.reader, self.unread
        if holding:
            self._held_bytes += sum(map(_size, unread[-_BATCH:]))
        events: list[E] = []
        for _ in range(min(_BATCH, len(unread))):
            event = reader.read(unread.pop())
            if event is not None:
                events.append(event)
            if reader.done or reader.error is not None:
                unread.clear()
                break
        return events

    @property
    def too_many_held(self) -> bool:
        """True if no more events may be held back."""
        return len(self.held) > MAX_HELD_EVENTS or self._held_bytes > MAX_HELD_BYTES

    def _too_large(self, error: EventTooLargeError) -> ResponseValidationError:
        body = error.excerpt[:EXCERPT].decode("utf-8", "replace")
        return ResponseValidationError(str(error), self._head.raw, body=body)


def _size(sse: ServerSentEvent | bytes) -> int:
    return len(sse if isinstance(sse, bytes) else sse.raw)
