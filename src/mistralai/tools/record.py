"""The steps of a run, while they are made and as a caller sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from pydantic_core import from_json, to_json

from mistralai.client.models import UsageInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistralai.client.deltas import ToolFailure, ToolResult
    from mistralai.client.models import AssistantMessage, ToolCall

    from .context import CheckedCall
    from .history import Slot
    from .steps import Answer

EndReason: TypeAlias = Literal[
    "stop", "length", "pending", "repeating", "stopped", "closed", "error"
]
"""The way in which a run ended.

`"stop"`: with an answer; `"length"`: the last answer was cut, by a limit of tokens as a rule;
`"pending"`: calls wait for a decision or a result; `"repeating"`: three steps in a row had the same
calls with the same results; `"stopped"`: by `ToolContext.stop`; `"closed"`: by `close`, or by a
cancellation; `"error"`.
"""

LENGTH: Final = ("length", "model_length")


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A call that waits.

    Attributes:
        call: The call.
        waits_for: `"approval"`, or the `"result"` of a function that is not run here.
    """

    call: CheckedCall
    waits_for: Literal["approval", "result"]

    @property
    def id(self) -> str:
        """The id of the call, for `decisions`."""
        return self.call.id

    @property
    def name(self) -> str:
        """The name of the tool."""
        return self.call.name

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments."""
        return self.call.arguments


@dataclass(frozen=True, slots=True)
class RunStep:
    """One answer of the model, with its calls and their results.

    Attributes:
        number: The number of the step, from 1.
        text: The text of the answer.
        message: Its message, with thinking and complete calls, as the API sent it.
        tool_calls: The calls that could be run.
        results: What the calls came to, in their order; none for a call that waits, or that was
            not run because the run ended.
        finish_reason: The reason why the answer ended; `None` if it was cut.
        usage: The tokens used; `None` if the server did not say.
        timing: The times at which parts of the answer arrived.
    """

    number: int
    text: str
    message: AssistantMessage
    tool_calls: list[ToolCall]
    results: tuple[ToolResult | ToolFailure, ...]
    finish_reason: str | None
    usage: UsageInfo | None
    timing: Any


@dataclass(slots=True)
class Record:
    """A step while it is made."""

    number: int
    answer: Answer
    texts: list[str] = field(default_factory=list[str])
    slots: list[Slot] = field(default_factory=list["Slot"])

    @property
    def text(self) -> str:
        """The text of the answer so far."""
        if len(self.texts) > 1:
            self.texts[:] = ["".join(self.texts)]
        return self.texts[0] if self.texts else ""

    @property
    def cut(self) -> bool:
        """True for an answer that is not whole."""
        reason = self.answer.finish_reason
        if reason is None:
            return self.answer.end_reason not in {"done", "done_only", "finish_reason_only"}
        return reason in LENGTH or reason == "error"

    @property
    def signature(self) -> bytes:
        """The calls and their results, for a comparison of steps."""
        return to_json(
            [[s.name, _canonical(s.arguments), s.message().content] for s in self.slots],
            fallback=str,
        )

    def step(self) -> RunStep:
        """Return the step as a caller sees it."""
        answer = self.answer
        return RunStep(
            number=self.number,
            text=self.text,
            message=answer.message,
            tool_calls=answer.tool_calls,
            results=tuple(slot.end for slot in self.slots if slot.end is not None),
            finish_reason=answer.finish_reason,
            usage=answer.usage,
            timing=answer.timing,
        )


def usage_of(records: Iterable[Record]) -> UsageInfo | None:
    """Return the tokens of all steps; `None` where one of them has none, or without a step."""
    total: dict[str, Any] | None = None
    for record in records:
        if record.answer.usage is None:
            return None
        fields = record.answer.usage.model_dump()
        total = fields if total is None else _sum(total, fields)
    return None if total is None else UsageInfo.model_validate(total)


def _sum(total: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    summed = dict(total)
    for name, value in more.items():
        before = summed.get(name)
        if isinstance(value, dict):
            known = cast("dict[str, Any]", before or {})
            summed[name] = _sum(known, cast("dict[str, Any]", value))
        elif isinstance(value, int | float) and isinstance(before, int | float):
            summed[name] = before + value
        elif value is not None:
            summed[name] = value
    return summed


def _canonical(arguments: str) -> object:
    """Return arguments such that the order of keys and white space do not matter."""
    try:
        value: Any = from_json(arguments)
    except ValueError:  # nested too deeply
        return arguments
    return sorted(cast("dict[str, Any]", value).items()) if isinstance(value, dict) else value
