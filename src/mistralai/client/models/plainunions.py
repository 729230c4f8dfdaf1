"""The names `...TypedDict` of unions of plain values, which are the same as dicts."""

from typing import TypeAlias

from .agents import AgentsAPIV1AgentsGetAgentVersion
from .conversationevents import (
    ToolExecutionDeltaEventName,
    ToolExecutionDoneEventName,
    ToolExecutionStartedEventName,
)
from .conversationrequests import (
    AgentConversationAgentVersion,
    ConversationRequestAgentVersion,
    ConversationRestartRequestAgentVersion,
    ConversationRestartStreamRequestAgentVersion,
    ConversationStreamRequestAgentVersion,
)
from .conversations import (
    CompletionArgsStop,
    FunctionCallEntryArguments,
    ToolExecutionEntryName,
    ToolFileChunkTool,
)
from .embeddings import EmbeddingRequestInputs
from .requests import (
    AgentsCompletionRequestStop,
    AgentsCompletionStreamRequestStop,
    ChatCompletionRequestStop,
    ChatCompletionStreamRequestStop,
    FIMCompletionRequestStop,
    FIMCompletionStreamRequestStop,
)

__all__ = [
    "AgentConversationAgentVersionTypedDict",
    "AgentsAPIV1AgentsGetAgentVersionTypedDict",
    "AgentsCompletionRequestStopTypedDict",
    "AgentsCompletionStreamRequestStopTypedDict",
    "ChatCompletionRequestStopTypedDict",
    "ChatCompletionStreamRequestStopTypedDict",
    "CompletionArgsStopTypedDict",
    "ConversationRequestAgentVersionTypedDict",
    "ConversationRestartRequestAgentVersionTypedDict",
    "ConversationRestartStreamRequestAgentVersionTypedDict",
    "ConversationStreamRequestAgentVersionTypedDict",
    "EmbeddingRequestInputsTypedDict",
    "FIMCompletionRequestStopTypedDict",
    "FIMCompletionStreamRequestStopTypedDict",
    "FunctionCallEntryArgumentsTypedDict",
    "ToolExecutionDeltaEventNameTypedDict",
    "ToolExecutionDoneEventNameTypedDict",
    "ToolExecutionEntryNameTypedDict",
    "ToolExecutionStartedEventNameTypedDict",
    "ToolFileChunkToolTypedDict",
]

AgentConversationAgentVersionTypedDict: TypeAlias = AgentConversationAgentVersion
AgentsAPIV1AgentsGetAgentVersionTypedDict: TypeAlias = AgentsAPIV1AgentsGetAgentVersion
AgentsCompletionRequestStopTypedDict: TypeAlias = AgentsCompletionRequestStop
AgentsCompletionStreamRequestStopTypedDict: TypeAlias = AgentsCompletionStreamRequestStop
ChatCompletionRequestStopTypedDict: TypeAlias = ChatCompletionRequestStop
ChatCompletionStreamRequestStopTypedDict: TypeAlias = ChatCompletionStreamRequestStop
CompletionArgsStopTypedDict: TypeAlias = CompletionArgsStop
ConversationRequestAgentVersionTypedDict: TypeAlias = ConversationRequestAgentVersion
ConversationRestartRequestAgentVersionTypedDict: TypeAlias = ConversationRestartRequestAgentVersion
ConversationRestartStreamRequestAgentVersionTypedDict: TypeAlias = (
    ConversationRestartStreamRequestAgentVersion
)
ConversationStreamRequestAgentVersionTypedDict: TypeAlias = ConversationStreamRequestAgentVersion
EmbeddingRequestInputsTypedDict: TypeAlias = EmbeddingRequestInputs
FIMCompletionRequestStopTypedDict: TypeAlias = FIMCompletionRequestStop
FIMCompletionStreamRequestStopTypedDict: TypeAlias = FIMCompletionStreamRequestStop
FunctionCallEntryArgumentsTypedDict: TypeAlias = FunctionCallEntryArguments
ToolExecutionDeltaEventNameTypedDict: TypeAlias = ToolExecutionDeltaEventName
ToolExecutionDoneEventNameTypedDict: TypeAlias = ToolExecutionDoneEventName
ToolExecutionEntryNameTypedDict: TypeAlias = ToolExecutionEntryName
ToolExecutionStartedEventNameTypedDict: TypeAlias = ToolExecutionStartedEventName
ToolFileChunkToolTypedDict: TypeAlias = ToolFileChunkTool
