"""Agents as the API stores them: `/v1/agents` (wire-format section 13)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from ..types.basemodel import BaseModel
from ..types.lenient import Lenient, LooseBool, LooseInt, LooseStr, NullIs
from .answer import Answer
from .conversations import CompletionArgs, ConversationRequestTool, UnknownConversationTool
from .guardrails import GuardrailConfig

__all__ = [
    "Agent",
    "AgentAliasResponse",
    "AgentListPage",
    "AgentTool",
    "AgentsAPIV1AgentsGetAgentVersion",
    "AgentsAPIV1AgentsListPagesResponse",
    "CreateAgentRequest",
    "CreateAgentRequestTool",
    "RequestSource",
    "UnknownAgentTool",
    "UpdateAgentRequest",
    "UpdateAgentRequestTool",
]

AgentTool: TypeAlias = ConversationRequestTool
CreateAgentRequestTool: TypeAlias = ConversationRequestTool
UpdateAgentRequestTool: TypeAlias = ConversationRequestTool
UnknownAgentTool: TypeAlias = UnknownConversationTool
AgentsAPIV1AgentsGetAgentVersion: TypeAlias = int | str
RequestSource: TypeAlias = Literal["api", "playground", "agent_builder_v1"]

_Time: TypeAlias = Annotated[datetime | None, Lenient()]
_Strings: TypeAlias = Annotated[list[str] | None, Lenient()]


class Agent(Answer):
    """One version of an agent.

    Attributes:
        id: The id to use in requests.
        version: The number of this version, from 0.
        versions: The numbers of all versions.
        model: The model's name.
        name: The agent's name.
        description: What it is for, by which other agents choose it.
        instructions: The system prompt.
        tools: The tools that the model may use.
        completion_args: The options of its answers.
        guardrails: Moderation of the input.
        handoffs: The ids of the agents to which it may hand a conversation over.
        metadata: Data that the API stores with it.
        deployment_chat: Whether it can be used in Mistral's own chat.
        source: How it was made, such as `"api"`.
        owner_id: The id of its owner.
        version_message: What this version changes.
        created_at: The time at which the agent was created.
        updated_at: The time of its last change.
    """

    model: LooseStr = None
    name: LooseStr = None
    id: LooseStr = None
    version: LooseInt = None
    versions: Annotated[list[int], NullIs(list[int])] = Field(default_factory=list[int])
    created_at: _Time = None
    updated_at: _Time = None
    deployment_chat: LooseBool = None
    source: LooseStr = None
    instructions: LooseStr = None
    tools: Annotated[list[AgentTool] | None, Lenient()] = None
    completion_args: Annotated[CompletionArgs | None, Lenient()] = None
    guardrails: Annotated[list[GuardrailConfig] | None, Lenient()] = None
    description: LooseStr = None
    handoffs: _Strings = None
    metadata: Annotated[dict[str, Any] | None, Lenient()] = None
    object: LooseStr = None
    owner_id: LooseStr = None
    version_message: LooseStr = None

    _dumped_when_set: ClassVar[frozenset[str]] = frozenset({"versions"})


class AgentAliasResponse(Answer):
    """A name for one version of an agent."""

    alias: LooseStr = None
    version: LooseInt = None
    created_at: _Time = None
    updated_at: _Time = None


class AgentListPage(Answer):
    """One page of the agents.

    Attributes:
        data: The agents.
        next_page_token: The token of the next page; `None` on the last one.
    """

    data: Annotated[list[Agent], NullIs(list[Agent])] = Field(default_factory=list[Agent])
    object: LooseStr = None
    next_page_token: LooseStr = None

    _dumped_when_set: ClassVar[frozenset[str]] = frozenset({"data"})


class AgentsAPIV1AgentsListPagesResponse(BaseModel):
    """One page of the agents, and the way to the next.

    Attributes:
        next: Returns the next page, or `None` after the last one.
        result: The page.
    """

    next: (
        Callable[[], "AgentsAPIV1AgentsListPagesResponse | None"]
        | Callable[[], Awaitable["AgentsAPIV1AgentsListPagesResponse | None"]]
    )
    result: AgentListPage


class _AgentRequest(BaseModel):
    instructions: str | None = None
    tools: list[ConversationRequestTool] | None = None
    completion_args: CompletionArgs | None = None
    guardrails: list[GuardrailConfig] | None = None
    description: str | None = None
    handoffs: list[str] | None = None
    metadata: dict[str, Any] | None = None
    version_message: str | None = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"tools", "completion_args"})


class CreateAgentRequest(_AgentRequest):
    """The body of a request that creates an agent; the fields are those of `Agent`."""

    model: str
    name: str


class UpdateAgentRequest(_AgentRequest):
    """The body of a request that makes a new version of an agent; the fields are those of `Agent`.

    A field that is left out keeps its value.
    """

    model: str | None = None
    name: str | None = None
    deployment_chat: bool | None = None
