"""Models of the Conversations API: entries, tools and whole answers (wire-format section 9).

They have the fields of the generated SDK, and read and dump as the models of chat do. What tells
entries apart, and what a caller writes, has the promised type; other values are kept as they were
received, because an entry that is not read as one loses its text or its call.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from ..types.basemodel import BaseModel
from ..types.lenient import Lenient, LooseInt, LooseStr, NullIs
from ..types.unions import OneOf, StrictOneOf, Unknown
from .answer import Answer
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

LooseTime: TypeAlias = Annotated[datetime | None, Lenient()]
LooseText: TypeAlias = Annotated[str, NullIs(str)]
LooseObject: TypeAlias = Annotated[dict[str, Any] | None, Lenient()]
AssistantRole: TypeAlias = Annotated[Literal["assistant"], Lenient(lambda: "assistant")]


class FunctionTool(BaseModel):
    """A function of the caller, for a conversation."""

    function: Function
    type: Literal["function"] = "function"


class _Configured(BaseModel):
    """A tool that the API runs."""

    tool_configuration: ToolConfiguration | None = None


class CodeInterpreterTool(_Configured):
    """A code interpreter, run by the API."""

    type: Literal["code_interpreter"] = "code_interpreter"


class WebSearchTool(_Configured):
    """A web search, run by the API."""

    type: Literal["web_search"] = "web_search"


class WebSearchPremiumTool(_Configured):
    """A search of the web and of news agencies, run by the API."""

    type: Literal["web_search_premium"] = "web_search_premium"


class UnknownConversationTool(Unknown):
    """A tool of an unknown type; it is dumped unchanged."""


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
    """The options of an answer in a conversation, named as the fields of a chat request."""

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
    """An entry of a conversation.

    Attributes:
        created_at: The time at which it began.
        completed_at: The time at which it ended.
        id: The id of the entry.
    """

    object: Annotated[Literal["entry"], Lenient()] = "entry"
    created_at: LooseTime = None
    completed_at: LooseTime = None
    id: LooseStr = None


class _ModelEntry(_Entry):
    """An entry of a model or an agent."""

    agent_id: LooseStr = None
    model: LooseStr = None


class MessageInputEntry(_Entry):
    """A message to the model."""

    role: MessageInputEntryRole
    content: MessageInputEntryContent
    type: Literal["message.input"] = "message.input"
    prefix: Annotated[bool, Lenient(bool)] = False


class MessageOutputEntry(_ModelEntry):
    """A message of the model."""

    content: Annotated[MessageOutputEntryContent, NullIs(str)]
    type: Literal["message.output"] = "message.output"
    role: AssistantRole = "assistant"


class FunctionCallEntry(_ModelEntry):
    """A call of one of the caller's functions."""

    tool_call_id: str
    name: str
    arguments: Annotated[FunctionCallEntryArguments, NullIs(str)]
    type: Literal["function.call"] = "function.call"
    confirmation_status: Annotated[FunctionCallEntryConfirmationStatus | None, Lenient()] = None


class FunctionResultEntry(_Entry):
    """The result of a function."""

    tool_call_id: str
    result: str
    type: Literal["function.result"] = "function.result"


class ToolExecutionEntry(_ModelEntry):
    """A tool that the API ran."""

    name: ToolExecutionEntryName
    arguments: LooseText
    type: Literal["tool.execution"] = "tool.execution"
    info: LooseObject = None


class AgentHandoffEntry(_Entry):
    """A handoff from one agent to another."""

    previous_agent_id: str
    previous_agent_name: str
    next_agent_id: str
    next_agent_name: str
    type: Literal["agent.handoff"] = "agent.handoff"


class UnknownConversationEntry(Unknown):
    """An entry of an unknown type; it is dumped unchanged."""


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
    """The tokens used, and the number of uses of each connector."""

    prompt_tokens: Annotated[int, Lenient(int)] = 0
    completion_tokens: Annotated[int, Lenient(int)] = 0
    total_tokens: Annotated[int, Lenient(int)] = 0
    connector_tokens: LooseInt = None
    connectors: Annotated[dict[str, int] | None, Lenient()] = None


class ConversationResponse(Answer):
    """The entries that one turn adds to a conversation."""

    conversation_id: Annotated[str, Lenient(str)]
    outputs: Annotated[list[ConversationResponseOutput], NullIs(list[ConversationResponseOutput])]
    usage: Annotated[ConversationUsageInfo, NullIs(ConversationUsageInfo)] = Field(
        default_factory=ConversationUsageInfo
    )
    object: Annotated[Literal["conversation.response"], Lenient()] = "conversation.response"
    guardrails: Annotated[list[dict[str, Any]] | None, Lenient()] = None

    _dumped_when_set: ClassVar[frozenset[str]] = frozenset({"usage"})
