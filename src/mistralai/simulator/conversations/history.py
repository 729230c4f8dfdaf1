"""Entries of a conversation, and the messages of a chat that say the same."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from ..stored.stamps import Stamps, iso

Entry: TypeAlias = dict[str, Any]


def entries_of(inputs: str | list[Entry] | None, stamps: Stamps) -> list[Entry]:
    """Return the inputs of a request as entries, each with an id and the time."""
    if inputs is None:
        return []
    if isinstance(inputs, str):
        inputs = [{"role": "user", "content": inputs}]
    return [_entry(given, stamps) for given in inputs]


def _entry(given: Entry, stamps: Stamps) -> Entry:
    now = iso(stamps.now())
    prefix = "fc_res" if given.get("type") == "function.result" else "msg"
    made = {
        "object": "entry",
        "type": "message.input",
        "created_at": now,
        "completed_at": now,
        "id": f"{prefix}_{stamps.token()}",
    }
    return {**made, **{name: value for name, value in given.items() if value is not None}}


def messages_of(entries: Iterable[Entry], instructions: str | None) -> list[dict[str, Any]]:
    """Return the messages of a chat; tools that the API ran are left out."""
    messages = [] if not instructions else [{"role": "system", "content": instructions}]
    return [*messages, *filter(None, map(_message, entries))]


def _message(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    match entry["type"]:
        case "message.input":
            return {"role": entry["role"], "content": entry["content"]}
        case "message.output":
            return {"role": "assistant", "content": entry["content"]}
        case "function.call":
            arguments = entry["arguments"]
            if not isinstance(arguments, str):
                arguments = json.dumps(arguments)
            function = {"name": entry["name"], "arguments": arguments}
            call = {"id": entry["tool_call_id"], "function": function}
            return {"role": "assistant", "content": "", "tool_calls": [call]}
        case "function.result":
            return {
                "role": "tool",
                "tool_call_id": entry["tool_call_id"],
                "content": entry["result"],
            }
        case _:
            return None
