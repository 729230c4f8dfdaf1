"""Events of a conversation in, one answer out, without I/O (wire-format section 9).

An answer is a list of outputs: messages, tools that the API runs, calls of the caller's functions,
handoffs. Each event names its output by a number and an id; events of the same output add up.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from ..models.conversationevents import (
    AgentHandoffDoneEvent,
    AgentHandoffStartedEvent,
    FunctionCallEvent,
    MessageOutputEvent,
    ResponseDoneEvent,
    ResponseStartedEvent,
    ToolExecutionDeltaEvent,
    ToolExecutionDoneEvent,
    ToolExecutionStartedEvent,
)
from .contents import Content, Text
from .facts import Facts
from .toolcalls import merge

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..models import ConversationEventsData, ConversationResponse, ConversationUsageInfo

_TYPES: Final[dict[type, str]] = {
    MessageOutputEvent: "message.output",
    FunctionCallEvent: "function.call",
    ToolExecutionStartedEvent: "tool.execution",
    ToolExecutionDeltaEvent: "tool.execution",
    ToolExecutionDoneEvent: "tool.execution",
    AgentHandoffStartedEvent: "agent.handoff",
    AgentHandoffDoneEvent: "agent.handoff",
}
"""The type of the entry that an event is a part of."""

_LAST: Final = ResponseDoneEvent.model_fields["type"].default

_OWN: Final = frozenset({"type", "created_at", "output_index", "content_index", "content"})
"""Fields of events that are not fields of entries, or not added as they are."""


class ConversationAnswer:
    """The answer so far, added up from the events of a stream.

    Attributes:
        complete: True once `conversation.response.done` was added.
        conversation_id: The id of the conversation, `None` until the first event.
        usage: The tokens used; `None` until the last event.
    """

    __slots__ = ("_outputs", "_snapshot", "complete", "conversation_id", "usage")

    def __init__(self) -> None:
        self._outputs: dict[tuple[int, str, str], Output] = {}
        self._snapshot: ConversationResponse | None = None
        self.complete = False
        self.conversation_id: str | None = None
        self.usage: ConversationUsageInfo | None = None

    def add(self, data: ConversationEventsData) -> None:
        """Add the data of the next event; one of an unknown type adds nothing."""
        self._snapshot = None
        kind = _TYPES.get(type(data))
        if kind is not None:
            key = _key(data)
            output = self._outputs.get(key)
            if output is None:
                output = self._outputs[key] = Output(kind, key[0])
            output.add(data)
        elif isinstance(data, ResponseStartedEvent):
            self.conversation_id = data.conversation_id
        elif isinstance(data, ResponseDoneEvent):
            self.usage = data.usage
            self.complete = True
        elif data.type == _LAST:  # without usage
            self.complete = True

    def place_of(self, call: FunctionCallEvent) -> int:
        """Return the place of an added call among those of the answer, from 0."""
        calls = [key for key in self._outputs if key[1] == _TYPES[FunctionCallEvent]]
        return calls.index(_key(call))

    @property
    def outputs(self) -> list[Output]:
        """The outputs that have begun, in the order of their numbers."""
        return sorted(self._outputs.values(), key=lambda output: output.index)

    @property
    def text(self) -> str:
        """The text of all messages, without thinking."""
        return "".join(output.content.text for output in self.outputs)

    def snapshot(self) -> ConversationResponse:
        """Return the answer so far, which is built once per event, if it is asked for."""
        if self._snapshot is None:
            self._snapshot = _response_validator()(
                {
                    "object": "conversation.response",
                    "conversation_id": self.conversation_id or "",
                    "outputs": [output.fields() for output in self.outputs],
                    "usage": {} if self.usage is None else self.usage,
                }
            )
        return self._snapshot

    def facts(self) -> Facts:
        """Return what is known of the answer so far, for observers."""
        models = (output.model for output in self.outputs)
        return Facts(
            id=self.conversation_id,
            model=next(filter(None, models), None),
            usage=self.usage,
            build=self.snapshot,
        )


@cache
def _response_validator() -> Callable[[dict[str, Any]], ConversationResponse]:
    """Return the function that makes an answer from its fields."""
    from ..models.conversations import ConversationResponse

    return ConversationResponse.__pydantic_validator__.validate_python


def _key(event: Any) -> tuple[int, str, str]:
    return event.output_index, _TYPES[type(event)], event.id


class Output:
    """One output so far.

    Attributes:
        content: The content of a message.
        index: Its number in the answer.
    """

    __slots__ = ("_arguments", "_fields", "content", "index")

    def __init__(self, kind: str, index: int) -> None:
        self._arguments: Text | None = None
        self._fields: dict[str, Any] = {"object": "entry", "type": kind}
        self.content = Content()
        self.index = index

    @property
    def model(self) -> str | None:
        """The model that made it, if that is known."""
        return self._fields.get("model")

    def add(self, event: Any) -> None:
        """Add the next event of this output."""
        if isinstance(event, MessageOutputEvent):
            self.content.add(event.content)
        fields = self._fields
        if event.created_at is not None:
            fields.setdefault("created_at", event.created_at)
            if isinstance(event, (ToolExecutionDoneEvent, AgentHandoffDoneEvent)):
                fields["completed_at"] = event.created_at
        for name in event.model_fields_set - _OWN:
            value = getattr(event, name)
            if name == "arguments":
                if self._arguments is None:
                    self._arguments = Text()
                self._arguments.pieces.append(value)
            elif value is not None and (value != "" or name not in fields):
                merge(fields, {name: value})

    def fields(self) -> dict[str, Any]:
        """Return the fields of the entry."""
        fields = dict(self._fields)
        if self._arguments is not None:
            fields["arguments"] = self._arguments.text
        if fields["type"] == "message.output":
            fields |= {"role": "assistant", "content": self.content.value()}
        return fields
