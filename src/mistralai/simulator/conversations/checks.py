"""The request bodies of conversations."""

from collections.abc import Mapping
from typing import Final

from ..api import requests
from ..api.checks import (
    Check,
    boolean,
    integer,
    list_of,
    mapping,
    nullable,
    one_of,
    record,
    string,
    tagged,
    union,
)

_chunk: Final = record({"type": string}, {"text": string}, closed=False)
_content: Final = union(str=string, list=list_of(_chunk))
_entry: Final = tagged(
    "type",
    {
        "message.input": record(
            {"role": one_of("user", "assistant"), "content": _content}, closed=False
        ),
        "message.output": record({"content": _content}, closed=False),
        "function.call": record(
            {"tool_call_id": string, "name": string, "arguments": union(str=string, dict=mapping)},
            closed=False,
        ),
        "function.result": record({"tool_call_id": string, "result": string}, closed=False),
        "tool.execution": record({"name": string, "arguments": string}, closed=False),
        "agent.handoff": record({"next_agent_id": string}, closed=False),
    },
    default="message.input",
)
_inputs: Final = union(str=string, list=list_of(_entry))
_tools: Final = nullable(list_of(requests.tool))
_version: Final = nullable(union(str=string, int=integer()))
_every: Final[Mapping[str, Check]] = {
    "stream": boolean,
    "store": nullable(boolean),
    "handoff_execution": nullable(one_of("client", "server")),
    "completion_args": nullable(requests.COMPLETION_ARGS),
}
_settings: Final[Mapping[str, Check]] = {
    "guardrails": nullable(list_of(mapping)),
    "metadata": nullable(mapping),
    "agent_version": _version,
}
_confirmation: Final = record({"tool_call_id": string, "confirmation": one_of("allow", "deny")})

START: Final = record(
    {"inputs": _inputs},
    {
        **_every,
        **_settings,
        "instructions": nullable(string),
        "tools": _tools,
        "name": nullable(string),
        "description": nullable(string),
        "agent_id": nullable(string),
        "model": nullable(string),
    },
)
APPEND: Final = record(
    {},
    {**_every, "inputs": _inputs, "tool_confirmations": nullable(list_of(_confirmation))},
)
RESTART: Final = record({"from_entry_id": string}, {**_every, **_settings, "inputs": _inputs})
