"""What a chunk brings, in typed pieces made for `match`.

match delta:
    case TextDelta(text=text): ...
    case ToolCallDelta(name=name, arguments=piece): ...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from pydantic_core import to_json

from .._hints import resolve_hints
from ..models.content import ReferenceChunk, TextChunk, ThinkChunk, UnknownContentChunk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..models import CompletionChunk, DeltaMessage, ToolCall, UsageInfo
    from ..models.content import ReferenceID
    from .accumulate import Accumulator
    from .toolcalls import GrowingCall

_REASONING = ("reasoning_content", "reasoning")
"""Fields in which compatible servers send thinking as a string (wire-format section 12)."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Text of the answer."""

    choice_index: int
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """Text of the model's thinking."""

    choice_index: int
    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call, or a whole one.

    Attributes:
        choice_index: Which choice.
        call_index: The place of the call among those of its choice, from 0.
        id: Of the call, as far as it is known; a number where a server sends one.
        name: Of the function, as far as it is known.
        arguments: The next piece of the JSON text; an object that a server sent is written as text.
    """

    choice_index: int
    call_index: int
    id: str | int | None
    name: str | None
    arguments: str


@dataclass(frozen=True, slots=True)
class ReferenceDelta:
    """Which of the given sources the text, or the thinking, before it rests on."""

    choice_index: int
    reference_ids: tuple[ReferenceID, ...]


@dataclass(frozen=True, slots=True)
class FinishDelta:
    """A choice ended; `reason` as the wire has it, such as `"stop"` or `"length"`."""

    choice_index: int
    reason: str


@dataclass(frozen=True, slots=True)
class UsageDelta:
    """What the request cost."""

    usage: UsageInfo


@dataclass(frozen=True, slots=True)
class UnknownDelta:
    """Content that is none of the above: another kind of chunk, or one that nobody knows yet."""

    choice_index: int
    chunk: Any


Delta: TypeAlias = (
    TextDelta
    | ThinkingDelta
    | ToolCallDelta
    | ReferenceDelta
    | FinishDelta
    | UsageDelta
    | UnknownDelta
)


def text_of(chunk: CompletionChunk) -> str:
    """The text that a chunk adds to choice 0, thinking left out."""
    return "".join(_text(choice.delta.content) for choice in chunk.choices if choice.index == 0)


def deltas_of(chunk: CompletionChunk, answer: Accumulator) -> list[Delta]:
    """What a chunk brings, in order. Role-only and empty deltas bring nothing.

    Args:
        chunk: The chunk.
        answer: What the chunks add up to, this one being the last.
    """
    deltas: list[Delta] = []
    calls = iter(answer.latest)
    for choice in chunk.choices:
        delta = choice.delta
        deltas += _reasoning(choice.index, delta)
        deltas += _content(choice.index, delta.content)
        if delta.tool_calls:
            deltas += _calls(choice.index, delta.tool_calls, calls)
        if choice.finish_reason is not None:
            deltas.append(FinishDelta(choice.index, choice.finish_reason))
    if chunk.usage is not None:
        deltas.append(UsageDelta(chunk.usage))
    return deltas


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = cast("list[object]", content)
    return "".join(filter(None, map(_text_of_part, parts)))


def _text_of_part(part: object) -> str | None:
    """The text of a part of a content, or `None` where it is none. Some servers send bare strings."""
    match part:
        case TextChunk(text=text) | UnknownContentChunk(raw=str(text)):
            return text
        case _:
            return None


def _reasoning(index: int, delta: DeltaMessage) -> Iterator[Delta]:
    """Thinking in a field of its own. A server that renames it sends it twice for a while."""
    extra = delta.model_extra
    if extra:
        texts = (extra.get(name) for name in _REASONING)
        text = next((text for text in texts if text and isinstance(text, str)), None)
        if text is not None:
            yield ThinkingDelta(index, text)


def _content(index: int, content: object) -> Iterator[Delta]:
    if isinstance(content, list):
        for part in cast("list[object]", content):
            yield from _part(index, part)
    elif isinstance(content, str):
        if content:
            yield TextDelta(index, content)
    elif content is not None:  # of no type that the API has; the models keep it as it came
        yield UnknownDelta(index, content)


def _part(index: int, part: object) -> Iterator[Delta]:
    text = _text_of_part(part)
    if text is not None:
        yield from _content(index, text)
        return
    match part:
        case ThinkChunk(thinking=thoughts):
            for thought in thoughts:
                if not isinstance(thought, TextChunk):
                    yield from _part(index, thought)
                elif thought.text:
                    yield ThinkingDelta(index, thought.text)
        case ReferenceChunk(reference_ids=ids):
            yield ReferenceDelta(index, tuple(ids))
        case _:
            yield UnknownDelta(index, part)


def _calls(index: int, pieces: list[ToolCall], calls: Iterator[GrowingCall]) -> Iterator[Delta]:
    for piece, call in zip(pieces, calls, strict=False):  # of the pieces first, which are fewer
        delta = _call(index, piece, call)
        if delta.arguments or piece.function.name or piece.id:
            yield delta


def _call(index: int, piece: ToolCall, call: GrowingCall) -> ToolCallDelta:
    arguments: object = piece.function.arguments
    if not isinstance(arguments, str):
        arguments = to_json(arguments).decode()
    return ToolCallDelta(index, call.place, call.id, call.name, arguments)


resolve_hints(__name__)
