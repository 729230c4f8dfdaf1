"""The request bodies of the API (wire-format sections 2 and 3)."""

import json
from collections.abc import Mapping
from typing import Any, Final

from . import errors
from .checks import (
    Check,
    Place,
    anything,
    boolean,
    integer,
    list_of,
    mapping,
    nullable,
    number,
    one_of,
    record,
    string,
    tagged,
    union,
    wrong,
)

_image_url: Final = union(
    ImageURL=record({"url": string}, {"detail": nullable(one_of("low", "auto", "high"))}),
    str=string,
)


_thinking_piece: Final = tagged(
    "type",
    {
        "text": record({"type": string, "text": string}),
        "reference": record({"type": string, "reference_ids": list_of(anything)}),
        "tool_reference": record({"type": string}, {}, closed=False),
    },
)
_content_chunk: Final = tagged(
    "type",
    {
        "text": record({"type": string, "text": string}),
        "image_url": record({"type": string, "image_url": _image_url}),
        "document_url": record(
            {"type": string, "document_url": string}, {"document_name": nullable(string)}
        ),
        "reference": record(
            {"type": string, "reference_ids": list_of(union(int=integer(), str=string))}
        ),
        "file": record({"type": string, "file_id": string}),
        "thinking": record(
            {"type": string, "thinking": list_of(_thinking_piece)},
            {"signature": nullable(string), "closed": boolean},
        ),
        "input_audio": record({"type": string, "input_audio": anything}),
        "resource": record({"type": string, "uri": string, "content": anything}),
        "resource_link": record({"type": string, "uri": string}, {"metadata": anything}),
    },
)
_content: Final = union(
    **{
        "str": string,
        "list[tagged-union[TextChunk,ImageURLChunk,DocumentURLChunk,ReferenceChunk,BBoxChunk,"
        "FileURLChunk,AudioChunk]]": list_of(_content_chunk),
    }
)
_tool_call: Final = record(
    {"function": record({"name": string, "arguments": union(str=string, dict=mapping)})},
    {"id": string, "type": one_of("function"), "index": integer(at_least=0)},
)
_message: Final = tagged(
    "role",
    {
        "system": record({"role": string, "content": _content}),
        "user": record({"role": string, "content": nullable(_content)}),
        "assistant": record(
            {"role": string},
            {
                "content": nullable(_content),
                "tool_calls": nullable(list_of(_tool_call)),
                "prefix": boolean,
            },
        ),
        "tool": record(
            {"role": string, "content": nullable(_content)},
            {"tool_call_id": nullable(string), "name": nullable(string)},
        ),
    },
)
_function: Final = record(
    {"name": string, "parameters": mapping}, {"description": string, "strict": boolean}
)
_built_in: Final = record({"type": string}, {}, closed=False)
_tool: Final = tagged(
    "type",
    {
        "function": record({"function": _function}, {"type": string}),
        "web_search": _built_in,
        "web_search_premium": _built_in,
        "code_interpreter": _built_in,
        "image_generation": _built_in,
        "document_library": _built_in,
        "connector": _built_in,
    },
    default="function",
)
_tool_choice: Final = union(
    **{
        "ToolChoice": record({"function": record({"name": string})}, {"type": one_of("function")}),
        "str-enum[ToolChoiceEnum]": one_of("auto", "none", "any", "required"),
    }
)
_response_format: Final = record(
    {},
    {
        "type": one_of("text", "json_object", "json_schema"),
        "json_schema": nullable(
            record(
                {"name": string, "schema": mapping},
                {"description": nullable(string), "strict": boolean},
            )
        ),
    },
)
_guardrail: Final = record(
    {},
    {
        "block_on_error": boolean,
        "moderation_llm_v1": nullable(mapping),
        "moderation_llm_v2": nullable(mapping),
    },
)

_SAMPLING: Final[Mapping[str, Check]] = {
    "temperature": nullable(number(0, 1.5)),
    "top_p": nullable(number(0, 1)),
}
_COMMON: Final[Mapping[str, Check]] = {
    "max_tokens": nullable(integer(at_least=0)),
    "min_tokens": nullable(integer(at_least=0)),
    "stream": boolean,
    "stop": nullable(union(**{"str": string, "list[str]": list_of(string)})),
    "random_seed": nullable(integer(at_least=0)),
    "metadata": nullable(mapping),
    "prompt_cache_key": nullable(string),
}
_CONVERSATION: Final[Mapping[str, Check]] = {
    **_COMMON,
    "response_format": _response_format,
    "tools": nullable(list_of(_tool)),
    "tool_choice": _tool_choice,
    "presence_penalty": nullable(number(-2, 2)),
    "frequency_penalty": nullable(number(-2, 2)),
    "repetition_penalty": nullable(number(0)),
    "top_k": nullable(integer()),
    "logprobs": nullable(boolean),
    "top_logprobs": nullable(integer(at_least=0)),
    "prompt_logprobs": nullable(boolean),
    "top_prompt_logprobs": nullable(integer(at_least=0)),
    "n": nullable(integer(at_least=1)),
    "prediction": record({}, {"type": one_of("content"), "content": string}),
    "parallel_tool_calls": boolean,
    "reasoning_effort": nullable(
        one_of("none", "minimal", "low", "medium", "high", "xhigh", "max")
    ),
    "prompt_mode": nullable(one_of("reasoning")),
    "guardrails": nullable(list_of(_guardrail)),
    "service_tier": nullable(one_of("auto", "standard_only")),
}

_CHAT_REQUIRED: Final = {"model": string, "messages": list_of(_message)}
_CHAT_OPTIONAL: Final = {**_CONVERSATION, **_SAMPLING, "safe_prompt": boolean}

CHAT: Final = record(_CHAT_REQUIRED, _CHAT_OPTIONAL)
"""The body of `POST /v1/chat/completions`."""
COMPATIBLE_CHAT: Final = record(_CHAT_REQUIRED, _CHAT_OPTIONAL, closed=False)
"""The same for a compatible server, which ignores unknown fields."""
AGENTS: Final = record({"agent_id": string, "messages": list_of(_message)}, _CONVERSATION)
"""The body of `POST /v1/agents/completions`."""
FIM: Final = record(
    {"model": string, "prompt": string},
    {**_COMMON, **_SAMPLING, "suffix": nullable(string)},
)
"""The body of `POST /v1/fim/completions`."""
EMBEDDINGS: Final = record(
    {"model": string, "input": union(**{"str": string, "list[str]": list_of(string)})},
    {
        "metadata": nullable(mapping),
        "output_dimension": nullable(integer(at_least=1)),
        "output_dtype": one_of("float", "int8", "uint8", "binary", "ubinary"),
        "encoding_format": one_of("float", "base64"),
    },
)
"""The body of `POST /v1/embeddings`."""

COMPLETION_ARGS: Final = record(
    {},
    {
        name: nullable(_CHAT_OPTIONAL[name])
        for name in (
            *_SAMPLING,
            "max_tokens",
            "stop",
            "random_seed",
            "response_format",
            "tool_choice",
            "presence_penalty",
            "frequency_penalty",
            "reasoning_effort",
        )
    },
    closed=False,
)
"""The options of the answers of an agent or in a conversation, which are some of a chat's."""

_any_tool: Final = record({"type": string}, closed=False)
_function_tool: Final = record(
    {"function": record({"name": string, "parameters": mapping}, closed=False)}, closed=False
)


def tool(value: Any, place: Place) -> list[errors.Detail]:
    """Check a tool of an agent or a conversation, which may be of a type of its own."""
    if details := _any_tool(value, place):
        return details
    return _function_tool(value, place) if value["type"] == "function" else []


def parse(body: bytes, check: Check) -> dict[str, Any]:
    """Parse and check the body of a request.

    Args:
        body: The bytes of the body.
        check: The check of the endpoint.

    Returns:
        The parsed body, unchanged.

    Raises:
        Refused: The body is not valid JSON, or a field is invalid: 422 with the detail list.
    """
    try:
        value: dict[str, Any] = json.loads(body)
    except (ValueError, RecursionError) as error:
        place = ("body", getattr(error, "pos", 0))
        entry = wrong("json_invalid", place, "JSON decode error", {}, error=str(error))
        raise errors.Refused(errors.invalid([entry])) from None
    if details := check(value, ("body",)):
        raise errors.Refused(errors.invalid(details))
    return value
