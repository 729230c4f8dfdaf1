"""Server-sent events in, completion events out, and how complete the answer is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .._answer.accumulate import Accumulator
from ..errors import ErrorDetails
from ..models.parse import event_of, parse_chunk
from .eventformat import DONE, EventFormat
from .response import (
    EXCERPT,
    ErrorBody,
    parse_json,
    read_error_body,
    stream_error,
    unreadable_event,
)

if TYPE_CHECKING:
    from ..errors import MistralError
    from ..models import CompletionChunk, CompletionEvent, DeltaMessage
    from ..sse import ServerSentEvent
    from .eventformat import EndReason
    from .response import Head


class EventReader:
    """Reads the events of one answer.

    Attributes:
        done: True once `[DONE]` was read.
        error: The error that an event reported, or `None`; nothing is read after it.
    """

    __slots__ = ("_finished", "_head", "_wall_time", "done", "error")

    def __init__(self, head: Head, wall_time: float) -> None:
        self._head = head
        self._wall_time = wall_time
        self._finished: dict[int, bool] = {}  # by the index of each choice that has begun
        self.done = False
        self.error: MistralError | None = None

    @property
    def over(self) -> bool:
        """True once `[DONE]` or an error was read."""
        return self.done or self.error is not None

    @property
    def complete(self) -> bool:
        """True if at least one choice has begun, and all that have also have a finish reason."""
        return bool(self._finished) and all(self._finished.values())

    @property
    def end_reason(self) -> EndReason:
        """The end reason of the answer if its body ended now."""
        if self.complete:
            return "done" if self.done else "finish_reason_only"
        return "done_only" if self.done else "truncated"

    def read(self, sse: ServerSentEvent | bytes) -> CompletionEvent | None:
        """Return the completion event in a server-sent event, or `None` if there is none.

        There is none in pings, `null`, `[DONE]` and errors; the last two set `done` and `error`.

        Args:
            sse: The event, or only its data if it has nothing else.
        """
        if isinstance(sse, bytes):
            raw = sse
        else:
            raw = sse.raw
            if sse.event != "message":
                return self._read_named(sse)
        try:
            chunk = parse_chunk(raw)
        except ValueError as invalid:
            self._read_other_data(raw, invalid)
            return None
        choices = chunk.choices
        if not choices and self._is_error(chunk, raw):
            return None
        for choice in choices:
            reason = choice.finish_reason
            if reason is not None:
                self._finished[choice.index] = True
                if reason == "error":
                    self._fail(read_error_body(parse_json(raw)) or _UNSPECIFIED, raw)
            elif choice.index not in self._finished:
                self._finished[choice.index] = False
        return event_of(chunk)

    def read_unfinished(self, data: bytes) -> None:
        """Accept a final `[DONE]` without the empty line that ends an event.

        Args:
            data: The end of the body, which is not a complete event.
        """
        if data.strip() in {b"data: [DONE]", b"data:[DONE]"}:
            self.done = True

    def _read_named(self, sse: ServerSentEvent) -> CompletionEvent | None:
        """Read an event with a type: an error, or a type that the chat API does not have."""
        if sse.event == "error":
            found = read_error_body(parse_json(sse.raw))
            self._fail(found or ErrorBody(ErrorDetails(message=sse.data)), sse.raw)
            return None
        chunk = parse_json(sse.raw)
        if sse.raw.strip() == DONE or (isinstance(chunk, dict) and "choices" in chunk):
            sse.event = "message"
            return self.read(sse)
        return None

    def _read_other_data(self, raw: bytes, invalid: ValueError) -> None:
        """Read data that is not a chunk: `[DONE]`, nothing, or an error."""
        stripped = raw.strip()
        if stripped == DONE:
            self.done = True
        elif stripped and stripped != b"null":
            self.error = unreadable_event(self._head, raw, "a completion chunk", invalid)

    def _is_error(self, chunk: CompletionChunk, raw: bytes) -> bool:
        """Read an error object, which parses as a chunk since every field has a default."""
        extra = chunk.model_extra
        if not extra and str(chunk.object).lower() != "error":
            return False
        found = read_error_body(parse_json(raw))
        if found:
            self._fail(found, raw)
        return found is not None

    def _fail(self, found: ErrorBody, raw: bytes) -> None:
        self.error = stream_error(found, self._head, raw[:EXCERPT], self._wall_time)


_UNSPECIFIED: Final = ErrorBody(
    ErrorDetails(message="the model stopped with finish_reason 'error'")
)


def has_content(event: CompletionEvent) -> bool:
    """Return True if an event has a finish reason, usage, or a delta with a value.

    A delta with only a role and an index, as in the first event of a stream, has none.
    """
    chunk = event.data
    for choice in chunk.choices:
        if choice.delta.content or choice.finish_reason is not None:
            return True
    return chunk.usage is not None or any(_has_value(each.delta) for each in chunk.choices)


def _has_value(delta: DeltaMessage) -> bool:
    if delta.__pydantic_extra__ and any(delta.__pydantic_extra__.values()):
        return True
    return any(value and name not in {"role", "index"} for name, value in vars(delta).items())


COMPLETIONS: Final = EventFormat(
    EventReader, Accumulator, has_content, ending="a finish reason and without [DONE]"
)
"""The format of chat completions, and of those of agents and fill-in-the-middle."""
