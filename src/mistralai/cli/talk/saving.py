"""`/save`: a conversation as a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ..outcome import text_of

if TYPE_CHECKING:
    from pathlib import Path

    from .conversation import Conversation

_NAMES: Final = {"system": "System", "user": "You", "assistant": "Assistant"}


def save(conversation: Conversation, path: Path, *, replace: bool) -> None:
    """Write a conversation: as JSON that the API takes where the name ends so, else as Markdown, which leaves thinking out.

    Args:
        conversation: What was said.
        path: Where to.
        replace: Whether a file that is there may be replaced.

    Raises:
        FileExistsError: There is one.
        OSError: It cannot be written.
    """
    messages = conversation.request()
    text = _as_json(messages) if path.suffix == ".json" else _as_markdown(messages)
    with path.open("w" if replace else "x", encoding="utf-8") as file:
        file.write(text)


def _as_json(messages: list[dict[str, Any]]) -> str:
    return json.dumps(messages, indent=2, ensure_ascii=False) + "\n"


def _as_markdown(messages: list[dict[str, Any]]) -> str:
    parts = (
        f"## {_NAMES[message['role']]}\n\n{text_of(message['content'])}\n" for message in messages
    )
    return "\n".join(parts)
