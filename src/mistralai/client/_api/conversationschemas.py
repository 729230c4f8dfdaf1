"""The schemas of the bodies of conversations; see `schemas`."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias, cast

from typing_extensions import TypedDict

from ..models.conversationrequests import (
    ConversationRequestAgentVersion,
    ConversationRequestHandoffExecution,
    ToolCallConfirmation,
)
from ..models.conversations import (
    AgentHandoffEntry,
    CompletionArgs,
    ConversationRequestTool,
    FunctionCallEntry,
    FunctionResultEntry,
    MessageInputEntry,
    MessageOutputEntry,
    ToolExecutionEntry,
    UnknownConversationEntry,
)
from ..models.guardrails import GuardrailConfig
from ..types.unions import StrictOneOf

_BY_FIELDS: Final = (
    ("role", "message.input"),
    ("result", "function.result"),
    ("tool_call_id", "function.call"),
    ("next_agent_id", "agent.handoff"),
    ("arguments", "tool.execution"),
)
"""A field that only entries of a type have, but for the types before it."""


def _type_of(entry: object) -> str:
    """Return the type of an entry that a caller wrote without it."""
    if not isinstance(entry, Mapping):
        return ""
    fields = cast("Mapping[str, object]", entry)
    return next((kind for name, kind in _BY_FIELDS if name in fields), "")


_Entry: TypeAlias = Annotated[
    FunctionResultEntry
    | MessageInputEntry
    | MessageOutputEntry
    | AgentHandoffEntry
    | ToolExecutionEntry
    | FunctionCallEntry
    | UnknownConversationEntry,
    StrictOneOf(UnknownConversationEntry, absent=_type_of),
]


class _FirstInputs(TypedDict):
    inputs: str | list[_Entry]


class Start(_FirstInputs, total=False):
    """A `StartBody`."""

    stream: bool
    store: bool | None
    handoff_execution: ConversationRequestHandoffExecution | None
    instructions: str | None
    tools: list[ConversationRequestTool] | None
    completion_args: CompletionArgs | None
    guardrails: list[GuardrailConfig] | None
    name: str | None
    description: str | None
    metadata: dict[str, Any] | None
    agent_id: str | None
    agent_version: ConversationRequestAgentVersion | None
    model: str | None


class _Next(TypedDict, total=False):
    inputs: str | list[_Entry]
    stream: bool
    store: bool
    handoff_execution: ConversationRequestHandoffExecution
    completion_args: CompletionArgs


class Append(_Next, total=False):
    """An `AppendBody`."""

    tool_confirmations: list[ToolCallConfirmation] | None


class _FromEntry(TypedDict):
    from_entry_id: str


class Restart(_FromEntry, _Next, total=False):
    """A `RestartBody`."""

    guardrails: list[GuardrailConfig] | None
    metadata: dict[str, Any] | None
    agent_version: ConversationRequestAgentVersion | None
