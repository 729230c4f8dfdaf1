"""The schemas of bodies: how pydantic validates and serialises the fields of `params`.

There are two per body. The light ones here need no model but those of messages;
most calls give only such fields. The whole ones, in `wholeschemas`, add the
fields whose models take long to import and build: a third of what a first call
spends on models. Neither names a `...TypedDict`, because a dict is read into the model
that it describes.
"""

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from ..models.messages import ChatCompletionRequestMessage


class _Model(TypedDict):
    model: str


class _Messages(TypedDict):
    messages: Annotated[list[ChatCompletionRequestMessage], Field(min_length=1)]


class _Sampled(TypedDict, total=False):
    temperature: float | None
    top_p: float | None


class _Every(TypedDict, total=False):
    max_tokens: int | None
    min_tokens: int | None
    stream: bool | None
    stop: str | list[str] | None
    random_seed: int | None
    metadata: dict[str, Any] | None
    prompt_cache_key: str | None


class _Conversation(_Every, total=False):
    presence_penalty: float | None
    frequency_penalty: float | None
    repetition_penalty: float | None
    top_k: int | None
    logprobs: bool | None
    top_logprobs: int | None
    prompt_logprobs: bool | None
    top_prompt_logprobs: int | None
    n: int | None
    parallel_tool_calls: bool | None


class LightChat(_Model, _Messages, _Sampled, _Conversation, total=False):
    """A `ChatBody` without tools, formats and the like."""

    safe_prompt: bool | None


class _Agent(TypedDict):
    agent_id: str


class LightAgents(_Agent, _Messages, _Conversation, total=False):
    """An `AgentsBody` without tools, formats and the like."""


class _Prompt(TypedDict):
    prompt: str


class FIM(_Model, _Prompt, _Sampled, _Every, total=False):
    """A `FIMBody`, which has no fields with models: the light schema is the whole one."""

    suffix: str | None


class _Inputs(TypedDict):
    inputs: str | list[str]


class LightEmbeddings(_Model, _Inputs, total=False):
    """An `EmbeddingsBody` without the formats of the answer."""

    metadata: dict[str, Any] | None
    output_dimension: int | None
