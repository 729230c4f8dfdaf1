"""Requests of a conversation, and stored conversations; see `conversations`."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from ..types.basemodel import BaseModel
from ..types.lenient import Lenient, LooseStr, NullIs
from .answer import Answer
from .conversations import (
    CompletionArgs,
    ConversationInputs,
    ConversationRequestTool,
    InputEntries,
    LooseObject,
    MessageEntries,
    UnknownConversationTool,
)
from .guardrails import GuardrailConfig

__all__ = [
    "AgentConversation",
    "AgentConversationAgentVersion",
    "AgentsAPIV1ConversationsListResponse",
    "Confirmation",
    "ConversationAppendRequest",
    "ConversationAppendRequestHandoffExecution",
    "ConversationAppendStreamRequest",
    "ConversationAppendStreamRequestHandoffExecution",
    "ConversationHistory",
    "ConversationMessages",
    "ConversationRequest",
    "ConversationRequestAgentVersion",
    "ConversationRequestHandoffExecution",
    "ConversationRestartRequest",
    "ConversationRestartRequestAgentVersion",
    "ConversationRestartRequestHandoffExecution",
    "ConversationRestartStreamRequest",
    "ConversationRestartStreamRequestAgentVersion",
    "ConversationRestartStreamRequestHandoffExecution",
    "ConversationStreamRequest",
    "ConversationStreamRequestAgentVersion",
    "ConversationStreamRequestHandoffExecution",
    "ConversationStreamRequestTool",
    "Entry",
    "ModelConversation",
    "ModelConversationTool",
    "ResponseV1ConversationsGet",
    "ToolCallConfirmation",
    "UnknownModelConversationTool",
]

AgentConversationAgentVersion: TypeAlias = str | int
ConversationRequestAgentVersion: TypeAlias = str | int
ConversationRestartRequestAgentVersion: TypeAlias = str | int
ConversationRestartStreamRequestAgentVersion: TypeAlias = str | int
ConversationStreamRequestAgentVersion: TypeAlias = str | int

ConversationRequestHandoffExecution: TypeAlias = Literal["client", "server"]
ConversationAppendRequestHandoffExecution: TypeAlias = ConversationRequestHandoffExecution
ConversationAppendStreamRequestHandoffExecution: TypeAlias = ConversationRequestHandoffExecution
ConversationRestartRequestHandoffExecution: TypeAlias = ConversationRequestHandoffExecution
ConversationRestartStreamRequestHandoffExecution: TypeAlias = ConversationRequestHandoffExecution
ConversationStreamRequestHandoffExecution: TypeAlias = ConversationRequestHandoffExecution

ConversationStreamRequestTool: TypeAlias = ConversationRequestTool
ModelConversationTool: TypeAlias = ConversationRequestTool
UnknownModelConversationTool: TypeAlias = UnknownConversationTool
Confirmation: TypeAlias = Literal["allow", "deny"]


class ToolCallConfirmation(BaseModel):
    """The caller's decision on a tool call that requires confirmation."""

    tool_call_id: str
    confirmation: Confirmation


class _Request(BaseModel):
    """The fields of a request that begins a conversation."""

    inputs: ConversationInputs
    store: bool | None = None
    handoff_execution: ConversationRequestHandoffExecution | None = None
    instructions: str | None = None
    tools: list[ConversationRequestTool] | None = None
    completion_args: CompletionArgs | None = None
    guardrails: list[GuardrailConfig] | None = None
    name: str | None = None
    description: str | None = None
    metadata: dict[str, Any] | None = None
    agent_id: str | None = None
    agent_version: ConversationRequestAgentVersion | None = None
    model: str | None = None


class ConversationRequest(_Request):
    """The body of a request that begins a conversation."""

    stream: Literal[False] = False


class ConversationStreamRequest(_Request):
    """The body of a request that begins a conversation and streams the answer."""

    stream: Literal[True] = True


class _NextRequest(BaseModel):
    """The fields of a request that continues a conversation."""

    inputs: ConversationInputs | None = None
    store: bool = True
    handoff_execution: ConversationRequestHandoffExecution = "server"
    completion_args: CompletionArgs | None = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"inputs", "completion_args"})


class _AppendRequest(_NextRequest):
    """The fields of a request that appends to a conversation."""

    tool_confirmations: list[ToolCallConfirmation] | None = None


class ConversationAppendRequest(_AppendRequest):
    """The body of a request that appends to a conversation."""

    stream: Literal[False] = False


class ConversationAppendStreamRequest(_AppendRequest):
    """The body of a request that appends to a conversation and streams the answer."""

    stream: Literal[True] = True


class _RestartRequest(_NextRequest):
    """The fields of a request that restarts from an earlier entry."""

    from_entry_id: str
    guardrails: list[GuardrailConfig] | None = None
    metadata: dict[str, Any] | None = None
    agent_version: ConversationRestartRequestAgentVersion | None = None


class ConversationRestartRequest(_RestartRequest):
    """The body of a request that restarts from an earlier entry."""

    stream: Literal[False] = False


class ConversationRestartStreamRequest(_RestartRequest):
    """The body of a request that restarts from an earlier entry and streams the answer."""

    stream: Literal[True] = True


class _Conversation(Answer):
    """A conversation that the API stores."""

    id: Annotated[str, Lenient()]
    created_at: Annotated[datetime, Lenient()]
    updated_at: Annotated[datetime, Lenient()]
    name: LooseStr = None
    description: LooseStr = None
    metadata: LooseObject = None
    object: Annotated[Literal["conversation"], Lenient()] = "conversation"


class AgentConversation(_Conversation):
    """A conversation with an agent."""

    agent_id: str
    agent_version: Annotated[AgentConversationAgentVersion | None, Lenient()] = None


class ModelConversation(_Conversation):
    """A conversation with a model."""

    model: str
    instructions: LooseStr = None
    tools: Annotated[list[ModelConversationTool] | None, Lenient()] = None
    completion_args: Annotated[CompletionArgs | None, Lenient()] = None
    guardrails: Annotated[list[GuardrailConfig] | None, Lenient()] = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"tools", "completion_args"})


ResponseV1ConversationsGet: TypeAlias = AgentConversation | ModelConversation
AgentsAPIV1ConversationsListResponse: TypeAlias = ResponseV1ConversationsGet
Entry: TypeAlias = InputEntries


class ConversationHistory(Answer):
    """All entries of a conversation."""

    conversation_id: Annotated[str, Lenient(str)]
    entries: Annotated[list[Entry], NullIs(list[Entry])]
    object: Annotated[Literal["conversation.history"], Lenient()] = "conversation.history"


class ConversationMessages(Answer):
    """The messages of a conversation."""

    conversation_id: Annotated[str, Lenient(str)]
    messages: Annotated[list[MessageEntries], NullIs(list[MessageEntries])]
    object: Annotated[Literal["conversation.messages"], Lenient()] = "conversation.messages"
