"""A run as observers see it: a scope around it, and in it one for each call that really runs.

Theory of operation. The scope of a run is new until its first request, decision or tool, so that a
run of which nothing was asked leaves no trace. It is current while one of these is carried out, and
never while the caller has a delta. It ends after the last stream was closed, and by itself if the
run was dropped. The scope of a call is current in the thread or task of its tool, and ends
when its outcome is noted, at the latest with the calls that ran beside it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import to_json

from .outcomes import Interrupted, Raised, Returned, TimedOut
from .record import usage_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistralai.client.models import UsageInfo
    from mistralai.client.observers import AttributeValue, Scope

    from .calls import Runnable
    from .outcomes import Outcome
    from .record import EndReason, Record
    from .settings import Settings

_NOTHING: Final[AbstractContextManager[object]] = nullcontext()


class CallScope:
    """The scope of one call, which may have none.

    Args:
        scope: The scope; `None` where nobody observes.
    """

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope | None = None) -> None:
        self._scope = scope

    def current(self) -> AbstractContextManager[object]:
        """Return a context for the call of the function, in its thread or task."""
        return _NOTHING if self._scope is None else self._scope.current()

    def end(self, outcome: Outcome) -> None:
        """End the scope, once, with the outcome of the call."""
        scope, self._scope = self._scope, None
        if scope is None:
            return
        match outcome:
            case Returned(content):
                scope.note(content={"gen_ai.tool.call.result": _text_of(content)})
                scope.end()
            case TimedOut():
                scope.end(TimeoutError())
            case Raised(error) if isinstance(error, Exception):
                scope.end(error)
            case Raised() | Interrupted():  # by Ctrl-C, or a cancellation
                scope.note({"mistralai.end_reason": "cancelled"})
                scope.end()


class RunScope:
    """The scope of a run.

    Args:
        settings: The settings of the run.
    """

    def __init__(self, settings: Settings) -> None:
        self._observe = settings.observe
        self._scope: Scope | None = None
        self._begun = False
        if self._observe is not None:
            self._scope = self._observe("invoke_agent", attributes=_at_the_start(settings.params))

    def current(self) -> AbstractContextManager[object]:
        """Return a context for a piece of the run's work, which begins with the first one."""
        if self._scope is None:
            return _NOTHING
        self._begun = True
        return self._scope.current()

    def of_call(self, runnable: Runnable) -> CallScope:
        """Return the scope of a call that is to run. It begins when it is made current."""
        if self._observe is None:
            return CallScope()
        call = runnable.call
        scope = self._observe(
            f"execute_tool {call.name}",
            attributes={
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": call.name,
                "gen_ai.tool.call.id": call.id,
                "gen_ai.tool.type": "function",
            },
            content={"gen_ai.tool.call.arguments": _text_of(call.arguments)},
        )
        return CallScope(scope)

    def end(
        self, reason: EndReason | None, error: Exception | None, records: Sequence[Record]
    ) -> None:
        """End the scope, once; without effect if the run did nothing.

        Args:
            reason: The way in which the run ended.
            error: The exception with which it ended.
            records: Its steps.
        """
        scope, self._scope = self._scope, None
        if scope is None or not self._begun:
            return
        attributes: dict[str, AttributeValue] = _of_usage(usage_of(records))
        if reason is not None:
            attributes["mistralai.end_reason"] = reason
        if records:
            said: object = records[-1].answer.finish_reason  # of a sloppy server anything
            finish_reason = said if isinstance(said, str) and said else "error"
            attributes["gen_ai.response.finish_reasons"] = [finish_reason]
        scope.note(attributes)
        scope.end(error)


def _at_the_start(params: Mapping[str, Any]) -> dict[str, AttributeValue]:
    given = {"gen_ai.request.model": params.get("model"), "gen_ai.agent.id": params.get("agent_id")}
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "mistral_ai",
        **{name: value for name, value in given.items() if isinstance(value, str)},
    }


def _of_usage(usage: UsageInfo | None) -> dict[str, AttributeValue]:
    """Return the tokens of all steps together, without what is no number of tokens of 64 bits."""
    if usage is None:
        return {}
    prompt, answer = usage.prompt_tokens_details, usage.completion_tokens_details
    counts = {
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        "gen_ai.usage.cache_read.input_tokens": None if prompt is None else prompt.cached_tokens,
        "gen_ai.usage.reasoning.output_tokens": (
            None if answer is None else answer.reasoning_tokens
        ),
    }
    return {
        name: count
        for name, count in counts.items()
        if isinstance(count, int) and 0 <= count < 2**63
    }


def _text_of(value: object) -> str:
    if isinstance(value, str):
        return value
    return to_json(value, inf_nan_mode="strings", fallback=str).decode()
