"""Chunks of an answer, and what the package reads from them."""

import json
from typing import Any

from mistralai.client._answer.accumulate import Accumulator
from mistralai.client._answer.deltas import deltas_of
from mistralai.client.deltas import Delta
from mistralai.client.models.parse import parse_chunk


def chunk_of(
    delta: dict[str, Any] | None = None,
    finish_reason: str | None = None,
    *,
    index: int = 0,
    **fields: Any,
) -> dict[str, Any]:
    """Return a chunk with one choice, or without choices where there is no delta."""
    choice = {"index": index, "delta": delta, "finish_reason": finish_reason}
    return {"id": "1", "choices": [] if delta is None else [choice], **fields}


def read(*chunks: dict[str, Any]) -> tuple[Accumulator, list[Delta]]:
    """Add chunks up; return the accumulator and their deltas."""
    answer = Accumulator()
    deltas: list[Delta] = []
    for fields in chunks:
        chunk = parse_chunk(json.dumps(fields).encode())
        answer.add(chunk)
        deltas += deltas_of(chunk, answer)
    return answer, deltas
