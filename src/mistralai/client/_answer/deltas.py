"""The content of chunks in typed pieces, made for `match`.

match delta:
    case TextDelta(text=text): ...
    case ToolCallDelta(name=name, arguments=piece): ...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic_core import to_json

from .._hints import resolve_hints
from ..models.chunk import REASONING_FIELDS
from ..models.content import ReferenceChunk, TextChunk, ThinkChunk, UnknownContentChunk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..models import (
        CompletionChunk,
        ContentChunk,
        DeltaMessage,
        DeltaMessageContent,
        ToolCall,
        UsageInfo,
    )
    from ..models.content import ReferenceID, Thinking
    from .accumulate import Accumulator
    from .toolcalls import GrowingCall


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
        choice_index: The index of the choice.
        call_index: The place of the call among those of its choice, from 0.
        id: The id of the call, if it is known yet; a number where a server sends one.
        name: The name of the function, if it is known yet.
        arguments: The next piece of the JSON text; an object that a server sent is written as text.
    """

    choice_index: int
    call_index: int
    id: str | int | None
    name: str | None
    arguments: str


@dataclass(frozen=True, slots=True)
class ReferenceDelta:
    """The ids of the given sources on which the preceding text or thinking is based."""

    choice_index: int
    reference_ids: tuple[ReferenceID, ...]


@dataclass(frozen=True, slots=True)
class FinishDelta:
    """The end of a choice; `reason` as the server sent it, such as `"stop"` or `"length"`."""

    choice_index: int
    reason: str


@dataclass(frozen=True, slots=True)
class UsageDelta:
    """The tokens used by the request."""

    usage: UsageInfo


@dataclass(frozen=True, slots=True)
class UnknownDelta:
    """Content that is none of the above: another type of chunk, or one newer than this client."""

    choice_index: int
    chunk: Any


ContentDelta: TypeAlias = TextDelta | ThinkingDelta | ReferenceDelta | UnknownDelta

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
    """Return the text that a chunk adds to choice 0, without thinking."""
    return "".join(_text(choice.delta.content) for choice in chunk.choices if choice.index == 0)


def deltas_of(chunk: CompletionChunk, answer: Accumulator) -> list[Delta]:
    """Return the content of a chunk, in order. Role-only and empty deltas have none.

    Args:
        chunk: The chunk.
        answer: The answer so far, this chunk included.
    """
    deltas: list[Delta] = []
    calls = iter(answer.latest)
    for choice in chunk.choices:
        delta = choice.delta
        deltas += _reasoning(choice.index, delta)
        deltas += content_deltas(choice.index, delta.content)
        if delta.tool_calls:
            deltas += _calls(choice.index, delta.tool_calls, calls)
        if choice.finish_reason is not None:
            deltas.append(FinishDelta(choice.index, choice.finish_reason))
    if chunk.usage is not None:
        deltas.append(UsageDelta(chunk.usage))
    return deltas


def _text(content: DeltaMessageContent | None) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(text for part in content if (text := _text_of_part(part)))
    return ""


def _text_of_part(part: object) -> str | None:
    """Return the text of a part, or `None` if it is not text. Some servers send bare strings."""
    match part:
        case TextChunk(text=text) | UnknownContentChunk(raw=str(text)):
            return text
        case _:
            return None


def _reasoning(index: int, delta: DeltaMessage) -> Iterator[Delta]:
    """Yield thinking from a field of its own, once: a server may send it in both fields."""
    extra = delta.model_extra
    if extra:
        for name in REASONING_FIELDS:
            text = extra.get(name)
            if text and isinstance(text, str):
                yield ThinkingDelta(index, text)
                return


def content_deltas(index: int, content: DeltaMessageContent | None) -> Iterator[ContentDelta]:
    """Yield the content of a message, in order.

    Args:
        index: The index of the choice.
        content: Text, a list of chunks, or a wrong value.
    """
    if isinstance(content, str):
        if content:
            yield TextDelta(index, content)
    elif isinstance(content, list):
        for part in content:
            yield from _part(index, part)
    elif content is not None:  # the models keep a wrong value as it was received
        yield UnknownDelta(index, content)


def _part(index: int, part: ContentChunk | Thinking) -> Iterator[ContentDelta]:
    text = _text_of_part(part)
    if text is not None:
        yield from content_deltas(index, text)
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
    for piece, call in zip(
        pieces, calls, strict=False
    ):  # a choice takes as many of the calls as it has pieces
        delta = _call(index, piece, call)
        if delta.arguments or piece.function.name or piece.id:
            yield delta


def _call(index: int, piece: ToolCall, call: GrowingCall) -> ToolCallDelta:
    arguments: object = piece.function.arguments
    if not isinstance(arguments, str):
        arguments = to_json(arguments).decode()
    return ToolCallDelta(index, call.place, call.id, call.name, arguments)


resolve_hints(__name__)
