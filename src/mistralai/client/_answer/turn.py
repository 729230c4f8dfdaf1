"""What an answer leaves for the next turn: its complete tool calls, and its message."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ..models.messages import AssistantMessage
from ..models.toolcalls import ToolCall

if TYPE_CHECKING:
    from .accumulate import Choice

CUT_OFF: Final = ("length", "model_length")
"""Finish reasons of an answer that had no room to end."""

_NO_END = (*CUT_OFF, "error")
_REASONING = ("reasoning_content", "reasoning")


@dataclass(frozen=True, slots=True)
class IncompleteToolCall:
    """A call that must not be run.

    Attributes:
        call: As far as it came.
        reason: `"truncated"`: the answer broke off, or had no room to end; `"malformed"`: it
            ended, but the arguments are no JSON, or there is no function's name.
    """

    call: ToolCall
    reason: Literal["malformed", "truncated"]


@dataclass(frozen=True, slots=True)
class SortedCalls:
    """The calls of a choice, each in its order."""

    complete: list[ToolCall]
    incomplete: list[IncompleteToolCall]


def sorted_calls(choice: Choice | None, *, ended: bool) -> SortedCalls:
    """Tell the calls that can be run from those that cannot.

    Args:
        choice: The choice, or `None` where none began.
        ended: Whether the answer ended properly, also without a finish reason.
    """
    calls = SortedCalls([], [])
    if choice is None:
        return calls
    reason = choice.finish_reason
    truncated = not ended if reason is None else reason in _NO_END
    for growing in choice.calls:
        call = ToolCall.model_validate(growing.fields())
        if truncated:
            calls.incomplete.append(IncompleteToolCall(call, "truncated"))
        elif not call.function.name or not _is_json(growing.arguments):
            calls.incomplete.append(IncompleteToolCall(call, "malformed"))
        else:
            if _is_empty(growing.arguments):
                call.function.arguments = "{}"
            calls.complete.append(call)
    return calls


def message_of(choice: Choice | None, *, ended: bool) -> AssistantMessage:
    """The message to send back in the next request, as the API takes it.

    Thinking is kept. Calls that are not complete are left out, and so is what only an answer has.
    """
    if choice is None:
        return AssistantMessage(content="")
    message = choice.fields()["message"]
    calls = sorted_calls(choice, ended=ended).complete
    fields = {name: message[name] for name in _REASONING if message.get(name)}
    fields["content"] = message["content"]
    if calls:
        fields["tool_calls"] = [call.model_dump(exclude={"index"}) for call in calls]
    elif message["content"] is None:
        fields["content"] = ""
    return AssistantMessage.model_validate(fields)


def _is_empty(arguments: object) -> bool:
    return isinstance(arguments, str) and not arguments.strip()


def _is_json(arguments: object) -> bool:
    """Whether arguments are JSON to the letter; none at all count as no arguments."""
    if not isinstance(arguments, str) or _is_empty(arguments):
        return True
    try:
        json.loads(arguments, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(name: str) -> None:
    raise ValueError(name)  # NaN and the infinities are Python's, not JSON's
