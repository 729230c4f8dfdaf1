"""Events of a conversation that is streamed; see `conversations`."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from ..types.basemodel import BaseModel
from ..types.unions import OneOf, Unknown
from .conversations import (
    ConversationUsageInfo,
    FunctionCallEntryConfirmationStatus,
    MessageOutputContentChunks,
    ToolExecutionEntryName,
)

__all__ = [
    "AgentHandoffDoneEvent",
    "AgentHandoffStartedEvent",
    "ConversationEvents",
    "ConversationEventsData",
    "FunctionCallEvent",
    "FunctionCallEventConfirmationStatus",
    "MessageOutputEvent",
    "MessageOutputEventContent",
    "OutputContentChunks",
    "ResponseDoneEvent",
    "ResponseErrorEvent",
    "ResponseStartedEvent",
    "SSETypes",
    "ToolExecutionDeltaEvent",
    "ToolExecutionDeltaEventName",
    "ToolExecutionDoneEvent",
    "ToolExecutionDoneEventName",
    "ToolExecutionStartedEvent",
    "ToolExecutionStartedEventName",
    "UnknownConversationEventsData",
]

FunctionCallEventConfirmationStatus: TypeAlias = FunctionCallEntryConfirmationStatus
OutputContentChunks: TypeAlias = MessageOutputContentChunks
MessageOutputEventContent: TypeAlias = str | OutputContentChunks
ToolExecutionDeltaEventName: TypeAlias = ToolExecutionEntryName
ToolExecutionDoneEventName: TypeAlias = ToolExecutionEntryName
ToolExecutionStartedEventName: TypeAlias = ToolExecutionEntryName

SSETypes: TypeAlias = (
    Literal[
        "conversation.response.started",
        "conversation.response.done",
        "conversation.response.error",
        "message.output.delta",
        "tool.execution.started",
        "tool.execution.delta",
        "tool.execution.done",
        "agent.handoff.started",
        "agent.handoff.done",
        "function.call.delta",
    ]
    | str
)


class _Event(BaseModel):
    """Something that happens in a conversation."""

    created_at: datetime | None = None


class _OutputEvent(_Event):
    """Something that happens to one of the outputs."""

    id: str
    output_index: int = 0


class _ModelEvent(_OutputEvent):
    """Something that a model or an agent does."""

    model: str | None = None
    agent_id: str | None = None


class ResponseStartedEvent(_Event):
    """The answer begins."""

    conversation_id: str
    type: Literal["conversation.response.started"] = "conversation.response.started"


class ResponseDoneEvent(_Event):
    """The answer is whole."""

    usage: ConversationUsageInfo
    type: Literal["conversation.response.done"] = "conversation.response.done"


class ResponseErrorEvent(_Event):
    """The answer failed."""

    message: str
    code: int
    type: Literal["conversation.response.error"] = "conversation.response.error"


class MessageOutputEvent(_ModelEvent):
    """A piece of what the model says."""

    content: MessageOutputEventContent
    type: Literal["message.output.delta"] = "message.output.delta"
    content_index: int = 0
    role: Literal["assistant"] = "assistant"


class FunctionCallEvent(_ModelEvent):
    """A piece of a call of a function of the caller's."""

    name: str
    tool_call_id: str
    arguments: str
    type: Literal["function.call.delta"] = "function.call.delta"
    confirmation_status: FunctionCallEventConfirmationStatus | None = None


class ToolExecutionStartedEvent(_ModelEvent):
    """The API begins to run a tool."""

    name: ToolExecutionStartedEventName
    arguments: str
    type: Literal["tool.execution.started"] = "tool.execution.started"


class ToolExecutionDeltaEvent(_OutputEvent):
    """A piece of the arguments of a tool that the API runs."""

    name: ToolExecutionDeltaEventName
    arguments: str
    type: Literal["tool.execution.delta"] = "tool.execution.delta"


class ToolExecutionDoneEvent(_OutputEvent):
    """The API has run a tool."""

    name: ToolExecutionDoneEventName
    type: Literal["tool.execution.done"] = "tool.execution.done"
    info: dict[str, Any] | None = None


class AgentHandoffStartedEvent(_OutputEvent):
    """An agent begins to hand the conversation over."""

    previous_agent_id: str
    previous_agent_name: str
    type: Literal["agent.handoff.started"] = "agent.handoff.started"


class AgentHandoffDoneEvent(_OutputEvent):
    """Another agent has the conversation."""

    next_agent_id: str
    next_agent_name: str
    type: Literal["agent.handoff.done"] = "agent.handoff.done"


class UnknownConversationEventsData(Unknown):
    """An event of another type; it is dumped as it came."""


ConversationEventsData: TypeAlias = Annotated[
    ResponseStartedEvent
    | ResponseDoneEvent
    | ResponseErrorEvent
    | MessageOutputEvent
    | FunctionCallEvent
    | ToolExecutionStartedEvent
    | ToolExecutionDeltaEvent
    | ToolExecutionDoneEvent
    | AgentHandoffStartedEvent
    | AgentHandoffDoneEvent
    | UnknownConversationEventsData,
    OneOf("type", UnknownConversationEventsData),
]


class ConversationEvents(BaseModel):
    """One event of the stream, with its name."""

    event: SSETypes
    data: ConversationEventsData
