"""The keywords of `client.beta.agents`; see `params`."""

from typing import TYPE_CHECKING

from .keywords import Nullable, TypedDict
from .params import BodyOptions, QueryOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..models import (
        AgentsAPIV1AgentsGetAgentVersion,
        CompletionArgs,
        CompletionArgsTypedDict,
        CreateAgentRequestTool,
        CreateAgentRequestToolTypedDict,
        GuardrailConfig,
        GuardrailConfigTypedDict,
        RequestSource,
    )


class _Settings(TypedDict, total=False):
    instructions: Nullable["str"]
    """The system prompt."""
    tools: "Iterable[CreateAgentRequestTool | CreateAgentRequestToolTypedDict] | None"
    """The tools that the model may use."""
    completion_args: "CompletionArgs | CompletionArgsTypedDict | None"
    """The options of its answers, such as `temperature`."""
    guardrails: Nullable["Iterable[GuardrailConfig | GuardrailConfigTypedDict]"]
    """Moderation of the input."""
    description: Nullable["str"]
    """What the agent is for, by which other agents choose it."""
    handoffs: Nullable["Iterable[str]"]
    """The ids of the agents to which it may hand a conversation over."""
    metadata: Nullable["Mapping[str, Any]"]
    """Data that the API stores with the agent."""
    version_message: Nullable["str"]
    """What this version changes."""


class _ModelAndName(TypedDict):
    model: "str"
    """The model's name, such as `"mistral-large-latest"`."""
    name: "str"
    """The agent's name."""


class AgentBody(_ModelAndName, _Settings, total=False):
    """The body of `POST /v1/agents`."""


class AgentCreateParams(AgentBody, BodyOptions, total=False):
    """The keywords of `client.beta.agents.create` and `create_async`."""


class AgentChanges(_Settings, total=False):
    """The body of `PATCH /v1/agents/{agent_id}`; fields that are left out keep their value."""

    model: Nullable["str"]
    """The model's name."""
    name: Nullable["str"]
    """The agent's name."""
    deployment_chat: Nullable["bool"]
    """Whether the agent can be used in Mistral's own chat."""


class _AgentId(TypedDict):
    agent_id: "str"
    """The id of the agent."""


class AgentUpdateParams(_AgentId, AgentChanges, BodyOptions, total=False):
    """The keywords of `client.beta.agents.update` and `update_async`."""


class AgentParams(_AgentId, QueryOptions, total=False):
    """The keywords of `client.beta.agents.delete`, `list_version_aliases` and their variants."""


class _AgentVersion(TypedDict, total=False):
    agent_version: Nullable["AgentsAPIV1AgentsGetAgentVersion"]
    """The number or the alias of a version. By default the current one."""


class AgentGetParams(_AgentId, _AgentVersion, QueryOptions, total=False):
    """The keywords of `client.beta.agents.get` and `get_async`."""


class _Filters(TypedDict, total=False):
    page_size: "int | None"
    """The number of items per page. By default 20."""
    deployment_chat: Nullable["bool"]
    """Only agents that can be used in Mistral's own chat, or that cannot."""
    sources: Nullable["Iterable[RequestSource]"]
    """Only agents that were made in one of these ways, such as `"api"`."""
    name: Nullable["str"]
    """Only agents of this name."""
    search: Nullable["str"]
    """Only agents with this text in their name or id."""
    id: Nullable["str"]
    """Only the agent with this id."""
    metadata: Nullable["Mapping[str, Any]"]
    """Only agents with these values in their metadata."""


class _Page(TypedDict, total=False):
    page: "int | None"
    """The number of the page, from 0. By default the first."""


class AgentsListParams(_Page, _Filters, QueryOptions, total=False):
    """The keywords of `client.beta.agents.list`, `iterate` and their async variants."""


class _Token(TypedDict, total=False):
    page_token: Nullable["str"]
    """The `next_page_token` of the page before. By default the first page is returned."""


class AgentPagesParams(_Filters, _Token, QueryOptions, total=False):
    """The keywords of `client.beta.agents.list_pages` and `list_pages_async`."""


class _PageSize(TypedDict, total=False):
    page_size: "int | None"
    """The number of items per page. By default 20."""


class AgentVersionsParams(_AgentId, _Page, _PageSize, QueryOptions, total=False):
    """The keywords of `client.beta.agents.list_versions` and `list_versions_async`."""


class _VersionNumber(TypedDict):
    version: "int"
    """The number of a version."""


class AgentUpdateVersionParams(_AgentId, _VersionNumber, QueryOptions, total=False):
    """The keywords of `client.beta.agents.update_version` and `update_version_async`."""


class _Version(TypedDict):
    version: "str"
    """The number or the alias of a version."""


class AgentGetVersionParams(_AgentId, _Version, QueryOptions, total=False):
    """The keywords of `client.beta.agents.get_version` and `get_version_async`."""


class _Alias(TypedDict):
    alias: "str"
    """The name for a version."""


class AgentAliasParams(_AgentId, _Alias, QueryOptions, total=False):
    """The keywords of `client.beta.agents.delete_version_alias` and its async variant."""


class AgentCreateAliasParams(_AgentId, _Alias, _VersionNumber, QueryOptions, total=False):
    """The keywords of `client.beta.agents.create_version_alias` and its async variant."""
