"""The keywords of `client.beta.conversations`; see `params`."""

from typing import TYPE_CHECKING

from .keywords import Nullable, TypedDict
from .params import BodyOptions, CallOptions, QueryOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..models import (
        CompletionArgs,
        CompletionArgsTypedDict,
        ConversationInputs,
        ConversationInputsTypedDict,
        ConversationRequestAgentVersion,
        ConversationRequestHandoffExecution,
        ConversationRequestTool,
        ConversationRequestToolTypedDict,
        GuardrailConfig,
        GuardrailConfigTypedDict,
        ToolCallConfirmation,
        ToolCallConfirmationTypedDict,
    )


class _Streamed(TypedDict):
    stream: "bool"
    """Whether the answer is streamed, which the method decides."""


class _FirstInputs(TypedDict):
    inputs: "ConversationInputs | ConversationInputsTypedDict"
    """A text, or a list of entries, as objects or dicts."""


class _Start(_FirstInputs, total=False):
    store: Nullable["bool"]
    """Whether the API keeps the conversation, so that it can be continued. By default it does."""
    handoff_execution: Nullable["ConversationRequestHandoffExecution"]
    """Who carries out handoffs between agents: `"server"`, the default, or `"client"`."""
    instructions: Nullable["str"]
    """The system prompt; not with an agent, which has its own."""
    tools: Nullable["Iterable[ConversationRequestTool | ConversationRequestToolTypedDict]"]
    """The tools that the model may use."""
    completion_args: Nullable["CompletionArgs | CompletionArgsTypedDict"]
    """The options of the answers, such as `temperature`."""
    guardrails: Nullable["Iterable[GuardrailConfig | GuardrailConfigTypedDict]"]
    """Moderation of the input."""
    name: Nullable["str"]
    """The name of the conversation."""
    description: Nullable["str"]
    """What the conversation is about."""
    metadata: Nullable["Mapping[str, Any]"]
    """Data that the API stores with the conversation."""
    agent_id: Nullable["str"]
    """The agent that answers; either this or `model` is needed."""
    agent_version: Nullable["ConversationRequestAgentVersion"]
    """The number or the alias of a version of the agent. By default the current one."""
    model: Nullable["str"]
    """The model that answers, such as `"mistral-large-latest"`."""


class StartBody(_Start, _Streamed, total=False):
    """The body of `POST /v1/conversations`."""


class StartParams(_Start, BodyOptions, total=False):
    """The keywords of `client.beta.conversations.start` and `start_async`."""


class StartStreamParams(_Start, CallOptions, total=False):
    """The keywords of `client.beta.conversations.start_stream` and `start_stream_async`."""


class _ConversationId(TypedDict):
    conversation_id: "str"
    """The id of the conversation."""


class _Next(TypedDict, total=False):
    inputs: "ConversationInputs | ConversationInputsTypedDict | None"
    """A text, or a list of entries, as objects or dicts. By default none are added."""
    store: "bool | None"
    """Whether the API keeps the new entries. By default it does."""
    handoff_execution: "ConversationRequestHandoffExecution | None"
    """Who carries out handoffs between agents: `"server"`, the default, or `"client"`."""
    completion_args: "CompletionArgs | CompletionArgsTypedDict | None"
    """The options of the answer, such as `temperature`."""


class _Append(_Next, total=False):
    tool_confirmations: Nullable["Iterable[ToolCallConfirmation | ToolCallConfirmationTypedDict]"]
    """Your decisions on tool calls that wait for one."""


class AppendBody(_Append, _Streamed, total=False):
    """The body of `POST /v1/conversations/{conversation_id}`."""


class AppendParams(_ConversationId, _Append, BodyOptions, total=False):
    """The keywords of `client.beta.conversations.append` and `append_async`."""


class AppendStreamParams(_ConversationId, _Append, CallOptions, total=False):
    """The keywords of `client.beta.conversations.append_stream` and `append_stream_async`."""


class _FromEntry(TypedDict):
    from_entry_id: "str"
    """The id of the entry after which the new conversation continues."""


class _Restart(_FromEntry, _Next, total=False):
    guardrails: Nullable["Iterable[GuardrailConfig | GuardrailConfigTypedDict]"]
    """Moderation of the input."""
    metadata: Nullable["Mapping[str, Any]"]
    """Data that the API stores with the new conversation."""
    agent_version: Nullable["ConversationRequestAgentVersion"]
    """The number or the alias of a version of the agent. By default the current one."""


class RestartBody(_Restart, _Streamed, total=False):
    """The body of `POST /v1/conversations/{conversation_id}/restart`."""


class RestartParams(_ConversationId, _Restart, BodyOptions, total=False):
    """The keywords of `client.beta.conversations.restart` and `restart_async`."""


class RestartStreamParams(_ConversationId, _Restart, CallOptions, total=False):
    """The keywords of `client.beta.conversations.restart_stream` and `restart_stream_async`."""


class ConversationParams(_ConversationId, QueryOptions, total=False):
    """The keywords of `get`, `delete`, `get_history`, `get_messages` and their async variants."""


class ConversationsParams(QueryOptions, total=False):
    """The keywords of `client.beta.conversations.list`, `iterate` and their async variants."""

    page: "int | None"
    """The number of the page, from 0. By default the first."""
    page_size: "int | None"
    """The number of items per page. By default 100."""
    metadata: Nullable["Mapping[str, Any]"]
    """Only conversations with these values in their metadata."""
