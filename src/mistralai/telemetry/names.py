"""The names of spans, attributes and metrics, in both versions of the GenAI conventions.

`"released"` names are those of opentelemetry-semantic-conventions 0.66b2, the last release that
has them. `"latest"` names are those of the repository semantic-conventions-genai, where they are
worked on, at `LATEST_COMMIT`; it has no release. A name that differs is a `Name`, with a
column for each version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

Version: TypeAlias = Literal["released", "latest"]
"""Which names are used."""

LATEST_COMMIT: Final = "88eccb155ca7d6984826da1f4b1c08ee916e0f49"
"""The commit of open-telemetry/semantic-conventions-genai at which the latest names were read."""

PROVIDER: Final = "mistral_ai"
"""The value of `PROVIDER_NAME`."""


class Name(NamedTuple):
    """A name by version; `None` where that version has no such name."""

    released: str | None
    latest: str | None

    def of(self, version: Version) -> str | None:
        """Return the name of a version."""
        return self.released if version == "released" else self.latest


# Attributes with one name in both versions.
OPERATION_NAME: Final = "gen_ai.operation.name"
PROVIDER_NAME: Final = "gen_ai.provider.name"
AGENT_ID: Final = "gen_ai.agent.id"
CONVERSATION_ID: Final = "gen_ai.conversation.id"
REQUEST_MODEL: Final = "gen_ai.request.model"
REQUEST_STREAM: Final = "gen_ai.request.stream"
REQUEST_TEMPERATURE: Final = "gen_ai.request.temperature"
REQUEST_TOP_P: Final = "gen_ai.request.top_p"
REQUEST_TOP_K: Final = (
    "gen_ai.request.top_k"  # a double in the released version, an int in the latest
)
REQUEST_MAX_TOKENS: Final = "gen_ai.request.max_tokens"
REQUEST_SEED: Final = "gen_ai.request.seed"
REQUEST_STOP_SEQUENCES: Final = "gen_ai.request.stop_sequences"
REQUEST_PRESENCE_PENALTY: Final = "gen_ai.request.presence_penalty"
REQUEST_FREQUENCY_PENALTY: Final = "gen_ai.request.frequency_penalty"
REQUEST_CHOICE_COUNT: Final = "gen_ai.request.choice.count"
REQUEST_ENCODING_FORMATS: Final = "gen_ai.request.encoding_formats"
EMBEDDINGS_DIMENSION_COUNT: Final = "gen_ai.embeddings.dimension.count"
OUTPUT_TYPE: Final = "gen_ai.output.type"
RESPONSE_ID: Final = "gen_ai.response.id"
RESPONSE_MODEL: Final = "gen_ai.response.model"
RESPONSE_FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
RESPONSE_TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
USAGE_INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
USAGE_OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
USAGE_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
USAGE_REASONING_OUTPUT_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
INPUT_MESSAGES: Final = "gen_ai.input.messages"
OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
SYSTEM_INSTRUCTIONS: Final = "gen_ai.system_instructions"
TOOL_DEFINITIONS: Final = "gen_ai.tool.definitions"
TOOL_NAME: Final = "gen_ai.tool.name"
AGENT_NAME: Final = "gen_ai.agent.name"

# Attributes of the general conventions.
ERROR_TYPE: Final = "error.type"
SERVER_ADDRESS: Final = "server.address"
SERVER_PORT: Final = "server.port"
HTTP_REQUEST_METHOD: Final = "http.request.method"
HTTP_RESPONSE_STATUS_CODE: Final = "http.response.status_code"
URL_TEMPLATE: Final = "url.template"

# Names of this package.
END_REASON: Final = "mistralai.end_reason"
RETRY_EVENT: Final = "mistralai.retry"
RETRY_DELAY: Final = "mistralai.retry.delay"

# Attributes that one version has.
REQUEST_REASONING_LEVEL: Final = "gen_ai.request.reasoning.level"  # the latest
TOKEN_TYPE: Final = "gen_ai.token.type"  # noqa: S105 - a name; the released version
TOKEN_MODALITY: Final = "gen_ai.token.modality"  # noqa: S105 - a name; the latest version

# Metrics.
_OPERATION_DURATION: Final = "gen_ai.client.operation.duration"
INFERENCE_DURATION: Final = Name(_OPERATION_DURATION, "gen_ai.client.inference.duration")
EMBEDDINGS_DURATION: Final = Name(_OPERATION_DURATION, "gen_ai.client.embeddings.duration")
AGENT_DURATION: Final = Name(_OPERATION_DURATION, _OPERATION_DURATION)
TIME_TO_FIRST_CHUNK: Final = Name(
    "gen_ai.client.operation.time_to_first_chunk", "gen_ai.client.inference.time_to_first_chunk"
)
TIME_PER_OUTPUT_CHUNK: Final = Name(
    "gen_ai.client.operation.time_per_output_chunk",
    "gen_ai.client.inference.time_per_output_chunk",
)
TOKEN_USAGE: Final = Name("gen_ai.client.token.usage", None)
INPUT_TOKENS_USED: Final = Name(None, "gen_ai.client.inference.usage.input_tokens")
OUTPUT_TOKENS_USED: Final = Name(None, "gen_ai.client.inference.usage.output_tokens")
CACHED_TOKENS_USED: Final = Name(None, "gen_ai.client.inference.usage.cache_read.input_tokens")
REASONING_TOKENS_USED: Final = Name(None, "gen_ai.client.inference.usage.reasoning.output_tokens")
INPUT_TOKENS: Final = Name(None, "gen_ai.client.inference.operation.input_tokens")
OUTPUT_TOKENS: Final = Name(None, "gen_ai.client.inference.operation.output_tokens")
EMBEDDINGS_INPUT_TOKENS: Final = Name(None, "gen_ai.client.embeddings.operation.input_tokens")
RUN_DURATION: Final = Name(None, "gen_ai.invoke_agent.duration")
TOOL_DURATION: Final = Name(None, "gen_ai.execute_tool.duration")

SECONDS_BUCKETS: Final = tuple(0.01 * 2**power for power in range(14))
"""The bounds of the buckets of a time, as the conventions have them."""

RUN_BUCKETS: Final = tuple(0.1 * 2**power for power in range(13))
"""The bounds of the buckets of the time of a run with tools."""

TOKENS_BUCKETS: Final = tuple(float(4**power) for power in range(14))
"""The bounds of the buckets of a number of tokens."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A metric.

    Attributes:
        name: Its name, by version.
        unit: `s` or `{token}`.
        description: What it measures.
        buckets: The bounds of a histogram; `None` for a counter.
    """

    name: Name
    unit: Literal["s", "{token}"]
    description: str
    buckets: tuple[float, ...] | None


def _times(name: Name, description: str) -> Instrument:
    return Instrument(name, "s", description, SECONDS_BUCKETS)


def _tokens(name: Name, description: str) -> Instrument:
    return Instrument(name, "{token}", description, TOKENS_BUCKETS)


def _sum(name: Name, description: str) -> Instrument:
    return Instrument(name, "{token}", description, None)


INSTRUMENTS: Final = (
    _times(INFERENCE_DURATION, "Duration of a call of a model."),
    _times(EMBEDDINGS_DURATION, "Duration of a call for embeddings."),
    _times(AGENT_DURATION, "Duration of a call of an agent."),
    _times(TIME_TO_FIRST_CHUNK, "Time from the request to the first chunk of a stream."),
    _times(TIME_PER_OUTPUT_CHUNK, "Time from one chunk of a stream to the next."),
    _tokens(TOKEN_USAGE, "Tokens used by a call."),
    _sum(INPUT_TOKENS_USED, "Tokens of prompts, cached ones included."),
    _sum(OUTPUT_TOKENS_USED, "Tokens of answers, those of reasoning included."),
    _sum(CACHED_TOKENS_USED, "Tokens of prompts that came from the cache."),
    _sum(REASONING_TOKENS_USED, "Tokens of answers that were used for reasoning."),
    _tokens(INPUT_TOKENS, "Tokens of the prompt of one call."),
    _tokens(OUTPUT_TOKENS, "Tokens of the answer of one call."),
    _tokens(EMBEDDINGS_INPUT_TOKENS, "Tokens of the texts of one call for embeddings."),
    Instrument(RUN_DURATION, "s", "Duration of a run with tools.", RUN_BUCKETS),
    _times(TOOL_DURATION, "Duration of a call of a tool."),
)
"""Every metric, of both versions."""
