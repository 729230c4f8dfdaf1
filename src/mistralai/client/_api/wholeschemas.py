"""The whole schemas of bodies, with the fields that need models of their own; see `schemas`."""

from typing_extensions import TypedDict

from ..models.embeddings import EmbeddingDtype, EncodingFormat
from ..models.formats import (
    MistralPromptMode,
    Prediction,
    ReasoningEffort,
    RequestedServiceTier,
    ResponseFormat,
)
from ..models.guardrails import GuardrailConfig
from ..models.tools import ChatCompletionRequestTool, ChatCompletionRequestToolChoice
from .schemas import LightAgents, LightChat, LightEmbeddings


class _Modelled(TypedDict, total=False):
    tools: list[ChatCompletionRequestTool] | None
    tool_choice: ChatCompletionRequestToolChoice | None
    prediction: Prediction | None
    reasoning_effort: ReasoningEffort | None
    prompt_mode: MistralPromptMode | None
    guardrails: list[GuardrailConfig] | None
    service_tier: RequestedServiceTier | None
    response_format: ResponseFormat | None


class Chat(LightChat, _Modelled, total=False):
    """A `ChatBody`."""


class Agents(LightAgents, _Modelled, total=False):
    """An `AgentsBody`."""


class Embeddings(LightEmbeddings, total=False):
    """An `EmbeddingsBody`."""

    output_dtype: EmbeddingDtype | None
    encoding_format: EncodingFormat | None
