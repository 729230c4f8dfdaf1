"""The public names of deltas: the typed pieces of a stream's events."""

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
