"""What a call may say: one `TypedDict` an endpoint, each key with its doc.

A description is used three times: for type checkers and editors as
`**params: Unpack[ChatParams]`, for the interpreter as a signature
(`signatures`), and for the request body as what validates and serialises it
(`body`). So the annotations are strings, whose names only `body` makes real:
this module loads no model.

The fields are those of wire-format section 2. Types are checked before a
request is sent; limits are left to the server, which may change them.
`OptionalNullable` marks a field that the API takes null for: `None` is sent as
null and `UNSET` is not sent. For the other optional fields `None` means not
given too.
"""

from typing import TYPE_CHECKING

from .keywords import TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Annotated, Any

    from pydantic import Field

    from .._call.retry import RetryConfig
    from .._call.timeouts import Timeouts
    from ..models import (
        ChatCompletionRequestMessage,
        ChatCompletionRequestMessageTypedDict,
        ChatCompletionRequestTool,
        ChatCompletionRequestToolChoice,
        ChatCompletionRequestToolChoiceTypedDict,
        ChatCompletionRequestToolTypedDict,
        EmbeddingDtype,
        EmbeddingRequestInputs,
        EncodingFormat,
        GuardrailConfig,
        GuardrailConfigTypedDict,
        MistralPromptMode,
        Prediction,
        PredictionTypedDict,
        ReasoningEffort,
        RequestedServiceTier,
        ResponseFormat,
        ResponseFormatTypedDict,
    )
    from ..types.unset import OptionalNullable


class _Options(TypedDict):
    """The last base of all that a method takes, of which jedi passes over the keys."""


class QueryOptions(_Options, total=False):
    """What concerns a call and not the request, for calls without a body."""

    retries: "OptionalNullable[RetryConfig | int]"
    """Retries: a `RetryConfig`, a number, or `None` for none. By default as the client says."""
    server_url: "str | None"
    """The address of another server; its query goes behind the path."""
    timeout_ms: "float | None"
    """The limits `connect`, `first_event` and `idle` together, in milliseconds."""
    timeouts: "Timeouts | None"
    """The limits one by one, in seconds; they win over `timeout_ms`."""
    http_headers: "Mapping[str, str] | None"
    """Headers to send beside the client's own, which they replace."""


class BodyOptions(QueryOptions, total=False):
    """The same, for calls with a body."""

    extra_body: "Mapping[str, Any] | None"
    """Fields of the request that this client does not know; they replace those that it does."""


class CallOptions(BodyOptions, total=False):
    """The same, for calls whose answer may be a stream."""

    strict_end: "bool | None"
    """Whether a stream that ends in mid-answer is an error. By default as the client says."""


class _EveryBody(TypedDict, total=False):
    max_tokens: "OptionalNullable[int]"
    """Tokens that the answer may have, 0 or more."""
    min_tokens: "OptionalNullable[int]"
    """Tokens that the answer must have."""
    stream: "bool | None"
    """Whether the answer comes in events. The method decides; this only has to agree with it."""
    stop: "OptionalNullable[str | Iterable[str]]"
    """Texts at which the answer ends."""
    random_seed: "OptionalNullable[int]"
    """0 or more; the same seed gives the same answer."""
    metadata: "OptionalNullable[Mapping[str, Any]]"
    """Kept with the request."""
    prompt_cache_key: "OptionalNullable[str]"
    """Requests with the same key share a cache of prompts; cached tokens cost a tenth."""


class _SampledBody(TypedDict, total=False):
    temperature: "OptionalNullable[float]"
    """How freely tokens are chosen, 0 to 1.5. By default the model's own."""
    top_p: "OptionalNullable[float]"
    """Choose among the likeliest tokens that have this probability together, at most 1."""


class _Messages(TypedDict):
    messages: "Annotated[Iterable[ChatCompletionRequestMessage | ChatCompletionRequestMessageTypedDict], Field(min_length=1)]"
    """The conversation, as objects or dicts. It ends with the user, a tool, or a prefix."""


class _Format(TypedDict, total=False):
    response_format: "ResponseFormat | ResponseFormatTypedDict | None"
    """The form of the answer: text, any JSON, or JSON of a schema."""


class _ConversationBody(_EveryBody, total=False):
    tools: (
        "OptionalNullable[Iterable[ChatCompletionRequestTool | ChatCompletionRequestToolTypedDict]]"
    )
    """What the model may use."""
    tool_choice: "ChatCompletionRequestToolChoice | ChatCompletionRequestToolChoiceTypedDict | None"
    """`"auto"`, `"none"`, `"any"`, `"required"`, or the function to call."""
    presence_penalty: "OptionalNullable[float]"
    """Against tokens that occurred at all, -2 to 2."""
    frequency_penalty: "OptionalNullable[float]"
    """Against tokens the more often they occurred, -2 to 2."""
    repetition_penalty: "OptionalNullable[float]"
    """Against tokens that occurred, as a factor."""
    top_k: "OptionalNullable[int]"
    """Choose among this many of the likeliest tokens."""
    logprobs: "OptionalNullable[bool]"
    """Whether to give the probabilities of the answer's tokens."""
    top_logprobs: "OptionalNullable[int]"
    """And of this many others in the place of each."""
    prompt_logprobs: "OptionalNullable[bool]"
    """Whether to give the probabilities of the prompt's tokens."""
    top_prompt_logprobs: "OptionalNullable[int]"
    """And of this many others in the place of each."""
    n: "OptionalNullable[int]"
    """How many answers to give, 1 or more; the prompt is paid once."""
    prediction: "Prediction | PredictionTypedDict | None"
    """What most of the answer will be, to speed it up."""
    parallel_tool_calls: "bool | None"
    """Whether the model may ask for several calls at once. By default it may."""
    reasoning_effort: "OptionalNullable[ReasoningEffort]"
    """How much the model reasons: `"none"` or `"high"`; some models know more."""
    prompt_mode: "OptionalNullable[MistralPromptMode]"
    """`"reasoning"`; `reasoning_effort` is newer."""
    guardrails: "OptionalNullable[Iterable[GuardrailConfig | GuardrailConfigTypedDict]]"
    """Checks of the input."""
    service_tier: "OptionalNullable[RequestedServiceTier]"
    """`"auto"` or `"standard_only"`."""


class _Model(TypedDict):
    model: "str"
    """The model's name, such as `"mistral-large-latest"`."""


class _ChatFields(_Messages, _SampledBody, _ConversationBody, total=False):
    safe_prompt: "bool | None"
    """Whether the API puts its safety prompt before the conversation. By default it does not."""


class _ChatBody(_Model, _ChatFields, total=False):
    pass


class ChatBody(_ChatBody, _Format, total=False):
    """The body of `POST /v1/chat/completions`."""


class ParseParams(_ChatBody, CallOptions, total=False):
    """What `client.chat.parse`, `parse_stream` and their twins take beside `response_format`."""


class ChatParams(ChatBody, CallOptions, total=False):
    """What `client.chat.stream`, `complete` and their twins take."""


class _ModelOfAzure(TypedDict, total=False):
    model: "str | None"
    """The model's name, where an endpoint serves several."""


class AzureParseParams(_ModelOfAzure, _ChatFields, CallOptions, total=False):
    """What `parse`, `parse_stream` and their twins take of a model on Azure."""


class AzureChatParams(_ModelOfAzure, _ChatFields, _Format, CallOptions, total=False):
    """What `stream`, `complete` and their twins take of a model on Azure."""


class _AgentId(TypedDict):
    agent_id: "str"
    """The agent."""


class AgentsBody(_AgentId, _Messages, _ConversationBody, _Format, total=False):
    """The body of `POST /v1/agents/completions`."""


class AgentsParams(AgentsBody, CallOptions, total=False):
    """What `client.agents.stream`, `complete` and their twins take."""


class _Prompt(TypedDict):
    prompt: "str"
    """What stands before the gap."""


class FIMBody(_Model, _Prompt, _SampledBody, _EveryBody, total=False):
    """The body of `POST /v1/fim/completions`."""

    suffix: "OptionalNullable[str]"
    """What stands after the gap."""


class FIMParams(FIMBody, CallOptions, total=False):
    """What `client.fim.stream`, `complete` and their twins take."""


class _Inputs(TypedDict):
    inputs: "EmbeddingRequestInputs"
    """A text, or several; `input` on the wire."""


class EmbeddingsBody(_Model, _Inputs, total=False):
    """The body of `POST /v1/embeddings`."""

    metadata: "OptionalNullable[Mapping[str, Any]]"
    """Kept with the request."""
    output_dimension: "OptionalNullable[int]"
    """Length of the vectors, where the model lets one choose."""
    output_dtype: "EmbeddingDtype | None"
    """Type of their numbers. By default `"float"`."""
    encoding_format: "EncodingFormat | None"
    """How the vectors are written. By default `"float"`, as lists of numbers."""


class EmbeddingsParams(EmbeddingsBody, BodyOptions, total=False):
    """What `client.embeddings.create` and its twin take."""


class ModelsQuery(TypedDict, total=False):
    """The query of `GET /v1/models`."""

    provider: "OptionalNullable[str]"
    """Only models of this provider."""
    model: "OptionalNullable[str]"
    """Only the model of this name."""


class ModelsParams(ModelsQuery, QueryOptions, total=False):
    """What `client.models.list` and its twin take."""


class _ModelId(TypedDict):
    model_id: "str"
    """The model's name, such as `"mistral-large-latest"`."""


class ModelParams(_ModelId, QueryOptions, total=False):
    """What `client.models.retrieve` and its twin take."""
