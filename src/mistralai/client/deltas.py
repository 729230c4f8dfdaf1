"""The public names of deltas: typed pieces of a stream's events, in a chat and elsewhere."""

from ._answer.conversationdeltas import (
    ConversationDelta,
    DoneDelta,
    HandoffDelta,
    ToolExecutionDelta,
)
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
from ._answer.reader import DeltaReader
from ._answer.rundeltas import (
    ApprovalNeeded,
    RunDelta,
    StepEnd,
    StepStart,
    ToolFailure,
    ToolResult,
    ToolStart,
)

__all__ = [
    "ApprovalNeeded",
    "ConversationDelta",
    "Delta",
    "DeltaReader",
    "DoneDelta",
    "FinishDelta",
    "HandoffDelta",
    "ReferenceDelta",
    "RunDelta",
    "StepEnd",
    "StepStart",
    "TextDelta",
    "ThinkingDelta",
    "ToolCallDelta",
    "ToolExecutionDelta",
    "ToolFailure",
    "ToolResult",
    "ToolStart",
    "UnknownDelta",
    "UsageDelta",
]
