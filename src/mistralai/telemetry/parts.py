"""The parts of a message, in the form of the GenAI conventions."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any, Final, cast

from .fields import value_of

_ADDRESSES: Final = {
    "image_url": "image",
    "document_url": "document",
    "input_audio": "audio",
}
"""Chunks that are an address or data, each with its modality."""


def text_part(text: str) -> dict[str, Any]:
    """Return a text as a part."""
    return {"type": "text", "content": text}


def message_parts(message: object) -> list[dict[str, Any]]:
    """Return the parts of a message or of an entry of a conversation: its content, its calls.

    Args:
        message: A model, a dict or a text.
    """
    kind = value_of(message, "type")
    if kind == "function.call":
        return [_call(value_of(message, "tool_call_id"), message)]
    if kind == "function.result":
        return [_result(value_of(message, "tool_call_id"), value_of(message, "result"))]
    if kind == "tool.execution":
        return [_executed(message)]
    if kind == "agent.handoff":
        return [_fields(message)]
    # A text is one of those that are to be embedded.
    content = message if isinstance(message, str) else value_of(message, "content")
    if value_of(message, "role") == "tool":
        return [_result(value_of(message, "tool_call_id"), content)]
    parts = _content_parts(content)
    for call in value_of(message, "tool_calls") or ():
        parts.append(_call(value_of(call, "id"), value_of(call, "function")))
    return parts


def _content_parts(content: object) -> list[dict[str, Any]]:
    if isinstance(content, str):
        return [text_part(content)] if content else []
    if not isinstance(content, Collection):
        return []
    return [_part(chunk) for chunk in cast("Collection[object]", content)]


def _part(chunk: object) -> dict[str, Any]:
    kind = value_of(chunk, "type")
    if kind == "text":
        return text_part(value_of(chunk, "text") or "")
    if kind == "thinking":
        return {"type": "reasoning", "content": _reasoning(value_of(chunk, "thinking"))}
    if kind == "file":
        return {"type": "file", "modality": "document", "file_id": value_of(chunk, "file_id")}
    if kind in _ADDRESSES:
        return _addressed(_ADDRESSES[kind], value_of(chunk, kind))
    return {"type": "unknown", **_fields(chunk)}


def _addressed(modality: str, where: object) -> dict[str, Any]:
    """Return an image, a document or audio, by its address or as data."""
    address = where if isinstance(where, str) else value_of(where, "url")
    if not isinstance(address, str):
        return {"type": modality, "content": where}
    if address.startswith("data:"):
        kind, _, data = address.removeprefix("data:").partition(",")
        mime_type = kind.partition(";")[0]
        return {"type": "blob", "modality": modality, "mime_type": mime_type, "content": data}
    if "://" not in address:
        return {"type": "blob", "modality": modality, "content": address}
    return {"type": "uri", "modality": modality, "uri": address}


def _reasoning(thinking: object) -> str:
    if isinstance(thinking, str):
        return thinking
    pieces = cast("list[object]", thinking) if isinstance(thinking, list | tuple) else []
    return "".join(value_of(piece, "text") or "" for piece in pieces)


def _call(call_id: object, function: object) -> dict[str, Any]:
    arguments = value_of(function, "arguments")
    if isinstance(arguments, str):
        with suppress(ValueError):  # what is not JSON stays text
            arguments = json.loads(arguments, parse_constant=_refuse)
    return {
        "type": "tool_call",
        "id": call_id,
        "name": value_of(function, "name"),
        "arguments": arguments,
    }


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _executed(entry: object) -> dict[str, Any]:
    name = value_of(entry, "name")
    return {
        "type": "server_tool_call",
        "id": value_of(entry, "id"),
        "name": name,
        "server_tool_call": {"type": name, "arguments": value_of(entry, "arguments")},
    }


def _result(call_id: object, content: object) -> dict[str, Any]:
    response = content if isinstance(content, str) else _content_parts(content)
    return {"type": "tool_call_response", "id": call_id, "response": response}


def _fields(chunk: object) -> dict[str, Any]:
    whole = value_of(chunk, "raw") or chunk
    if isinstance(whole, Mapping):
        return dict(cast("Mapping[str, Any]", whole))
    dump: Callable[..., dict[str, Any]] | None = getattr(whole, "model_dump", None)
    return {"content": str(whole)} if dump is None else dump(mode="json")
