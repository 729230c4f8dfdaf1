"""`/save`: write a conversation to a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ..outcome import text_of

if TYPE_CHECKING:
    from pathlib import Path

    from ..sessions.conversation import Content, Conversation

_NAMES: Final = {"system": "System", "user": "You", "assistant": "Assistant", "tool": "Tool"}


def save(conversation: Conversation, path: Path, *, replace: bool) -> None:
    """Write a conversation as JSON if the path ends in `.json`, else as Markdown.

    JSON is in the format of the API; Markdown leaves thinking out.

    Args:
        conversation: The conversation.
        path: The file to write.
        replace: Whether an existing file may be replaced.

    Raises:
        FileExistsError: The file exists and may not be replaced.
        OSError: The file cannot be written.
    """
    text = as_json(conversation) if path.suffix == ".json" else as_markdown(conversation)
    with path.open("w" if replace else "x", encoding="utf-8") as file:
        file.write(text)


def as_json(conversation: Conversation) -> str:
    """Return the messages in the format of the API."""
    return json.dumps(conversation.messages_to_send(), indent=2, ensure_ascii=False) + "\n"


def as_markdown(conversation: Conversation) -> str:
    """Return the conversation as Markdown, without thinking."""
    parts = (
        f"## {_NAMES[message['role']]}\n\n{_with_calls(message)}\n"
        for message in conversation.messages_to_send()
    )
    return "\n".join(parts)


def _with_calls(message: dict[str, Any]) -> str:
    """Return the text of a message, and a line for each tool that it calls."""
    calls: list[dict[str, Any]] = message.get("tool_calls") or []
    functions = (call["function"] for call in calls)
    lines = (f"(calls {each['name']} with {each['arguments']})" for each in functions)
    return "\n\n".join(filter(None, (_text(message.get("content") or ""), *lines)))


def _text(content: Content) -> str:
    """Return the text of a message, and a line for each attachment that is not text."""
    chunks = [] if isinstance(content, str) else content
    return "\n\n".join(filter(None, (text_of(content), *map(_mention, chunks))))


def _mention(chunk: dict[str, Any]) -> str:
    match chunk.get("type"):
        case "image_url":
            return "(an image)"
        case "document_url":
            return f"(the document {chunk.get('document_name') or 'without a name'})"
        case "input_audio":
            return "(audio)"
        case _:
            return ""
