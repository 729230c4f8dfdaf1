"""Rows of the input: lines of several forms, and records of tables.

A line is one of four forms. `{"custom_id": …, "body": {…}}` is a line of a batch file, of Mistral
or OpenAI. `{"messages": […], …}` and `{"prompt": "…", …}` have fields of the request beside them,
and may have a `custom_id` (or `id`). Anything that does not begin with a brace is a prompt. A
line that begins with a brace and is not valid JSON is bad: it is more likely a damaged line than a
prompt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, TypeAlias, cast


@dataclass(frozen=True, slots=True)
class Damaged:
    """A record of a table that cannot be used.

    Attributes:
        problem: What is wrong with it.
    """

    problem: str


Item: TypeAlias = "bytes | str | Mapping[str, Any] | Damaged"
"""A line, or a record with the fields of one."""

BOM: Final = b"\xef\xbb\xbf"
_ENDPOINT: Final = "/chat/completions"
_BATCH_FIELDS: Final = frozenset({"custom_id", "body", "method", "url"})
_SHOWN: Final = 60  # characters of a value in a message
_DEEPEST: Final = 100  # levels of a row: much more than a request has
DIGEST_SIZE: Final = 8
"""Bytes of a row's hash."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the input. It can be pickled.

    Attributes:
        index: Its place among the rows, from 0.
        number: The number of its line, from 1, counting every line, or of its record or item.
        id: Its `custom_id`; by default the number, as a string.
        body: The fields of its request, without the defaults of the run.
        problem: What is wrong with a bad row, which is not sent; `None` for a good one.
    """

    index: int
    number: int
    id: str
    body: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    problem: str | None = None

    def digest(self) -> bytes:
        """Return a hash of the row's id and content, for a comparison with an earlier run."""
        content = _sorted([self.id, self.body, self.problem]).encode()
        return hashlib.blake2b(content, digest_size=DIGEST_SIZE).digest()


class BadRowError(ValueError):
    """A row that cannot be sent.

    Attributes:
        id: Its id, if that much could be read.
    """

    def __init__(self, message: str, row_id: str | None = None) -> None:
        super().__init__(message)
        self.id = row_id


@dataclass(frozen=True, slots=True)
class Fields:
    """The parsed content of a row.

    Attributes:
        id: Its id, or `None` if it has none.
        body: The fields of its request.
    """

    id: str | None
    body: dict[str, Any]


def is_blank(item: Item) -> bool:
    """Return True for an empty line, which is counted but is not a row."""
    return isinstance(item, bytes | str) and not item.strip()


def parse(item: Item, mapping: Mapping[str, str]) -> Fields:
    """Parse a line or a record.

    Args:
        item: The line or record.
        mapping: Names of fields that have another name there: `{"prompt": "question"}`.

    Raises:
        BadRowError: It is malformed; the message says how.
    """
    if isinstance(item, Damaged):
        raise BadRowError(item.problem)
    if not isinstance(item, bytes | str):
        if not isinstance(cast("object", item), Mapping):
            raise BadRowError(f"is {_shown(item)}; give a text or a dict")
        return _fields(_renamed(item, mapping))
    text = _decoded(item).strip()
    if not text.startswith("{"):
        return Fields(None, {"messages": [_user(text)]})
    try:
        value: dict[str, Any] = _decode(text)
    except (ValueError, RecursionError) as error:
        raise BadRowError(f"begins with a brace and is not valid JSON: {error}") from error
    return _fields(_renamed(value, mapping))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a value of JSON")


# `json.loads` and `json.dumps` with options would make one per call.
_decode: Final = json.JSONDecoder(parse_constant=_no_constant).decode
_sorted: Final = json.JSONEncoder(sort_keys=True).encode


def _decoded(line: bytes | str) -> str:
    if isinstance(line, str):
        return line
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise BadRowError(f"is not valid UTF-8: {error.reason} at byte {error.start}") from error


def _renamed(record: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    fields = dict(record)
    for name, column in mapping.items():
        if column not in fields:
            raise BadRowError(f"has no {column!r}, which is mapped to {name!r}")
        fields[name] = fields.pop(column)
    return fields


def _fields(value: dict[str, Any]) -> Fields:
    """Tell the forms of an object apart."""
    if _is_deep(value):
        given = value.get("custom_id", value.get("id"))
        raise BadRowError(
            f"is nested more than {_DEEPEST} levels deep", given if isinstance(given, str) else None
        )
    row_id = _id(value)
    try:
        if "body" in value:
            return Fields(row_id, _checked(_batch_body(value)))
        value.pop("custom_id", None)
        value.pop("id", None)
        if "prompt" not in value:
            return Fields(row_id, _checked(value))
        if "messages" in value:
            raise BadRowError("has both 'prompt' and 'messages'; give one of them")  # noqa: TRY301 - the id is added below
        prompt = value.pop("prompt")
        if not isinstance(prompt, str):
            raise BadRowError(f"'prompt' is {_shown(prompt)}; give a text, or 'messages'")  # noqa: TRY301 - likewise
        return Fields(row_id, _checked({"messages": [_user(prompt)], **value}))
    except BadRowError as error:
        raise BadRowError(str(error), row_id) from None


def _is_deep(value: Mapping[str, Any]) -> bool:
    """Return True for a value that the recursion of JSON, pydantic or pickle may not get through.

    Without recursion, for the same reason.
    """
    level: list[dict[str, Any] | list[Any]] = [dict(value)]
    for _ in range(_DEEPEST):
        parts = (each.values() if isinstance(each, dict) else each for each in level)
        level = [inner for part in parts for inner in part if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _id(value: Mapping[str, Any]) -> str | None:
    name = "custom_id" if "custom_id" in value else "id"
    found = value.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise BadRowError(f"{name!r} is {_shown(found)}; give a text or a whole number")
    return str(found)


def _batch_body(value: Mapping[str, Any]) -> dict[str, Any]:
    beside = sorted(value.keys() - _BATCH_FIELDS - {"id"})
    if beside:
        raise BadRowError(f"has {beside[0]!r} beside 'body'; put it into the body")
    method, url = value.get("method"), value.get("url")
    if method is not None and str(method).upper() != "POST":
        raise BadRowError(f"'method' is {_shown(method)}; only POST is possible")
    if url is not None and not str(url).partition("?")[0].endswith(_ENDPOINT):
        raise BadRowError(f"'url' is {_shown(url)}; only chat completions are possible")
    body: object = value["body"]
    if not isinstance(body, dict):
        raise BadRowError(f"'body' is {_shown(body)}; give an object with the request")
    return dict(cast("dict[str, Any]", body))


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    """Check what every request has. The server checks the rest."""
    body.pop("stream", None)  # a run streams in any case
    messages = body.get("messages")
    if messages is None:
        raise BadRowError("has none of 'prompt', 'messages' and 'body'")
    if not isinstance(messages, list) or not messages:
        shown = _shown(cast("object", messages))
        raise BadRowError(f"'messages' is {shown}; give a list of messages")
    for message in cast("list[object]", messages):
        if not isinstance(message, dict):
            raise BadRowError(f"'messages' contains {_shown(message)}; give objects with a role")
    model = body.get("model")
    if model is not None and not isinstance(model, str):
        raise BadRowError(f"'model' is {_shown(model)}; give a name")
    return body


def _user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def with_defaults(body: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a request: those of the row, and the defaults for the others.

    Messages among the defaults come before those of the row. If the row begins with a system
    message, those among the defaults are left out.
    """
    fields = {**defaults, **body}
    opening: list[dict[str, Any]] | None = defaults.get("messages")
    if opening:
        messages: list[dict[str, Any]] = body["messages"]
        if messages[0].get("role") == "system":
            opening = [message for message in opening if message.get("role") != "system"]
        fields["messages"] = [*opening, *messages]
    return fields
