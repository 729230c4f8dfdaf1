"""Events of a streamed conversation; see `conversations`."""

from typing import Annotated, Literal, TypeAlias

from ..types.basemodel import BaseModel
from ..types.lenient import Lenient, LooseStr, NullIs
from ..types.unions import OneOf, Unknown
from .conversations import (
    AssistantRole,
    ConversationUsageInfo,
    FunctionCallEntryConfirmationStatus,
    LooseObject,
    LooseText,
    LooseTime,
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
    """An event of a conversation."""

    created_at: LooseTime = None


class _OutputEvent(_Event):
    """An event of one of the outputs."""

    id: LooseText
    output_index: Annotated[int, NullIs(int)] = 0


class _ModelEvent(_OutputEvent):
    """An event of a model or an agent."""

    model: LooseStr = None
    agent_id: LooseStr = None


class ResponseStartedEvent(_Event):
    """The start of the answer."""

    conversation_id: str
    type: Literal["conversation.response.started"] = "conversation.response.started"


class ResponseDoneEvent(_Event):
    """The end of the answer."""

    usage: ConversationUsageInfo
    type: Literal["conversation.response.done"] = "conversation.response.done"


class ResponseErrorEvent(_Event):
    """The failure of the answer."""

    message: str
    code: int
    type: Literal["conversation.response.error"] = "conversation.response.error"


class MessageOutputEvent(_ModelEvent):
    """A piece of a message of the model."""

    content: Annotated[MessageOutputEventContent, NullIs(str)]
    type: Literal["message.output.delta"] = "message.output.delta"
    content_index: Annotated[int, Lenient(int)] = 0
    role: AssistantRole = "assistant"


class FunctionCallEvent(_ModelEvent):
    """A piece of a call of one of the caller's functions."""

    name: str
    tool_call_id: str
    arguments: LooseText
    type: Literal["function.call.delta"] = "function.call.delta"
    confirmation_status: Annotated[FunctionCallEventConfirmationStatus | None, Lenient()] = None


class ToolExecutionStartedEvent(_ModelEvent):
    """The start of a tool that the API runs."""

    name: ToolExecutionStartedEventName
    arguments: LooseText
    type: Literal["tool.execution.started"] = "tool.execution.started"


class ToolExecutionDeltaEvent(_OutputEvent):
    """A piece of the arguments of a tool that the API runs."""

    name: ToolExecutionDeltaEventName
    arguments: LooseText
    type: Literal["tool.execution.delta"] = "tool.execution.delta"


class ToolExecutionDoneEvent(_OutputEvent):
    """The end of a tool that the API ran."""

    name: ToolExecutionDoneEventName
    type: Literal["tool.execution.done"] = "tool.execution.done"
    info: LooseObject = None


class AgentHandoffStartedEvent(_OutputEvent):
    """The start of a handoff from one agent to another."""

    previous_agent_id: str
    previous_agent_name: str
    type: Literal["agent.handoff.started"] = "agent.handoff.started"


class AgentHandoffDoneEvent(_OutputEvent):
    """The end of a handoff to another agent."""

    next_agent_id: str
    next_agent_name: str
    type: Literal["agent.handoff.done"] = "agent.handoff.done"


class UnknownConversationEventsData(Unknown):
    """An event of an unknown type; it is dumped unchanged."""


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
