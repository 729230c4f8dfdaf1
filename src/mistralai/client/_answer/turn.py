"""The parts of an answer that the next turn needs: its complete tool calls, and its message."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ..models.chunk import REASONING_FIELDS
from ..models.messages import AssistantMessage
from ..models.toolcalls import ToolCall

if TYPE_CHECKING:
    from .accumulate import Choice

CUT_OFF: Final = ("length", "model_length")
"""Finish reasons of an answer that reached a limit of tokens."""

_NOT_ENDED = (*CUT_OFF, "error")


@dataclass(frozen=True, slots=True)
class IncompleteToolCall:
    """A call that must not be run.

    Attributes:
        call: The call as far as it was received.
        reason: `"truncated"`: the answer broke off, or reached a limit of tokens; `"malformed"`: it
            ended, but the arguments are not valid JSON, or the function has no name.
    """

    call: ToolCall
    reason: Literal["malformed", "truncated"]


@dataclass(frozen=True, slots=True)
class SortedCalls:
    """The calls of a choice by whether they can be run, in their order."""

    complete: list[ToolCall]
    incomplete: list[IncompleteToolCall]


def sorted_calls(choice: Choice | None, *, ended: bool) -> SortedCalls:
    """Sort calls into those that can be run and those that cannot.

    Args:
        choice: The choice, or `None` if it has not begun.
        ended: Whether the answer ended properly, also without a finish reason.
    """
    calls = SortedCalls([], [])
    if choice is None:
        return calls
    truncated = _was_cut_off(choice.finish_reason, ended=ended)
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
    """Return the message to send back in the next request, as the API takes it.

    Thinking is kept. Incomplete calls are left out, and so are fields that only an answer has.
    """
    if choice is None:
        return AssistantMessage(content="")
    message = choice.fields()["message"]
    calls = sorted_calls(choice, ended=ended).complete
    fields = {name: message[name] for name in REASONING_FIELDS if message.get(name)}
    fields["content"] = message["content"]
    if calls:
        fields["tool_calls"] = [call.model_dump(exclude={"index"}) for call in calls]
    elif message["content"] is None:
        fields["content"] = ""
    return AssistantMessage.model_validate(fields)


def _was_cut_off(finish_reason: str | None, *, ended: bool) -> bool:
    if finish_reason is None:
        return not ended
    return finish_reason in _NOT_ENDED


def _is_empty(arguments: object) -> bool:
    return isinstance(arguments, str) and not arguments.strip()


def _is_json(arguments: object) -> bool:
    """Return whether arguments are strict JSON; empty ones count as no arguments."""
    if not isinstance(arguments, str) or _is_empty(arguments):
        return True
    try:
        json.loads(arguments, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(name: str) -> None:
    raise ValueError(name)  # NaN and the infinities are not JSON; Python reads them
