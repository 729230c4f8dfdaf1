"""The changes of a conversation, and their form in a session's file.

    {"mistralai": "session", "format": 1, "created": "2026-11-29T13:04:55+01:00"}
    {"type": "system", "text": "Be brief", "at": "…"}
    {"type": "question", "message": {"role": "user", …}, "model": "mistral-large-latest", "at": "…"}
    {"type": "answer", "message": {…}, "model": "…", "finish_reason": "stop", "usage": {…}, …}
    {"type": "run", "messages": [{…}, …], "model": "…", "finish_reason": "stop", "usage": {…}, …}
    {"type": "undo", "at": "…"}

Messages are in the format of the API. An answer without text has the message `null`, and one that
broke off has no finish reason. Fields that a reader does not know are ignored; a change without
which the rest would be misread gets a new number in `format`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from ..failure import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORMAT: Final = 1
"""The format that is written, and the only one that is read."""

_STRUCTURE: Final = frozenset({"role", "type"})
"""Fields that are never masked, because a key may happen to be one of their words."""


class SessionError(CommandError):
    """A session that is missing, in use or malformed."""


@dataclass(frozen=True, slots=True)
class SystemPrompt:
    """The system prompt was set; an empty one was removed."""

    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question was sent. It replaces one that has no answer."""

    message: dict[str, Any]
    model: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer was received, in whole or in part."""

    message: dict[str, Any] | None
    model: str | None
    finish_reason: str | None
    usage: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Run:
    """A question was answered with tools: messages after which the user may speak."""

    messages: list[dict[str, Any]]
    model: str | None
    finish_reason: str | None
    usage: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Undo:
    """The last question was removed, with its answer."""


Record: TypeAlias = SystemPrompt | Question | Answer | Run | Undo

_TYPES: Final[dict[str, type[Record]]] = {
    "system": SystemPrompt,
    "question": Question,
    "answer": Answer,
    "run": Run,
    "undo": Undo,
}
_NAMES: Final = {kind: name for name, kind in _TYPES.items()}


def header(created: str) -> bytes:
    """Return the first line of a file."""
    return _line({"mistralai": "session", "format": FORMAT, "created": created})


def encode(record: Record, at: str, mask: Callable[[str], str]) -> bytes:
    """Return the line of a record.

    Args:
        record: The record.
        at: The time, in ISO 8601.
        mask: Removes the key from a text.
    """
    fields = cast("dict[str, Any]", _masked(asdict(record), mask))
    return _line({"type": _NAMES[type(record)], **fields, "at": at})


def decode(data: bytes, name: str) -> Iterator[Record]:
    """Yield the records of a file.

    Args:
        data: The bytes of the file, up to its last complete line.
        name: The session's name, for messages.

    Raises:
        SessionError: The file is not a session, or of another format, or damaged.
    """
    lines = data.split(b"\n")[:-1]
    if not lines:
        return
    _check_header(_fields(lines[0]), name)
    for number, line in enumerate(lines[1:], 2):
        fields = _fields(line)
        try:
            kind = _TYPES[fields["type"]]
            yield kind(**{field: fields[field] for field in kind.__slots__})
        except (KeyError, TypeError):
            raise SessionError(
                f"line {number} of the session {name} is damaged.",
                f"`mistralai sessions rm {name}` removes the session.",
            ) from None


def _check_header(fields: dict[str, Any], name: str) -> None:
    if fields.get("mistralai") != "session":
        raise SessionError(f"the file of {name} is not a session of this program.")
    found = fields.get("format")
    if found != FORMAT:
        newer = isinstance(found, int) and found > FORMAT
        raise SessionError(
            f"the session {name} has format {found!r}; this release reads format {FORMAT}.",
            "Install a newer release." if newer else "Open it with the release that wrote it.",
        )


def _fields(line: bytes) -> dict[str, Any]:
    """Return the object of a line, an empty one if it is damaged."""
    try:
        value: object = json.loads(line)
    except ValueError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _line(fields: dict[str, Any]) -> bytes:
    # A lone surrogate becomes its escape, which is valid JSON.
    return json.dumps(fields, ensure_ascii=False).encode(errors="backslashreplace") + b"\n"


def _masked(value: object, mask: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [_masked(item, mask) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value).items()
        return {key: item if key in _STRUCTURE else _masked(item, mask) for key, item in fields}
    return value
