"""The marks of an outline: where the steps, parts and calls of an answer begin, grow and end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from mistralai.client.deltas import (
    ApprovalNeeded,
    ReferenceDelta,
    ToolFailure,
    ToolResult,
    UnknownDelta,
)

from ..frames import Opened
from .usage import UsageSum

if TYPE_CHECKING:
    from .calls import Call

PartKind: TypeAlias = Literal["text", "thinking"]


@dataclass(frozen=True, slots=True)
class StepBegins:
    """The beginning of a step, counted from 1."""

    step: int


@dataclass(frozen=True, slots=True)
class StepEnds:
    """The end of a step."""

    step: int


@dataclass(frozen=True, slots=True)
class PartBegins:
    """The beginning of text or thinking; `number` identifies it in the log."""

    kind: PartKind
    number: int


@dataclass(frozen=True, slots=True)
class PartGrows:
    """More text of the open part."""

    kind: PartKind
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class PartEnds:
    """The end of the open part."""

    kind: PartKind
    number: int


@dataclass(frozen=True, slots=True)
class CallBegins:
    """The beginning of a call, with its id and its name."""

    call: Call


@dataclass(frozen=True, slots=True)
class CallGrows:
    """More text of a call's arguments."""

    call: Call
    text: str


@dataclass(frozen=True, slots=True)
class CallEnds:
    """The end of a call; `cut`: the answer ended before the call was complete."""

    call: Call
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a call that has ended."""

    call: Call
    event: ToolResult | ToolFailure | ApprovalNeeded


@dataclass(frozen=True, slots=True)
class Finished:
    """The proper end; `reason` as the server sent it, `None` if it did not."""

    reason: str | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The end of an answer that somebody stopped."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An end that is none: an error, a cut, a gap. `code` is the status, or `"gap"`."""

    code: str
    sentence: str


Mark: TypeAlias = (
    Opened
    | StepBegins
    | StepEnds
    | PartBegins
    | PartGrows
    | PartEnds
    | CallBegins
    | CallGrows
    | CallEnds
    | Outcome
    | ReferenceDelta
    | UnknownDelta
    | UsageSum
    | Finished
    | Stopped
    | Broken
)
