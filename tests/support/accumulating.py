"""Chunks as a server sends them, and what they add up to."""

import json
from collections.abc import Iterable
from typing import Any

from mistralai.client._answer.accumulate import Accumulator
from mistralai.client.models import CompletionChunk
from mistralai.client.models.parse import parse_chunk

TEXT = {"type": "text", "text": "b"}
REFERENCE = {"type": "reference", "reference_ids": [1, "x"]}
UNKNOWN = {"type": "hologram", "text": "not a text"}


def chunk(*choices: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a chunk with an id, a model and a time."""
    return {"id": "1", "model": "m", "created": 7, "choices": list(choices), **fields}


def choice(finish_reason: str | None = None, index: int = 0, **delta: Any) -> dict[str, Any]:
    """Return a choice of a chunk."""
    return {"index": index, "delta": delta, "finish_reason": finish_reason}


def said(content: Any) -> dict[str, Any]:
    """Return a chunk whose delta has this content."""
    return chunk(choice(content=content))


def thinking(*parts: Any, **fields: Any) -> dict[str, Any]:
    """Return a chunk of thinking; a string among the parts becomes a text chunk."""
    parts = tuple({"type": "text", "text": p} if isinstance(p, str) else p for p in parts)
    return {"type": "thinking", "thinking": list(parts), **fields}


def parsed(chunks: Iterable[dict[str, Any]]) -> list[CompletionChunk]:
    """Read chunks as a stream does."""
    return [parse_chunk(json.dumps(chunk).encode()) for chunk in chunks]


def accumulated(*chunks: dict[str, Any]) -> Accumulator:
    """Add chunks up."""
    accumulator = Accumulator()
    for each in parsed(chunks):
        accumulator.add(each)
    return accumulator


def snapshot(*chunks: dict[str, Any]) -> dict[str, Any]:
    """Return the dump of what chunks add up to; warnings are errors, so a dump that warns fails."""
    answer = accumulated(*chunks).snapshot()
    dump = answer.model_dump()
    assert json.loads(answer.model_dump_json()) == json.loads(json.dumps(dump))
    return dump


def message(*chunks: dict[str, Any]) -> Any:
    """Return the dumped message of the only choice that chunks add up to."""
    (only,) = snapshot(*chunks)["choices"]
    return only["message"]


def content(*contents: Any) -> Any:
    """Return the content of the message that deltas with these contents add up to."""
    return message(*(said(each) for each in contents))["content"]
