"""The typed pieces of a stream's events, under the names that programs import from here."""

from ._answer.deltas import (
    Delta,
    FinishDelta,
    ReferenceDelta,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    UnknownDelta,
    UsageDelta,
)

__all__ = [
    "Delta",
    "FinishDelta",
    "ReferenceDelta",
    "TextDelta",
    "ThinkingDelta",
    "ToolCallDelta",
    "UnknownDelta",
    "UsageDelta",
]
