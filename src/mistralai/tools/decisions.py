"""Decisions of a caller about the calls that an earlier run left pending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistralai.client.deltas import ToolFailure, ToolResult
from mistralai.client.models import ToolMessage

from .functions import LATER
from .history import WAITS_FOR_APPROVAL, WAITS_FOR_RESULT
from .outcomes import content_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .history import Slot

NOT_APPROVED = "not run: not approved"


class Decisions:
    """Decisions by the ids of calls."""

    def __init__(self, decisions: Mapping[str, Any], waiting: Iterable[Slot]) -> None:
        """Check that each is about a call that waits.

        Raises:
            ValueError: A call does not wait, is approved and has no function here, or is to be
                approved and has `None`, which may be an answer that is missing.
        """
        slots = {slot.id: slot for slot in waiting}
        for id_, decision in decisions.items():
            if id_ not in slots:
                known = ", ".join(map(repr, slots)) or "none"
                raise ValueError(
                    f"decisions has {id_!r}, which is not a call that waits; those are: {known}"
                )
            if decision is True and slots[id_].placeholder == WAITS_FOR_RESULT:
                raise ValueError(
                    f"decisions has True for {id_!r}, a call of {slots[id_].name!r}, which is not"
                    " a function that is run here; give the result of the call"
                )
            if decision is None and slots[id_].placeholder == WAITS_FOR_APPROVAL:
                raise ValueError(
                    f"decisions has None for {id_!r}, a call of {slots[id_].name!r} that waits for"
                    " approval; give True, False, the reason of a refusal, LATER, or a result"
                )
        self._decisions = {id_: value for id_, value in decisions.items() if value is not LATER}

    def about(self, slot: Slot) -> bool:
        """Return whether something was decided about a call."""
        return slot.id in self._decisions

    def end_of(self, slot: Slot, limit: int) -> ToolResult | ToolFailure | None:
        """Return what a call comes to without being run, or `None` if it is to be run.

        A text is the result of a call that waits for one, and otherwise the reason of a refusal.

        Args:
            slot: A call about which something was decided.
            limit: The most characters of a result.
        """
        decision = self._decisions[slot.id]
        if decision is True:
            return None
        if decision is False:
            return ToolFailure(slot.id, slot.name, NOT_APPROVED)
        if isinstance(decision, str) and slot.placeholder != WAITS_FOR_RESULT:
            return ToolFailure(slot.id, slot.name, f"not run: {decision}")
        value = decision.content if isinstance(decision, ToolMessage) else decision
        return ToolResult(slot.id, slot.name, content_of(value, limit))
