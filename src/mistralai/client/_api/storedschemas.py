"""The schemas of the bodies that create batch jobs and agents; see `schemas`."""

from typing import Any

from typing_extensions import TypedDict

from ..models.batches import APIEndpoint, BatchRequest
from ..models.conversations import CompletionArgs, ConversationRequestTool
from ..models.guardrails import GuardrailConfig


class _Endpoint(TypedDict):
    endpoint: APIEndpoint


class Job(_Endpoint, total=False):
    """A `JobBody`."""

    input_files: list[str] | None
    requests: list[BatchRequest] | None
    model: str | None
    agent_id: str | None
    metadata: dict[str, str] | None
    timeout_hours: int | None


class _Settings(TypedDict, total=False):
    instructions: str | None
    tools: list[ConversationRequestTool] | None
    completion_args: CompletionArgs | None
    guardrails: list[GuardrailConfig] | None
    description: str | None
    handoffs: list[str] | None
    metadata: dict[str, Any] | None
    version_message: str | None


class _ModelAndName(TypedDict):
    model: str
    name: str


class Agent(_ModelAndName, _Settings, total=False):
    """An `AgentBody`."""


class AgentChanges(_Settings, total=False):
    """An `AgentChanges` of `agentparams`."""

    model: str | None
    name: str | None
    deployment_chat: bool | None
