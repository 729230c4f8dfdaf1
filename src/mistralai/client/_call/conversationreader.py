"""Server-sent events in, events of a conversation out (wire-format section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import TypeAdapter

from .._answer.conversation import ConversationAnswer
from ..errors import ErrorDetails
from ..models.conversationevents import (
    ConversationEvents,
    ConversationEventsData,
    MessageOutputEvent,
    ResponseStartedEvent,
)
from ..types.unions import Unknown
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
    from ..sse import ServerSentEvent
    from .eventformat import EndReason
    from .response import Head

_LAST: Final = "conversation.response.done"
_ERRORS: Final = frozenset({"conversation.response.error", "error"})

_read_data: Final = TypeAdapter[Any](ConversationEventsData).validator.validate_json
_make_event: Final = ConversationEvents.__pydantic_validator__.validate_python


class ConversationReader:
    """Reads the events of one answer in a conversation.

    The type of an event is its name, or that in its JSON where a server sends no names. The end and
    errors are known by either. Events of an unknown type are events, with the JSON as `data.raw`.

    Attributes:
        done: True once `conversation.response.done` was read. `[DONE]` is not an end: a proxy may
            write it after an answer that broke off.
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
        """True if the answer is whole."""
        return self.done

    @property
    def end_reason(self) -> EndReason:
        """The end reason of the answer if its body ended now."""
        return "done" if self.done else "truncated"

    def read(self, sse: ServerSentEvent | bytes) -> ConversationEvents | None:
        """Return the event, or `None` if there is none: in `null`, `[DONE]` and errors."""
        name, raw = ("message", sse) if isinstance(sse, bytes) else (sse.event, sse.raw)
        try:
            data: Any = _read_data(raw)
        except ValueError as invalid:
            self._read_other_data(raw, name, invalid)
            return None
        kind: str = data.type
        unnamed = name == "message"
        if unnamed:
            name = kind
        if (
            name in _ERRORS
            or kind in _ERRORS
            or (unnamed and isinstance(data, Unknown) and _has_error(data.raw))
        ):
            self._fail(raw)
            return None
        if _LAST in (name, kind):
            self.done = True
        return cast("ConversationEvents", _make_event({"event": name, "data": data}))

    def read_unfinished(self, data: bytes) -> None:
        """Ignore what is not a complete event, as browsers do."""

    def _read_other_data(self, raw: bytes, name: str, invalid: ValueError) -> None:
        """Read data that is not an object: `[DONE]`, nothing, or an error."""
        stripped = raw.strip()
        if name in _ERRORS:
            self._fail(raw)
        elif stripped not in {b"", b"null", DONE}:
            wanted = "an event of a conversation"
            self.error = unreadable_event(self._head, raw, wanted, invalid)

    def _fail(self, raw: bytes) -> None:
        message = raw[:EXCERPT].decode("utf-8", "replace")
        found = read_error_body(parse_json(raw)) or ErrorBody(ErrorDetails(message=message))
        self.error = stream_error(found, self._head, raw[:EXCERPT], self._wall_time)


def _has_error(body: object) -> bool:
    """Return whether an object is an error of a chat, which a proxy may send."""
    if not isinstance(body, dict):
        return False
    fields = cast("dict[str, Any]", body)
    return bool(fields.get("error")) or str(fields.get("object")).lower() == "error"


def has_content(event: ConversationEvents) -> bool:
    """Return True for any event but the start of the answer and an empty piece of a message."""
    data = event.data
    if isinstance(data, MessageOutputEvent):
        return bool(data.content)
    return not isinstance(data, ResponseStartedEvent)


CONVERSATIONS: Final = EventFormat(
    ConversationReader, ConversationAnswer, has_content, ending="conversation.response.done"
)
"""The format of answers in conversations."""
