"""Server-sent events as they are: `RAW`, the format of streams whose events have no models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from .._answer.facts import NO_FACTS
from ..errors import ErrorDetails
from ..sse import ServerSentEvent
from .eventformat import DONE, EventFormat
from .response import EXCERPT, ErrorBody, parse_json, read_error_body, stream_error

if TYPE_CHECKING:
    from .._answer.facts import Facts
    from ..errors import MistralError
    from .eventformat import EndReason
    from .response import Head


class RawReader:
    """Reads any server-sent events.

    `[DONE]` ends the stream, and so does the end of its body. An error is an event whose type is
    `error` or ends in `.error`, or one whose JSON has an `error` or such a type.

    Attributes:
        done: True once `[DONE]` was read.
        error: The error that an event reported, or `None`.
    """

    __slots__ = ("_head", "_wall_time", "done", "error")

    def __init__(self, head: Head, wall_time: float) -> None:
        self._head = head
        self._wall_time = wall_time
        self.done = False
        self.error: MistralError | None = None

    @property
    def complete(self) -> bool:
        """False: only the end of the body tells that it is whole."""
        return False

    @property
    def end_reason(self) -> EndReason:
        """Any clean end is a proper one."""
        return "done"

    def read(self, sse: ServerSentEvent | bytes) -> ServerSentEvent | None:
        """Return the event; `[DONE]` and errors set `done` and `error`."""
        event = ServerSentEvent(sse) if isinstance(sse, bytes) else sse
        raw = event.raw
        if raw.strip() == DONE:
            self.done = True
            return None
        found = _error_in(event)
        if found is not None:
            self.error = stream_error(found, self._head, raw[:EXCERPT], self._wall_time)
            return None
        return event

    def read_unfinished(self, data: bytes) -> None:
        """Ignore what is not a complete event, as browsers do."""


def _error_in(event: ServerSentEvent) -> ErrorBody | None:
    named = _is_error(event.event)
    if not named and b"error" not in event.raw:
        return None
    body = parse_json(event.raw)
    fields = _fields(body)
    if named or fields.get("error") or _is_error(fields.get("type") or fields.get("object")):
        return read_error_body(body) or ErrorBody(ErrorDetails(message=event.data))
    return None


def _fields(body: object) -> dict[str, Any]:
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def _is_error(name: object) -> bool:
    return isinstance(name, str) and (name == "error" or name.endswith(".error"))


class NoAnswer:
    """Events that add up to nothing, as their meaning is not known."""

    __slots__ = ()

    @property
    def usage(self) -> None:
        """`None`."""
        return

    @property
    def complete(self) -> bool:
        """False: nobody knows."""
        return False

    def add(self, data: object) -> None:
        """Add nothing."""

    def facts(self) -> Facts:
        """Return that nothing is known."""
        return NO_FACTS

    def snapshot(self) -> None:
        """Return `None`."""
        return


def _is_content(_: ServerSentEvent) -> bool:
    return True


RAW: Final = EventFormat(
    RawReader,
    NoAnswer,
    _is_content,
    partial="",
    advice="ask for a stream in the body, or read the answer by client.request",
)
"""The format of any event stream: `ServerSentEvent`s, typed errors, nothing that adds up."""
