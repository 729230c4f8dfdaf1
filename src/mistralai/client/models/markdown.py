"""Answers as Markdown, for notebooks, and as plain text.

Everything that a server sent is neutralised by `_markdown.py`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from .._markdown import code, encode, folded, link, safe, span
from .chunk import REASONING_FIELDS
from .content import (
    DocumentURLChunk,
    ImageURLChunk,
    ReferenceChunk,
    ResourceLinkChunk,
    TextChunk,
    ThinkChunk,
    ToolReferenceChunk,
    UnknownContentChunk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .chunk import DeltaMessage
    from .messages import AssistantMessage
    from .response import ChatCompletionChoice, ChatCompletionResponse
    from .toolcalls import ToolCall

_EXPECTED: Final = (None, "stop", "tool_calls")
"""Finish reasons of an answer that is complete, or that still grows."""


def markdown_of_answer(
    answer: ChatCompletionResponse, *, language: str = "", running: bool = False
) -> str:
    """Return every choice of an answer: its thinking, folded, its text and its tool calls.

    Args:
        answer: An answer, or the beginning of one.
        language: The language of a text that is not Markdown, such as `"json"`.
        running: True if the answer still grows: thinking is shown until something follows it.
    """
    parts: list[str] = []
    for choice in answer.choices:
        if len(answer.choices) > 1:
            parts.append(f"**Choice {choice.index}**")
        for message in _messages(choice):
            parts += _parts(message, language, running=running and choice.finish_reason is None)
        if choice.finish_reason not in _EXPECTED:
            parts.append(f"<small>finish reason: {encode(choice.finish_reason or '')}</small>")
    return "\n\n".join(parts)


def markdown_of_message(message: AssistantMessage, language: str = "") -> str:
    """Return a message in the same way."""
    return "\n\n".join(_parts(message, language))


def text_of_answer(answer: ChatCompletionResponse) -> str:
    """Return the text of the first choice as the server sent it, without its thinking."""
    return "".join(
        chunk.text
        for message in _first(answer)
        for chunk in _chunks(message)
        if isinstance(chunk, TextChunk)
    )


def calls_of_answer(answer: ChatCompletionResponse) -> list[ToolCall]:
    """Return the tool calls of the first choice."""
    return [call for message in _first(answer) for call in message.tool_calls or ()]


def _first(answer: ChatCompletionResponse) -> list[AssistantMessage | DeltaMessage]:
    return _messages(answer.choices[0]) if answer.choices else []


def _messages(choice: ChatCompletionChoice) -> list[AssistantMessage | DeltaMessage]:
    """Return the message of a choice, or those of an agent that used tools of its own."""
    return [*(choice.messages or ())] if choice.message is None else [choice.message]


def _chunks(message: AssistantMessage | DeltaMessage) -> Iterable[Any]:
    content = message.content
    if isinstance(content, str):
        return [TextChunk(text=content)]
    return content or ()


def _parts(
    message: AssistantMessage | DeltaMessage, language: str, *, running: bool = False
) -> Iterator[str]:
    """Yield the blocks of a message."""
    for name in REASONING_FIELDS:
        thinking = (message.__pydantic_extra__ or {}).get(name)
        if isinstance(thinking, str) and thinking.strip():
            yield _thinking(thinking, unfolded=running and not message.content)
    chunks = list(_chunks(message))
    text = ""
    for number, chunk in enumerate(chunks, 1):
        if isinstance(chunk, TextChunk):
            text += chunk.text
        elif isinstance(chunk, ReferenceChunk):
            text += _reference(chunk)
        elif isinstance(chunk, UnknownContentChunk) and isinstance(chunk.raw, str):
            text += chunk.raw
        else:
            yield from _text(text, language)
            text = ""
            if isinstance(chunk, ThinkChunk):
                thinking = "".join(map(_thought, chunk.thinking))
                last = number == len(chunks) and not message.tool_calls
                yield _thinking(thinking, unfolded=running and last)
            else:
                yield _other(chunk)
    yield from _text(text, language)
    for call in message.tool_calls or ():
        yield from _call(call)


def _text(text: str, language: str) -> Iterator[str]:
    if text.strip():
        yield code(text, language) if language else safe(text)


def _thinking(text: str, *, unfolded: bool) -> str:
    return folded("Thinking", safe(text), unfolded=unfolded)


def _thought(part: object) -> str:
    if isinstance(part, TextChunk):
        return part.text
    if isinstance(part, ReferenceChunk):
        return _reference(part)
    return f" [{part.title}]" if isinstance(part, ToolReferenceChunk) else ""


def _reference(chunk: ReferenceChunk) -> str:
    return f" [{', '.join(map(str, chunk.reference_ids))}]"


def _other(chunk: Any) -> str:
    """Return a line for a chunk that is neither text nor thinking."""
    if isinstance(chunk, ImageURLChunk):
        image = chunk.image_url
        return link("image", image if isinstance(image, str) else image.url)
    if isinstance(chunk, DocumentURLChunk):
        return link(chunk.document_name or "document", chunk.document_url)
    if isinstance(chunk, ResourceLinkChunk):
        return link("resource", chunk.uri)
    if isinstance(chunk, UnknownContentChunk):
        return _json(chunk.raw)
    return f"*{encode(str(chunk.type))}*"


def _call(call: ToolCall) -> Iterator[str]:
    """Yield the name and the arguments of a tool call."""
    yield f"Tool call: {span(call.function.name)}"
    arguments = call.function.arguments
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError):  # incomplete, or not JSON: shown as it is
            if arguments.strip():
                yield code(str(arguments), "json")
            return
    yield _json(arguments)


def _json(value: object) -> str:
    return code(json.dumps(value, ensure_ascii=False, indent=2, default=str), "json")
