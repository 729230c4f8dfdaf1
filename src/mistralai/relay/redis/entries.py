"""Events as the entries of a stream: JSON arrays of what `mistralai.relay.wire` makes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import from_json

from mistralai.client.deltas import UnknownDelta

from ..endings import LOST
from ..jsontext import json_of
from ..wire import from_fields, to_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..frames import Event


def encode(event: Event) -> bytes:
    """Return an event as JSON."""
    return json_of(to_fields(event))


def join(parts: Iterable[bytes]) -> bytes:
    """Return the entry of events that `encode` wrote."""
    return b"[" + b",".join(parts) + b"]"


def decode(entry: bytes) -> list[Event]:
    """Return the events of an entry. What a newer release wrote is an `UnknownDelta`."""
    try:
        events: list[dict[str, Any]] = from_json(entry)
    except ValueError:  # it refuses escapes of lone surrogates
        events = json.loads(entry)
    return [_event(fields) for fields in events]


def _event(fields: dict[str, Any]) -> Event:
    try:
        return from_fields(fields)
    except (LookupError, TypeError, ValueError):
        return UnknownDelta(0, fields)


LOST_ENTRY: Final = join([encode(LOST)])
