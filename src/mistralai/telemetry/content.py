"""Prompts, answers and tools as the JSON of the GenAI conventions, which is kept only on request.

The forms are those of `gen-ai-input-messages.json`, `gen-ai-output-messages.json` and
`gen-ai-tool-definitions.json`: a message is a role and a list of parts, each with a `type`. A part
of a type that the conventions do not name is kept as it is. Nothing here depends on OpenTelemetry.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from . import names
from .fields import encodable, given, value_of
from .parts import message_parts, text_part

if TYPE_CHECKING:
    from ..client.observers import ObservedCall, Outcome
    from .names import Version

_ROLES: Final = {
    "message.output": "assistant",
    "function.call": "assistant",
    "function.result": "tool",
    "tool.execution": "assistant",
    "agent.handoff": "assistant",
}
"""The roles of those entries of conversations that do not name one."""


def input_content(call: ObservedCall) -> dict[str, str]:
    """Return the prompt, the instructions and the tools of a call, by their attributes.

    Messages or tools that were given as an iterator are left out: it can be read only once, and
    the request has read it.
    """
    params = call.params
    content: dict[str, Any] = {
        names.INPUT_MESSAGES: _input_messages(params),
        names.SYSTEM_INSTRUCTIONS: _instructions(params),
        names.TOOL_DEFINITIONS: [_tool(tool) for tool in _listed(params.get("tools"))],
    }
    return {name: _json(value) for name, value in content.items() if value}


def output_content(outcome: Outcome, version: Version = "released") -> dict[str, str]:
    """Return the answer of a call, or the part of it that was received, by its attribute.

    Args:
        outcome: The end of the call.
        version: Which names to use; in the released version a message also has its finish reason.
    """
    answer = outcome.answer
    messages: list[dict[str, Any]] = []
    for choice in _listed(value_of(answer, "choices")):
        message = _message(value_of(choice, "message"), "assistant")
        if version == "released":
            message["finish_reason"] = value_of(choice, "finish_reason") or "error"
        messages.append(message)
    entries = _listed(value_of(answer, "outputs"))
    if entries:  # of a conversation, whose answer is one message
        parts = [part for entry in entries for part in message_parts(entry)]
        messages.append({"role": "assistant", "parts": parts})
    return {names.OUTPUT_MESSAGES: _json(messages)} if messages else {}


def _input_messages(params: Mapping[str, Any]) -> list[dict[str, Any]]:
    if given(params.get("prompt")):  # of a fill-in-the-middle completion
        parts = [text_part(params["prompt"])]
        if given(params.get("suffix")):
            parts.append({"type": "suffix", "content": params["suffix"]})
        return [{"role": "user", "parts": parts}]
    inputs = params.get("inputs") if "messages" not in params else None  # of a conversation
    if isinstance(inputs, str):
        return [{"role": "user", "parts": [text_part(inputs)]}]
    given_messages = params.get("messages") if inputs is None else inputs
    return [_message(message, "user") for message in _listed(given_messages)]


def _instructions(params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the instructions of a conversation, which are not among its messages."""
    instructions = params.get("instructions")
    return [text_part(instructions)] if isinstance(instructions, str) else []


def _message(message: object, role: str) -> dict[str, Any]:
    own = value_of(message, "role")
    if not isinstance(own, str):
        own = _ROLES.get(value_of(message, "type"), role)
    return {"role": own, "parts": message_parts(message)}


def _tool(tool: object) -> dict[str, Any]:
    kind = value_of(tool, "type") or "function"
    function = value_of(tool, "function")
    if function is None:
        return {"type": kind, "name": kind}
    definition = {"type": kind, "name": value_of(function, "name")}
    for field in ("description", "parameters"):
        value = value_of(function, field)
        if value is not None:
            definition[field] = value
    return definition


def _listed(value: object) -> list[object]:
    if isinstance(value, str | Mapping) or not isinstance(value, Collection):
        return []
    return list(cast("Collection[object]", value))


def _json(value: object) -> str:
    return encodable(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    """Return the fields of a model, or the text of anything else, for JSON."""
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if callable(dump) else str(value)
