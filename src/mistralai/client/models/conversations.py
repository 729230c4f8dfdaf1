"""Models of the Conversations API, which is not part of this client: libraries import the names.

They have the fields of the generated SDK, and read and dump as the models of chat do.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from ..types.basemodel import BaseModel
from ..types.unions import OneOf, StrictOneOf, Unknown
from .content import (
    DocumentURLChunk,
    ImageURLChunk,
    TextChunk,
    ThinkChunk,
    ToolReferenceChunk,
    UnknownContentChunk,
)
from .formats import Prediction, ReasoningEffort, ResponseFormat
from .tools import (
    CustomConnector,
    DocumentLibraryTool,
    Function,
    ImageGenerationTool,
    ToolChoiceEnum,
    ToolConfiguration,
)

__all__ = [
    "AgentHandoffEntry",
    "CodeInterpreterTool",
    "CompletionArgs",
    "CompletionArgsStop",
    "ConversationInputs",
    "ConversationRequestTool",
    "ConversationResponse",
    "ConversationResponseOutput",
    "ConversationUsageInfo",
    "FunctionCallEntry",
    "FunctionCallEntryArguments",
    "FunctionCallEntryConfirmationStatus",
    "FunctionResultEntry",
    "FunctionTool",
    "InputEntries",
    "MessageEntries",
    "MessageInputContentChunks",
    "MessageInputEntry",
    "MessageInputEntryContent",
    "MessageInputEntryRole",
    "MessageOutputContentChunks",
    "MessageOutputEntry",
    "MessageOutputEntryContent",
    "ToolExecutionEntry",
    "ToolExecutionEntryName",
    "ToolFileChunk",
    "ToolFileChunkTool",
    "UnknownConversationEntry",
    "UnknownConversationTool",
    "WebSearchPremiumTool",
    "WebSearchTool",
]

ToolExecutionEntryName: TypeAlias = (
    Literal[
        "web_search",
        "web_search_premium",
        "code_interpreter",
        "image_generation",
        "document_library",
        "mistral_mcp",
    ]
    | str
)
ToolFileChunkTool: TypeAlias = ToolExecutionEntryName


class FunctionTool(BaseModel):
    """A function of the caller's, for a conversation."""

    function: Function
    type: Literal["function"] = "function"


class _Configured(BaseModel):
    """A tool that the API runs."""

    tool_configuration: ToolConfiguration | None = None


class CodeInterpreterTool(_Configured):
    """Code, run by the API."""

    type: Literal["code_interpreter"] = "code_interpreter"


class WebSearchTool(_Configured):
    """Search of the web, run by the API."""

    type: Literal["web_search"] = "web_search"


class WebSearchPremiumTool(_Configured):
    """Search of the web and of news agencies, run by the API."""

    type: Literal["web_search_premium"] = "web_search_premium"


class UnknownConversationTool(Unknown):
    """A tool of another type; it is dumped as it came."""


ConversationRequestTool: TypeAlias = Annotated[
    CodeInterpreterTool
    | CustomConnector
    | DocumentLibraryTool
    | FunctionTool
    | ImageGenerationTool
    | WebSearchTool
    | WebSearchPremiumTool
    | UnknownConversationTool,
    StrictOneOf(UnknownConversationTool, absent="function"),
]

CompletionArgsStop: TypeAlias = str | list[str]


class CompletionArgs(BaseModel):
    """How the model answers in a conversation; as the fields of a chat request."""

    stop: CompletionArgsStop | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    random_seed: int | None = None
    prediction: Prediction | None = None
    response_format: ResponseFormat | None = None
    tool_choice: ToolChoiceEnum | None = None
    reasoning_effort: ReasoningEffort | None = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"tool_choice"})


class ToolFileChunk(BaseModel):
    """A file that a tool of the API made."""

    tool: ToolFileChunkTool
    file_id: str
    type: Literal["tool_file"] = "tool_file"
    file_name: str | None = None
    file_type: str | None = None


MessageInputContentChunks: TypeAlias = Annotated[
    TextChunk | ImageURLChunk | DocumentURLChunk | ThinkChunk | ToolFileChunk | UnknownContentChunk,
    OneOf("type", UnknownContentChunk),
]
MessageInputEntryContent: TypeAlias = str | list[MessageInputContentChunks]
MessageOutputContentChunks: TypeAlias = Annotated[
    TextChunk
    | ImageURLChunk
    | DocumentURLChunk
    | ThinkChunk
    | ToolFileChunk
    | ToolReferenceChunk
    | UnknownContentChunk,
    OneOf("type", UnknownContentChunk),
]
MessageOutputEntryContent: TypeAlias = str | list[MessageOutputContentChunks]
MessageInputEntryRole: TypeAlias = Literal["assistant", "user"] | str
FunctionCallEntryArguments: TypeAlias = dict[str, Any] | str
FunctionCallEntryConfirmationStatus: TypeAlias = Literal["pending", "allowed", "denied"] | str


class _Entry(BaseModel):
    """A step of a conversation.

    Attributes:
        created_at: When it began.
        completed_at: When it ended.
        id: Its id.
    """

    object: Literal["entry"] = "entry"
    created_at: datetime | None = None
    completed_at: datetime | None = None
    id: str | None = None


class _ModelEntry(_Entry):
    """A step that a model or an agent takes."""

    agent_id: str | None = None
    model: str | None = None


class MessageInputEntry(_Entry):
    """What is said to the model."""

    role: MessageInputEntryRole
    content: MessageInputEntryContent
    type: Literal["message.input"] = "message.input"
    prefix: bool = False


class MessageOutputEntry(_ModelEntry):
    """What the model says."""

    content: MessageOutputEntryContent
    type: Literal["message.output"] = "message.output"
    role: Literal["assistant"] = "assistant"


class FunctionCallEntry(_ModelEntry):
    """A call of a function of the caller's."""

    tool_call_id: str
    name: str
    arguments: FunctionCallEntryArguments
    type: Literal["function.call"] = "function.call"
    confirmation_status: FunctionCallEntryConfirmationStatus | None = None


class FunctionResultEntry(_Entry):
    """What the function gave."""

    tool_call_id: str
    result: str
    type: Literal["function.result"] = "function.result"


class ToolExecutionEntry(_ModelEntry):
    """A tool that the API ran."""

    name: ToolExecutionEntryName
    arguments: str
    type: Literal["tool.execution"] = "tool.execution"
    info: dict[str, Any] | None = None


class AgentHandoffEntry(_Entry):
    """An agent hands the conversation to another one."""

    previous_agent_id: str
    previous_agent_name: str
    next_agent_id: str
    next_agent_name: str
    type: Literal["agent.handoff"] = "agent.handoff"


class UnknownConversationEntry(Unknown):
    """A step of another type; it is dumped as it came."""


InputEntries: TypeAlias = Annotated[
    FunctionResultEntry
    | MessageInputEntry
    | MessageOutputEntry
    | AgentHandoffEntry
    | ToolExecutionEntry
    | FunctionCallEntry
    | UnknownConversationEntry,
    OneOf("type", UnknownConversationEntry),
]
ConversationInputs: TypeAlias = str | list[InputEntries]
MessageEntries: TypeAlias = Annotated[
    MessageInputEntry | MessageOutputEntry | UnknownConversationEntry,
    OneOf("type", UnknownConversationEntry),
]
ConversationResponseOutput: TypeAlias = Annotated[
    MessageOutputEntry
    | AgentHandoffEntry
    | ToolExecutionEntry
    | FunctionCallEntry
    | UnknownConversationEntry,
    OneOf("type", UnknownConversationEntry),
]


class ConversationUsageInfo(BaseModel):
    """Tokens used, and how often each connector was."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    connector_tokens: int | None = None
    connectors: dict[str, int] | None = None


class ConversationResponse(BaseModel):
    """What one turn of a conversation adds."""

    conversation_id: str
    outputs: list[ConversationResponseOutput]
    usage: ConversationUsageInfo
    object: Literal["conversation.response"] = "conversation.response"
    guardrails: list[dict[str, Any]] | None = None
