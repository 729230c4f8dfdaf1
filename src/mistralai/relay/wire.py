"""Events as JSON: an object with `type`, then the attributes of the event by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic_core import to_jsonable_python

from mistralai.client import models
from mistralai.client.deltas import (
    ApprovalNeeded,
    FinishDelta,
    ReferenceDelta,
    StepEnd,
    StepStart,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    ToolFailure,
    ToolResult,
    ToolStart,
    UnknownDelta,
    UsageDelta,
)

from .frames import End, Gap, Opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .frames import Event

TYPES: Final[Mapping[type[Event], str]] = {
    Opened: "opened",
    TextDelta: "text",
    ThinkingDelta: "thinking",
    ToolCallDelta: "tool_call",
    ReferenceDelta: "reference",
    FinishDelta: "finish",
    UsageDelta: "usage",
    UnknownDelta: "unknown",
    StepStart: "step_start",
    ToolStart: "tool_start",
    ToolResult: "tool_result",
    ToolFailure: "tool_failure",
    ApprovalNeeded: "approval_needed",
    StepEnd: "step_end",
    Gap: "gap",
    End: "end",
}
"""The type of each class of events on the wire."""

_CLASSES: Final = {name: kind for kind, name in TYPES.items()}


def to_fields(event: Event) -> dict[str, Any]:
    """Return an event as an object of JSON."""
    kind = type(event)
    fields: dict[str, Any] = {"type": TYPES[kind]}
    for name in kind.__slots__:
        value = getattr(event, name)
        plain = value is None or isinstance(value, str | int)
        fields[name] = value if plain else to_jsonable_python(value)
    return fields


def from_fields(fields: Mapping[str, Any]) -> Event:
    """Return the event that `to_fields` wrote.

    The chunk of an `UnknownDelta`, and the content of a tool's result, are JSON afterwards.
    Attributes that a newer release added are left out.

    Raises:
        ValueError: `fields` is no event of this release.
    """
    kind = _CLASSES.get(fields.get("type", ""))
    if kind is None:
        raise ValueError(f"an event of the unknown type {fields.get('type')!r}")
    known = {name: fields[name] for name in kind.__slots__ if name in fields}
    if kind is UsageDelta:
        known["usage"] = models.UsageInfo.model_validate(known["usage"])
    elif kind is ReferenceDelta:
        known["reference_ids"] = tuple(known["reference_ids"])
    try:
        return kind(**known)
    except TypeError:
        missing = [name for name in kind.__slots__ if name not in known]
        raise ValueError(f"an event {fields['type']!r} without {', '.join(missing)}") from None
