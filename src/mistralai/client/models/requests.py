"""Whole request bodies as objects (wire-format section 2).

The methods of the client take the same fields as keywords and do not use these
models. A dump has only the fields that were given.
"""

from typing import Any, TypeAlias

from ..types.basemodel import BaseModel
from .formats import (
    MistralPromptMode,
    Prediction,
    ReasoningEffort,
    RequestedServiceTier,
    ResponseFormat,
)
from .guardrails import GuardrailConfig
from .messages import ChatCompletionRequestMessage
from .tools import ChatCompletionRequestTool, ChatCompletionRequestToolChoice

__all__ = [
    "AgentsCompletionRequest",
    "AgentsCompletionRequestStop",
    "AgentsCompletionStreamRequest",
    "AgentsCompletionStreamRequestStop",
    "ChatCompletionRequest",
    "ChatCompletionRequestStop",
    "ChatCompletionStreamRequest",
    "ChatCompletionStreamRequestStop",
    "FIMCompletionRequest",
    "FIMCompletionRequestStop",
    "FIMCompletionStreamRequest",
    "FIMCompletionStreamRequestStop",
]

ChatCompletionRequestStop: TypeAlias = str | list[str]
ChatCompletionStreamRequestStop: TypeAlias = ChatCompletionRequestStop
FIMCompletionRequestStop: TypeAlias = ChatCompletionRequestStop
FIMCompletionStreamRequestStop: TypeAlias = ChatCompletionRequestStop
AgentsCompletionRequestStop: TypeAlias = ChatCompletionRequestStop
AgentsCompletionStreamRequestStop: TypeAlias = ChatCompletionRequestStop


class _Request(BaseModel):
    """The fields of every endpoint."""

    max_tokens: int | None = None
    min_tokens: int | None = None
    stop: ChatCompletionRequestStop | None = None
    random_seed: int | None = None
    metadata: dict[str, Any] | None = None
    prompt_cache_key: str | None = None


class _ConversationRequest(_Request):
    """The fields of chat and agents."""

    messages: list[ChatCompletionRequestMessage]
    response_format: ResponseFormat | None = None
    tools: list[ChatCompletionRequestTool] | None = None
    tool_choice: ChatCompletionRequestToolChoice | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    repetition_penalty: float | None = None
    top_k: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    prompt_logprobs: bool | None = None
    top_prompt_logprobs: int | None = None
    n: int | None = None
    prediction: Prediction | None = None
    parallel_tool_calls: bool | None = None
    reasoning_effort: ReasoningEffort | None = None
    prompt_mode: MistralPromptMode | None = None
    guardrails: list[GuardrailConfig] | None = None
    service_tier: RequestedServiceTier | None = None


class ChatCompletionRequest(_ConversationRequest):
    """The body of a chat completion."""

    model: str
    temperature: float | None = None
    top_p: float | None = None
    safe_prompt: bool | None = None
    stream: bool | None = False


class ChatCompletionStreamRequest(ChatCompletionRequest):
    """The body of a streamed chat completion."""

    stream: bool | None = True


class AgentsCompletionRequest(_ConversationRequest):
    """The body of an agent's completion."""

    agent_id: str
    stream: bool | None = False


class AgentsCompletionStreamRequest(AgentsCompletionRequest):
    """The body of a streamed completion of an agent."""

    stream: bool | None = True


class FIMCompletionRequest(_Request):
    """The body of a fill-in-the-middle completion."""

    model: str
    prompt: str
    suffix: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    stream: bool | None = False


class FIMCompletionStreamRequest(FIMCompletionRequest):
    """The body of a streamed fill-in-the-middle completion."""

    stream: bool | None = True
