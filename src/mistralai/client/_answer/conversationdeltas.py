"""The events of a conversation in typed pieces, beside those of chat (`deltas.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .._hints import resolve_hints
from .deltas import ReferenceDelta, TextDelta, ThinkingDelta, ToolCallDelta, UnknownDelta

if TYPE_CHECKING:
    from ..models import ConversationUsageInfo


@dataclass(frozen=True, slots=True)
class ToolExecutionDelta:
    """A tool that the API runs: its start, a piece of its arguments, or its end.

    Attributes:
        id: The id of the execution.
        name: The tool, such as `"web_search"`.
        phase: What the event tells.
        arguments: The next piece of the JSON text of the arguments.
        info: What the tool returned, at the end; `None` before, and where the API says nothing.
    """

    id: str
    name: str
    phase: Literal["started", "arguments", "done"]
    arguments: str = ""
    info: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class HandoffDelta:
    """A handoff: at its start the agent that hands over, at its end the agent that takes over."""

    id: str
    agent_id: str
    agent_name: str
    phase: Literal["started", "done"]


@dataclass(frozen=True, slots=True)
class DoneDelta:
    """The end of the answer, with the tokens used."""

    usage: ConversationUsageInfo


ConversationDelta: TypeAlias = (
    TextDelta
    | ThinkingDelta
    | ReferenceDelta
    | ToolCallDelta
    | ToolExecutionDelta
    | HandoffDelta
    | DoneDelta
    | UnknownDelta
)
"""What `deltas` of a conversation yields. `choice_index` is 0: there is one answer."""


resolve_hints(__name__)
