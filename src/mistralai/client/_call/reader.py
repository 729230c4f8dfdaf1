"""Server-sent events in, completion events out, and how far the answer has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from ..errors import ErrorDetails, MistralError, ResponseValidationError
from ..models.parse import event_of, parse_chunk
from .response import EXCERPT, ErrorBody, parse_json, read_error_body, stream_error

if TYPE_CHECKING:
    from ..models import CompletionChunk, CompletionEvent, DeltaMessage
    from ..sse import ServerSentEvent
    from .response import Head

EndReason = Literal["done", "finish_reason_only", "done_only", "truncated", "closed", "error"]
"""How a stream ended: with `[DONE]` and finish reasons, with one of the two, or in a worse way."""

DONE: Final = b"[DONE]"


class EventReader:
    """Reads the events of one answer.

    Attributes:
        done: `[DONE]` came.
        error: The error that the stream brought as an event; nothing is read past it.
    """

    __slots__ = ("_finished", "_head", "_wall_time", "done", "error")

    def __init__(self, head: Head, wall_time: float) -> None:
        self._head = head
        self._wall_time = wall_time
        self._finished: dict[int, bool] = {}  # of each choice that began
        self.done = False
        self.error: MistralError | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more is to be read: the end came, or an error."""
        return self.done or self.error is not None

    @property
    def complete(self) -> bool:
        """At least one choice has its finish reason, and none that began is without."""
        return bool(self._finished) and all(self._finished.values())

    @property
    def end_reason(self) -> EndReason:
        """What the answer would have ended with if its body ended now."""
        if self.complete:
            return "done" if self.done else "finish_reason_only"
        return "done_only" if self.done else "truncated"

    def read(self, sse: ServerSentEvent | bytes) -> CompletionEvent | None:
        """The completion event that a server-sent event, or its data, holds; `None` for what is none.

        Pings, `null`, `[DONE]` and errors are none; the last two are seen in `done` and `error`.
        """
        if isinstance(sse, bytes):
            raw = sse
        else:
            raw = sse.raw
            if sse.event != "message":
                return self._named(sse)
        try:
            chunk = parse_chunk(raw)
        except ValueError as invalid:
            self._not_a_chunk(raw, invalid)
            return None
        choices = chunk.choices
        if not choices and self._is_error(chunk, raw):
            return None
        for choice in choices:
            reason = choice.finish_reason
            if reason is not None:
                self._finished[choice.index] = True
                if reason == "error":
                    self._fail(read_error_body(parse_json(raw)) or _UNNAMED, raw)
            elif choice.index not in self._finished:
                self._finished[choice.index] = False
        return event_of(chunk)

    def last(self, unfinished: bytes) -> None:
        """See a last `[DONE]` whose event had no empty line after it."""
        if unfinished.strip() in {b"data: [DONE]", b"data:[DONE]"}:
            self.done = True

    def _named(self, sse: ServerSentEvent) -> CompletionEvent | None:
        """An event with a type: an error, or one that the chat API does not have."""
        if sse.event == "error":
            found = read_error_body(parse_json(sse.raw)) or ErrorBody(
                ErrorDetails(message=sse.data)
            )
            self._fail(found, sse.raw)
            return None
        chunk = parse_json(sse.raw)
        if sse.raw.strip() == DONE or (isinstance(chunk, dict) and "choices" in chunk):
            sse.event = "message"
            return self.read(sse)
        return None

    def _not_a_chunk(self, raw: bytes, invalid: ValueError) -> None:
        stripped = raw.strip()
        if stripped == DONE:
            self.done = True
        elif stripped and stripped != b"null":
            what = (
                "JSON that is no chunk"
                if parse_json(raw) is not None
                else "an event that is no JSON"
            )
            excerpt = raw[:EXCERPT].decode("utf-8", "replace")
            self.error = ResponseValidationError(
                f"the stream has {what}: {excerpt[:200]}", self._head.raw, body=excerpt
            )
            self.error.__cause__ = invalid

    def _is_error(self, chunk: CompletionChunk, raw: bytes) -> bool:
        """With a default for every field an error object reads as an empty chunk."""
        extra = chunk.model_extra
        if not extra and str(chunk.object).lower() != "error":
            return False
        found = read_error_body(parse_json(raw))
        if found:
            self._fail(found, raw)
        return found is not None

    def _fail(self, found: ErrorBody, raw: bytes) -> None:
        self.error = stream_error(found, self._head, raw[:EXCERPT], self._wall_time)


_UNNAMED = ErrorBody(ErrorDetails(message="the model stopped with finish_reason 'error'"))


def has_content(event: CompletionEvent) -> bool:
    """Whether an event brings anything: a finish reason, usage, or a delta that says something.

    A delta with nothing but a role and an index, as streams open with, brings nothing.
    """
    chunk = event.data
    for choice in chunk.choices:
        if choice.delta.content or choice.finish_reason is not None:
            return True
    return chunk.usage is not None or any(_says_something(each.delta) for each in chunk.choices)


def _says_something(delta: DeltaMessage) -> bool:
    return any(value for name, value in delta if name not in {"role", "index"})
