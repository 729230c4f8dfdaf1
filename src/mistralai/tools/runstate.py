"""The state of a run, as both kinds of run show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .errors import ToolLoopError
from .loop import Loop
from .record import usage_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistralai.client.models import UsageInfo

    from .record import EndReason, PendingCall, RunStep
    from .settings import Settings

P = TypeVar("P")


class RunState(Generic[P]):
    """The part that the sync and async variants share."""

    def __init__(self, settings: Settings, messages: Iterable[Any]) -> None:
        self._loop = Loop(settings, messages)
        self._loop.owner = self

    @property
    def text(self) -> str:
        """The text of the last step so far."""
        records = self._loop.records
        return records[-1].text if records else ""

    @property
    def steps(self) -> list[RunStep]:
        """The steps, the last one so far."""
        return [record.step() for record in self._loop.records]

    @property
    def messages(self) -> list[Any]:
        """The conversation so far, as `messages` of another run.

        It is valid at any time. After a run that ended with `"stop"` a message of the user comes
        next; after any other end another run goes on with it, or see `messages_for`.
        """
        return self._loop.history.messages

    def messages_for(self, text: str) -> list[Any]:
        """Return the conversation with a message of the user, however the run ended.

        Args:
            text: The user's text.
        """
        return self._loop.history.messages_for(text)

    @property
    def usage(self) -> UsageInfo | None:
        """The tokens of all steps together; `None` where a step has none."""
        return usage_of(self._loop.records)

    @property
    def pending(self) -> list[PendingCall]:
        """The calls that wait for a decision, or for the result of a function not run here."""
        return self._loop.calls.pending

    @property
    def end_reason(self) -> EndReason | None:
        """The way in which the run ended; `None` while it runs.

        `"stop"`: with an answer; `"length"`: its last answer was cut; `"pending"`: calls wait;
        `"repeating"`: three steps had the same calls with the same results; `"stopped"`: by
        `ToolContext.stop`; `"closed"`: by `close` or a cancellation; `"error"`.
        """
        return self._loop.end_reason

    def _parsed(self) -> P:
        form = self._loop.settings.form
        if form is None:
            raise TypeError("get_final_parsed() is for a run whose response_format is a type")
        if self.end_reason not in {"stop", "length"}:
            raise ToolLoopError(
                f"the run ended with {self.end_reason!r} and has no final answer",
                cast("Any", self),
            )
        record = self._loop.records[-1]
        answer = record.answer
        return cast("P", form.read(record.text, answer.finish_reason, answer.response))

    def _raise_if_closed(self) -> None:
        if self.end_reason == "closed":
            raise ToolLoopError(
                "the run was closed before its end. The part that was received is in .messages",
                cast("Any", self),
            )

    def __repr__(self) -> str:
        state = self.end_reason or self._loop.state.value
        return f"<{type(self).__name__} {state}, {len(self._loop.records)} steps>"
