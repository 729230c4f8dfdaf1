"""The steps that the flow of a run yields; a driver carries them out.

Ask      -> Answer            send a request, return its stream
Read     -> Delta | None      return the next delta of the stream, `None` at its end
Decide   -> Verdict           let a function approve a call
RunTools -> None              run calls; each outcome is noted as soon as it is known
Emit     -> None              hand a delta to the caller, and continue when the next is asked for
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from .outcomes import Interrupted, Raised, outcome_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from mistralai.client.deltas import RunDelta
    from mistralai.client.models import AssistantMessage, ToolCall, UsageInfo

    from .calls import Runnable
    from .context import CheckedCall, ToolContext
    from .functions import Approve
    from .observing import CallScope
    from .outcomes import Outcome


class Answer(Protocol):
    """The facts of a stream, as far as the flow reads them."""

    @property
    def end_reason(self) -> str | None:
        """The way in which the stream ended; `None` while it runs."""
        ...

    @property
    def finish_reason(self) -> str | None:
        """The reason why the answer ended."""
        ...

    @property
    def message(self) -> AssistantMessage:
        """The answer as a message."""
        ...

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The calls that can be run."""
        ...

    @property
    def incomplete_tool_calls(self) -> list[Any]:
        """The others, each with its `call` and its `reason`."""
        ...

    @property
    def usage(self) -> UsageInfo | None:
        """The tokens used."""
        ...

    @property
    def timing(self) -> Any:
        """The times of its parts."""
        ...

    @property
    def response(self) -> Any:
        """The response."""
        ...


@dataclass(frozen=True, slots=True)
class Ask:
    """Send a request with these keywords."""

    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """Read the stream."""


@dataclass(frozen=True, slots=True)
class Decide:
    """Ask `approve` about a call."""

    approve: Approve
    call: CheckedCall
    context: ToolContext[Any]


class Signals(Protocol):
    """The flow, as far as a driver asks it while tools run."""

    closing: bool

    def may_begin(self) -> bool:
        """Return whether another call may begin."""
        ...

    def ends_run(self, error: BaseException) -> bool:
        """Return whether an exception of a tool ends the run."""
        ...


@dataclass(frozen=True, slots=True)
class RunTools:
    """Run calls, side by side where there are several.

    A driver begins none once the signals say so, or once `over`.

    Attributes:
        calls: The calls.
        contexts: What each is told.
        signals: Whether calls may begin.
        scopes: The scope of each, current while it runs.
        max_chars: The most characters of a result.
        outcomes: The outcome of each by its place, `Interrupted` from its beginning to its end;
            none for a call that has not begun.
    """

    calls: list[Runnable]
    contexts: list[ToolContext[Any]]
    signals: Signals
    scopes: list[CallScope]
    max_chars: int
    outcomes: dict[int, Outcome] = field(default_factory=dict[int, "Outcome"])

    def begin(self, place: int) -> None:
        """Note that a call begins."""
        self.outcomes[place] = Interrupted()

    def outcome(self, place: int) -> Outcome:
        """Run a call in this thread."""
        with self.scopes[place].current():
            return outcome_of(self.calls[place], self.contexts[place], self.max_chars)

    def end(self, place: int, outcome: Outcome) -> None:
        """Note the outcome of a call."""
        self.outcomes[place] = outcome
        self.scopes[place].end(outcome)

    def abandon(self) -> None:
        """Note that calls that have begun and have no outcome will have none."""
        for place, outcome in self.outcomes.items():
            self.scopes[place].end(outcome)

    def over(self) -> bool:
        """Return whether the calls that run are to be cancelled."""
        return self.signals.closing or any(
            isinstance(outcome, Raised) and self.signals.ends_run(outcome.error)
            for outcome in list(self.outcomes.values())
        )

    def raise_if_fatal(self) -> None:
        """Raise what a tool raised that is not an `Exception`, such as `SystemExit`."""
        for outcome in self.outcomes.values():
            if isinstance(outcome, Raised) and not isinstance(outcome.error, Exception):
                raise outcome.error


@dataclass(frozen=True, slots=True)
class Emit:
    """Yield a delta to the caller."""

    delta: RunDelta


Work: TypeAlias = Ask | Read | Decide | RunTools
"""The steps that a driver carries out."""

Step: TypeAlias = Work | Emit
Steps: TypeAlias = "Generator[Step, Any, None]"
