"""The text and the deltas in the events of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from .conversationdeltas import DoneDelta, HandoffDelta, ToolExecutionDelta
from .deltas import TextDelta, ToolCallDelta, UnknownDelta, content_deltas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..models import ConversationEventsData
    from .conversation import ConversationAnswer
    from .conversationdeltas import ConversationDelta
    from .deltas import ContentDelta


def text_of_event(data: ConversationEventsData) -> str:
    """Return the text that an event adds to the answer, without thinking."""
    if not isinstance(data, MessageOutputEvent):
        return ""
    content: Any = data.content
    return "".join(d.text for d in _content(content) if isinstance(d, TextDelta))


def deltas_of_event(
    data: ConversationEventsData, answer: ConversationAnswer
) -> list[ConversationDelta]:
    """Return the content of an event, in order. The start of the answer has none.

    Args:
        data: The data of the event.
        answer: The answer so far, this event included.
    """
    return list(_deltas(data, answer))


def _deltas(data: Any, answer: ConversationAnswer) -> Iterator[ConversationDelta]:
    match data:
        case MessageOutputEvent(content=content):
            yield from _content(content)
        case FunctionCallEvent():
            place = answer.place_of(data)
            yield ToolCallDelta(0, place, data.tool_call_id, data.name, data.arguments)
        case ToolExecutionStartedEvent():
            yield ToolExecutionDelta(data.id, data.name, "started", data.arguments)
        case ToolExecutionDeltaEvent():
            yield ToolExecutionDelta(data.id, data.name, "arguments", data.arguments)
        case ToolExecutionDoneEvent():
            yield ToolExecutionDelta(data.id, data.name, "done", info=data.info)
        case AgentHandoffStartedEvent():
            agent_id, name = data.previous_agent_id, data.previous_agent_name
            yield HandoffDelta(data.id, agent_id, name, "started")
        case AgentHandoffDoneEvent():
            yield HandoffDelta(data.id, data.next_agent_id, data.next_agent_name, "done")
        case ResponseDoneEvent(usage=usage):
            yield DoneDelta(usage)
        case ResponseStartedEvent():
            return
        case _:
            yield UnknownDelta(0, data)


def _content(content: Any) -> Iterator[ContentDelta]:
    return content_deltas(0, content if isinstance(content, str) else [content])
