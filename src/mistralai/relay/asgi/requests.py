"""Reading a request: its body, its key, and the number of the last event that a reader has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qs

from pydantic_core import from_json

from .answers import Refused
from .types import header

if TYPE_CHECKING:
    from .types import Receive, Scope

MAX_BODY: Final = 16 * 1024 * 1024
"""The most bytes of a body; a conversation with pictures in it has some."""

MAX_KEY: Final = 512
"""The most characters of a key."""

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class ClientGoneError(Exception):
    """The client left before its request had come."""


async def read_body(scope: Scope, receive: Receive) -> dict[str, Any]:
    """Read the body of a request, which is an object of JSON.

    Raises:
        Refused: It is too large, or no object of JSON (413, 400).
        ClientGoneError: The client has left.
    """
    too_large = Refused(413, f"the body is larger than {MAX_BODY // 1024 // 1024} MiB")
    for length in header(scope, "content-length"):
        if length.isdecimal() and int(length) > MAX_BODY:
            raise too_large
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise too_large
        more = message.get("more_body", False)
    try:
        value: Any = from_json(bytes(body))
    except ValueError as exc:
        raise Refused(400, f"the body is not valid JSON: {exc}") from None
    if not isinstance(value, dict):
        raise Refused(400, "the body must be an object of JSON")
    return cast("dict[str, Any]", value)


def key_in(body: dict[str, Any], field: str) -> str | None:
    """Return the key that a body has in a field, or `None`.

    Raises:
        Refused: It is none that can be a key (400).
    """
    key = body.get(field)
    if key is None:
        return None
    if not isinstance(key, str):
        raise Refused(400, f"`{field}` of the body must be a string")
    check_key(key, f"`{field}` of the body")
    return key


def check_key(key: str, what: str) -> None:
    """Refuse a key of a client that is empty, too long, or has control characters.

    Raises:
        Refused: It is (400).
    """
    fault = fault_of_key(key)
    if fault is not None:
        raise Refused(400, f"{what} {fault}")


def fault_of_key(key: str) -> str | None:
    """Return why a key cannot be in a path, as the end of a sentence; `None` if it can."""
    if not 0 < len(key) <= MAX_KEY:
        return f"must have 1 to {MAX_KEY} characters; it has {len(key)}"
    return "must not have control characters" if _CONTROL.search(key) else None


def number_of(scope: Scope) -> int | None:
    """Return the number behind which a reader wants to go on; `None`: from the beginning.

    `Last-Event-ID` counts more than `?after=`, because an `EventSource` sends both when it connects
    again: the address that it was given, and what it has read since.

    Raises:
        Refused: It is not a number (400).
    """
    values, where = [value for value in header(scope, "last-event-id") if value], "Last-Event-ID"
    if not values:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        values, where = query.get("after", []), "after"
    if not values:
        return None
    if len(values) > 1 or not _NUMBER.fullmatch(values[0]):
        raise Refused(
            400, f"{where} is {', '.join(values)!r}; it must be the number of an event, or left out"
        )
    return int(values[0]) or None
