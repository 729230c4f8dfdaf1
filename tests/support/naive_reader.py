"""A slow, plain reader of whole recorded chat streams: JSON and string concatenation only.

It reads the values that tests expect of the package, so it does not import the package. It takes
the framing as recorded (`data: {json}`, one line per event, LF) and is not an event-stream decoder.
"""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """One tool call, put together from its pieces."""

    id: str | None
    index: int
    name: str = ""
    arguments: str = ""


@dataclass
class Choice:
    """One choice, put together from its deltas."""

    text: str = ""
    thinking: str = ""
    calls: list[Call] = field(default_factory=list)
    finish_reason: str | None = None


@dataclass
class Answer:
    """The contents of a stream. The positions in a list are the indexes of the choices."""

    chunks: list[dict[str, Any]]
    text: list[str]
    thinking: list[str]
    tool_calls: list[list[dict[str, str | None]]]
    finish_reasons: list[str | None]
    usage: dict[str, Any] | None


def read_answer(body: bytes) -> Answer:
    """Read the whole `body` of a chat stream."""
    chunks = read_chunks(body)
    choices: dict[int, Choice] = {}
    usage = None
    for chunk in chunks:
        usage = chunk.get("usage") or usage
        for part in chunk.get("choices") or []:
            choice = choices.setdefault(part["index"], Choice())
            add_delta(choice, part["delta"])
            choice.finish_reason = part.get("finish_reason") or choice.finish_reason
    in_order = [choices[index] for index in range(len(choices))]
    return Answer(
        chunks=chunks,
        text=[choice.text for choice in in_order],
        thinking=[choice.thinking for choice in in_order],
        tool_calls=[
            [{"id": c.id, "name": c.name, "arguments": c.arguments} for c in choice.calls]
            for choice in in_order
        ],
        finish_reasons=[choice.finish_reason for choice in in_order],
        usage=usage,
    )


def read_chunks(body: bytes) -> list[dict[str, Any]]:
    """Return the JSON of every `data:` line before `[DONE]`."""
    chunks = []
    for line in body.decode().split("\n"):
        if line == "data: [DONE]":
            break
        if line.startswith("data: "):
            chunks.append(json.loads(line[len("data: ") :]))
    return chunks


def add_delta(choice: Choice, delta: dict[str, Any]) -> None:
    """Add a delta to a choice."""
    content = delta.get("content") or ""
    if isinstance(content, str):
        choice.text += content
    else:
        for part in content:
            add_part(choice, part)
    for piece in delta.get("tool_calls") or []:
        add_piece(choice.calls, piece)


def add_part(choice: Choice, part: dict[str, Any]) -> None:
    """Add one element of a content list; only texts and thoughts have text to add."""
    if part["type"] == "text":
        choice.text += part["text"]
    elif part["type"] == "thinking":
        for thought in part["thinking"]:
            choice.thinking += thought.get("text", "")


def add_piece(calls: list[Call], piece: dict[str, Any]) -> None:
    """Add a piece of a tool call (the rule that fits all recordings: wire-format section 5).

    An id not seen before starts a call, whatever its index; a piece without one continues the
    newest call of its index. An absent index is 0.
    """
    identifier = piece.get("id") or None
    index = piece.get("index") or 0
    if identifier is None:
        same = [call for call in calls if call.index == index]
    else:
        same = [call for call in calls if call.id == identifier]
    if not same:
        calls.append(Call(identifier, index))
        same = calls
    call = same[-1]
    function = piece["function"]
    call.name = function.get("name") or call.name
    call.arguments += function.get("arguments") or ""
