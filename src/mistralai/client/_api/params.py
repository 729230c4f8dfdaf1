"""The keywords of each endpoint: one `TypedDict` per endpoint, each key with its doc.

A description is used three times: for type checkers and editors as
`**params: Unpack[ChatParams]`, for the interpreter as a signature
(`signatures`), and for the body as the list of its fields (`body`, with the
types in `schemas`). The types are strings, so that this module loads no model.

The fields are those of wire-format section 2. Types are checked before a
request is sent; limits are left to the server, which may change them.
`Nullable` marks a field for which the API takes null: `None` is sent as null and
`UNSET` is not sent. For the other optional fields `None` means not given too.
"""

from typing import TYPE_CHECKING

from .keywords import Nullable, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Literal

    from ...tools import Approve, OnToolError
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


class _Options(TypedDict):
    """The last base of every description: jedi ignores the keys of the last base."""


class QueryOptions(_Options, total=False):
    """Options of a call without a body; they are not sent."""

    retries: Nullable["RetryConfig | int"]
    """A `RetryConfig`, a number of retries, or `None` for none. By default the client's setting."""
    server_url: "str | None"
    """The address of another server; its query is appended to the path of the request."""
    timeout_ms: "float | None"
    """The timeouts `connect`, `first_event` and `idle` together, in milliseconds."""
    timeouts: "Timeouts | None"
    """The timeouts one by one, in seconds; they win over `timeout_ms`."""
    http_headers: "Mapping[str, str] | None"
    """Headers to send in addition to the client's own; a header of the same name is replaced."""


class BodyOptions(QueryOptions, total=False):
    """Options of a call with a body."""

    extra_body: "Mapping[str, Any] | None"
    """Fields to add to the body, such as those newer than this client. They win over the others."""


class CallOptions(BodyOptions, total=False):
    """Options of a call whose answer may be a stream."""

    strict_end: "bool | None"
    """Whether a stream that ends in mid-answer is an error. By default the client's setting."""


class _EveryBody(TypedDict, total=False):
    max_tokens: Nullable["int"]
    """The maximum number of tokens in the answer, 0 or more. By default the model's limit."""
    min_tokens: Nullable["int"]
    """The minimum number of tokens in the answer."""
    stream: "bool | None"
    """Whether the answer is streamed. The method decides; a value must agree with it."""
    stop: Nullable["str | Iterable[str]"]
    """Texts at which the answer ends."""
    random_seed: Nullable["int"]
    """A seed, 0 or more: the same seed gives the same answer."""
    metadata: Nullable["Mapping[str, Any]"]
    """Data that the API stores with the request."""
    prompt_cache_key: Nullable["str"]
    """Requests with the same key share a cache of prompts; cached tokens cost a tenth."""


class _SampledBody(TypedDict, total=False):
    temperature: Nullable["float"]
    """The sampling temperature, 0 to 1.5. By default the model's own."""
    top_p: Nullable["float"]
    """Nucleus sampling: the total probability of the tokens to choose from, at most 1."""


class _Messages(TypedDict):
    messages: "Iterable[ChatCompletionRequestMessage | ChatCompletionRequestMessageTypedDict]"
    """The conversation, as objects or dicts. It ends with the user, a tool, or a prefix."""


class _Format(TypedDict, total=False):
    response_format: "ResponseFormat | ResponseFormatTypedDict | None"
    """The form of the answer: text, any JSON, or JSON of a schema. By default text."""


class _Tools(TypedDict, total=False):
    tools: Nullable["Iterable[ChatCompletionRequestTool | ChatCompletionRequestToolTypedDict]"]
    """The tools that the model may use."""


class _Conversation(TypedDict, total=False):
    tool_choice: "ChatCompletionRequestToolChoice | ChatCompletionRequestToolChoiceTypedDict | None"
    """`"auto"`, `"none"`, `"any"`, `"required"`, or the function to call. By default `"auto"`."""
    presence_penalty: Nullable["float"]
    """The penalty for tokens that occurred at all, -2 to 2."""
    frequency_penalty: Nullable["float"]
    """The penalty for tokens in proportion to how often they occurred, -2 to 2."""
    repetition_penalty: Nullable["float"]
    """The penalty for tokens that occurred, as a factor."""
    top_k: Nullable["int"]
    """The number of most likely tokens to choose from."""
    logprobs: Nullable["bool"]
    """Whether to return the probabilities of the tokens of the answer."""
    top_logprobs: Nullable["int"]
    """The number of alternatives to return with each token of the answer."""
    prompt_logprobs: Nullable["bool"]
    """Whether to return the probabilities of the tokens of the prompt."""
    top_prompt_logprobs: Nullable["int"]
    """The number of alternatives to return with each token of the prompt."""
    n: Nullable["int"]
    """The number of answers, 1 or more; the prompt is charged once."""
    prediction: "Prediction | PredictionTypedDict | None"
    """Text that most of the answer is expected to repeat, which makes it faster."""
    parallel_tool_calls: "bool | None"
    """Whether the model may make several tool calls in one answer. By default it may."""
    reasoning_effort: Nullable["ReasoningEffort"]
    """How much the model reasons: `"none"` or `"high"`; some models know more."""
    prompt_mode: Nullable["MistralPromptMode"]
    """`"reasoning"` for the system prompt of reasoning models; `reasoning_effort` is newer."""
    guardrails: Nullable["Iterable[GuardrailConfig | GuardrailConfigTypedDict]"]
    """Moderation of the input."""
    service_tier: Nullable["RequestedServiceTier"]
    """`"auto"` or `"standard_only"`."""


class _ConversationBody(_EveryBody, _Tools, _Conversation, total=False):
    pass


class _Model(TypedDict):
    model: "str"
    """The model's name, such as `"mistral-large-latest"`."""


class _SafePrompt(TypedDict, total=False):
    safe_prompt: "bool | None"
    """Whether the API puts its safety prompt before the conversation. By default it does not."""


class _ChatFields(_Messages, _SampledBody, _ConversationBody, _SafePrompt, total=False):
    pass


class _ChatBody(_Model, _ChatFields, total=False):
    pass


class ChatBody(_ChatBody, _Format, total=False):
    """The body of `POST /v1/chat/completions`."""


class ParseParams(_ChatBody, CallOptions, total=False):
    """The keywords of `client.chat.parse` and `parse_stream`, `response_format` excepted."""


class ChatParams(ChatBody, CallOptions, total=False):
    """The keywords of `client.chat.stream`, `complete` and their async variants."""


class _ModelOfAzure(TypedDict, total=False):
    model: "str | None"
    """The model's name, for an endpoint that serves several."""


class AzureParseParams(_ModelOfAzure, _ChatFields, CallOptions, total=False):
    """The keywords of `parse` and `parse_stream` for a model on Azure."""


class AzureChatParams(_ModelOfAzure, _ChatFields, _Format, CallOptions, total=False):
    """The keywords of `stream` and `complete` for a model on Azure."""


class _AgentId(TypedDict):
    agent_id: "str"
    """The agent's id."""


class AgentsBody(_AgentId, _Messages, _ConversationBody, _Format, total=False):
    """The body of `POST /v1/agents/completions`."""


class AgentsParams(AgentsBody, CallOptions, total=False):
    """The keywords of `client.agents.stream`, `complete` and their async variants."""


class _RunOptions(TypedDict, total=False):
    max_steps: "int | None"
    """The most answers of the model, 1 or more. By default 10; then a `ToolLoopError` is raised."""
    max_parallel: "int | None"
    """The most tools that run at the same time. By default 8."""
    max_result_chars: "int | None"
    """The most characters of a result; a longer one is cut, with a mark. By default 100,000."""
    context: "Any"
    """A value for tools, as `ToolContext.context`."""
    approve: "Literal[True] | Approve | None"
    """A function that gives `True`, `False`, a reason or `LATER`; `True`: every call waits."""
    on_tool_error: "OnToolError | None"
    """`"raise"`, the default, `"report"`, or a function that gives the text for the model."""
    decisions: "Mapping[str, Any] | None"
    """What was decided about pending calls: by id `True`, `False`, a reason or a result."""


class _Threads(TypedDict, total=False):
    threads: "int | None"
    """The number of tools that run at the same time, in threads. By default one after the other."""


class _RunFields(
    _Messages, _SampledBody, _EveryBody, _Conversation, _RunOptions, CallOptions, total=False
):
    pass


class ToolsAsyncParams(_Model, _RunFields, _SafePrompt, total=False):
    """The keywords of `client.chat.run_tools_async`, `tools` and `response_format` excepted."""


class ToolsParams(ToolsAsyncParams, _Threads, total=False):
    """The keywords of `client.chat.run_tools`, `tools` and `response_format` excepted."""


class AgentsToolsAsyncParams(_AgentId, _RunFields, total=False):
    """The keywords of `client.agents.run_tools_async`, the same excepted."""


class AgentsToolsParams(AgentsToolsAsyncParams, _Threads, total=False):
    """The keywords of `client.agents.run_tools`, the same excepted."""


class _Prompt(TypedDict):
    prompt: "str"
    """The text before the gap."""


class FIMBody(_Model, _Prompt, _SampledBody, _EveryBody, total=False):
    """The body of `POST /v1/fim/completions`."""

    suffix: Nullable["str"]
    """The text after the gap."""


class FIMParams(FIMBody, CallOptions, total=False):
    """The keywords of `client.fim.stream`, `complete` and their async variants."""


class _Inputs(TypedDict):
    inputs: "EmbeddingRequestInputs"
    """A text, or a list of texts; `input` on the wire."""


class EmbeddingsBody(_Model, _Inputs, total=False):
    """The body of `POST /v1/embeddings`."""

    metadata: Nullable["Mapping[str, Any]"]
    """Data that the API stores with the request."""
    output_dimension: Nullable["int"]
    """The length of the vectors, for models that let the caller choose it."""
    output_dtype: "EmbeddingDtype | None"
    """The type of the numbers. By default `"float"`."""
    encoding_format: "EncodingFormat | None"
    """The encoding of the vectors. By default `"float"`: lists of numbers."""


class EmbeddingsParams(EmbeddingsBody, BodyOptions, total=False):
    """The keywords of `client.embeddings.create` and `create_async`."""


class ModelsQuery(TypedDict, total=False):
    """The query of `GET /v1/models`."""

    provider: Nullable["str"]
    """Only models of this provider."""
    model: Nullable["str"]
    """Only the model of this name."""


class ModelsParams(ModelsQuery, QueryOptions, total=False):
    """The keywords of `client.models.list` and `list_async`."""


class _ModelId(TypedDict):
    model_id: "str"
    """The model's name, such as `"mistral-large-latest"`."""


class ModelParams(_ModelId, QueryOptions, total=False):
    """The keywords of `client.models.retrieve` and `retrieve_async`."""
