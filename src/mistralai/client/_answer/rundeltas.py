"""Typed pieces beside `Delta`, for what happens around the answers of a run with tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from .._hints import resolve_hints
from .deltas import Delta

if TYPE_CHECKING:
    from ..models import ContentChunk


@dataclass(frozen=True, slots=True)
class StepStart:
    """The beginning of a step, which is one answer of the model; `step` counts from 1."""

    step: int


@dataclass(frozen=True, slots=True)
class ToolStart:
    """The beginning of a tool's run, with the arguments as they were validated."""

    call_id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The content of the tool's message: what the model is told that the call came to."""

    call_id: str
    name: str
    content: str | list[ContentChunk]


@dataclass(frozen=True, slots=True)
class ToolFailure:
    """A call that failed or was not run; `message` is what the model is told."""

    call_id: str
    name: str
    message: str


@dataclass(frozen=True, slots=True)
class ApprovalNeeded:
    """A call that waits for a decision."""

    call_id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StepEnd:
    """The end of a step, after the results of its calls.

    Attributes:
        step: Its number, from 1.
        reason: Why the answer ended, such as `"stop"` or `"tool_calls"`.
    """

    step: int
    reason: str | None


RunDelta: TypeAlias = (
    Delta | StepStart | ToolStart | ToolResult | ToolFailure | ApprovalNeeded | StepEnd
)
"""What a run with tools yields."""


resolve_hints(__name__)
