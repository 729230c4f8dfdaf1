"""Entries of conversations written as dicts, for type checkers.

At run time a dict is read into the model of the same name.
"""

from typing import Any, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

from .contentdicts import (
    DocumentURLChunkTypedDict,
    ImageURLChunkTypedDict,
    TextChunkTypedDict,
    ThinkChunkTypedDict,
    ToolReferenceChunkTypedDict,
)

__all__ = [
    "AgentHandoffEntryTypedDict",
    "ConversationInputsTypedDict",
    "FunctionCallEntryTypedDict",
    "FunctionResultEntryTypedDict",
    "InputEntriesTypedDict",
    "MessageInputContentChunksTypedDict",
    "MessageInputEntryContentTypedDict",
    "MessageInputEntryTypedDict",
    "MessageOutputContentChunksTypedDict",
    "MessageOutputEntryContentTypedDict",
    "MessageOutputEntryTypedDict",
    "ToolCallConfirmationTypedDict",
    "ToolExecutionEntryTypedDict",
    "ToolFileChunkTypedDict",
]


class ToolFileChunkTypedDict(TypedDict):
    """A `ToolFileChunk`."""

    tool: str
    file_id: str
    type: NotRequired[Literal["tool_file"]]
    file_name: NotRequired[str | None]
    file_type: NotRequired[str | None]


MessageInputContentChunksTypedDict: TypeAlias = (
    TextChunkTypedDict
    | ImageURLChunkTypedDict
    | DocumentURLChunkTypedDict
    | ThinkChunkTypedDict
    | ToolFileChunkTypedDict
)
MessageInputEntryContentTypedDict: TypeAlias = str | list[MessageInputContentChunksTypedDict]
MessageOutputContentChunksTypedDict: TypeAlias = (
    MessageInputContentChunksTypedDict | ToolReferenceChunkTypedDict
)
MessageOutputEntryContentTypedDict: TypeAlias = str | list[MessageOutputContentChunksTypedDict]


class _Entry(TypedDict):
    object: NotRequired[Literal["entry"]]
    created_at: NotRequired[str]
    completed_at: NotRequired[str | None]
    id: NotRequired[str]


class _ModelEntry(_Entry):
    agent_id: NotRequired[str | None]
    model: NotRequired[str | None]


class MessageInputEntryTypedDict(_Entry):
    """A `MessageInputEntry`."""

    role: Literal["assistant", "user"] | str
    content: MessageInputEntryContentTypedDict
    type: NotRequired[Literal["message.input"]]
    prefix: NotRequired[bool]


class MessageOutputEntryTypedDict(_ModelEntry):
    """A `MessageOutputEntry`."""

    content: MessageOutputEntryContentTypedDict
    type: NotRequired[Literal["message.output"]]
    role: NotRequired[Literal["assistant"]]


class FunctionCallEntryTypedDict(_ModelEntry):
    """A `FunctionCallEntry`."""

    tool_call_id: str
    name: str
    arguments: dict[str, Any] | str
    type: NotRequired[Literal["function.call"]]
    confirmation_status: NotRequired[Literal["pending", "allowed", "denied"] | str | None]


class FunctionResultEntryTypedDict(_Entry):
    """A `FunctionResultEntry`."""

    tool_call_id: str
    result: str
    type: NotRequired[Literal["function.result"]]


class ToolExecutionEntryTypedDict(_ModelEntry):
    """A `ToolExecutionEntry`."""

    name: str
    arguments: str
    type: NotRequired[Literal["tool.execution"]]
    info: NotRequired[dict[str, Any]]


class AgentHandoffEntryTypedDict(_Entry):
    """An `AgentHandoffEntry`."""

    previous_agent_id: str
    previous_agent_name: str
    next_agent_id: str
    next_agent_name: str
    type: NotRequired[Literal["agent.handoff"]]


InputEntriesTypedDict: TypeAlias = (
    FunctionResultEntryTypedDict
    | MessageInputEntryTypedDict
    | MessageOutputEntryTypedDict
    | AgentHandoffEntryTypedDict
    | ToolExecutionEntryTypedDict
    | FunctionCallEntryTypedDict
)
ConversationInputsTypedDict: TypeAlias = str | list[InputEntriesTypedDict]


class ToolCallConfirmationTypedDict(TypedDict):
    """A `ToolCallConfirmation`."""

    tool_call_id: str
    confirmation: Literal["allow", "deny"]
