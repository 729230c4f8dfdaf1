"""The calls of one answer, from the check to their results: a part of the flow of a run.

Every call is checked, and approved where it needs to be, before the first one begins. Those that
may run are run in batches: all that may run side by side, or each alone. The results are
emitted in the order of the calls, those of a batch once all of it has ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from mistralai.client.deltas import ApprovalNeeded, ToolFailure, ToolResult, ToolStart

from .calls import Broken, Passed, Refusal, Runnable, check, received
from .context import CheckedCall, ToolContext
from .decisions import NOT_APPROVED, Decisions
from .errors import ToolError, raisable
from .failures import FAILED, Failures, place_of
from .functions import LATER, verdict_of
from .history import BEGUN, CANCELLED, STOPPED, WAITS_FOR_APPROVAL, WAITS_FOR_RESULT
from .outcomes import Interrupted, Raised, Returned, TimedOut, clipped
from .record import PendingCall
from .steps import Decide, Emit, RunTools

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from .functions import Verdict
    from .history import Slot
    from .observing import RunScope
    from .outcomes import Outcome
    from .settings import Settings
    from .steps import Step, Steps

    Allowed: TypeAlias = tuple[Runnable, ToolContext[Any]]


class CallFlow:
    """The running of calls.

    Attributes:
        closing: True once the run is being closed.
        stopping: True once a tool has stopped the run.
    """

    def __init__(
        self, settings: Settings, decisions: Decisions, waiting: list[Slot], scope: RunScope
    ) -> None:
        self._settings = settings
        self._scope = scope
        self._decisions = decisions
        self._slots = waiting
        self._calls: dict[str, CheckedCall] = {}
        self._failures = Failures(settings.on_tool_error)
        self.closing = False
        self.stopping = False

    @property
    def failure(self) -> Exception | None:
        """The exception of a tool that ends the run."""
        return self._failures.fatal

    @property
    def pending(self) -> list[PendingCall]:
        """The calls of the last answer that wait."""
        return [
            PendingCall(
                self._calls.get(slot.id) or received(slot, 0),
                "approval" if slot.placeholder == WAITS_FOR_APPROVAL else "result",
            )
            for slot in self._slots
            if slot.waits
        ]

    def stop(self) -> None:
        """End the run after the calls that are running."""
        self.stopping = True

    def run(self, slots: list[Slot], number: int) -> Steps:
        """Run the calls that may run, and enter into the slots what all of them come to.

        Args:
            slots: The calls.
            number: The number of the step; 0 for calls of an earlier run.

        Raises:
            Exception: A tool raised it.
        """
        self._slots = slots
        ready: dict[int, Allowed] = {}
        for place, slot in enumerate(slots):
            if not self.may_begin():
                break
            allowed = yield from self._allowed(slot, number)
            if allowed is not None:
                ready[place] = allowed
        emitted = yield from _emit_ended(slots, 0)
        for batch in self._batches(ready):
            if not self.may_begin():
                break
            for place in batch:
                call = ready[place][0].call
                yield Emit(ToolStart(call.id, call.name, call.arguments))
            yield from self._run_batch([(slots[place], *ready[place]) for place in batch])
            emitted = yield from _emit_ended(slots, emitted)
        for slot in slots:
            if slot.end is None and not slot.waits:
                slot.end = _failed(slot, CANCELLED if self.failure else STOPPED)
        yield from _emit_ended(slots, emitted)
        if self.failure is not None:
            raise self.failure

    def may_begin(self) -> bool:
        """Return whether another call may begin."""
        return not self.closing and not self.stopping and self.failure is None

    def ends_run(self, error: BaseException) -> bool:
        """Return whether an exception of a tool ends the run."""
        return self._failures.ends_run(error)

    def _allowed(self, slot: Slot, number: int) -> Generator[Step, Any, Allowed | None]:
        """Return a call that may run; note why another one may not."""
        limit = self._settings.max_result_chars
        if slot.waits:
            if not self._decisions.about(slot):
                yield from self._wait(slot, received(slot, number))
                return None
            slot.end = self._decisions.end_of(slot, limit)
            if slot.end is not None:
                return None
        match check(slot, self._settings.tools, number):
            case Runnable() as runnable:
                return (yield from self._approved(slot, runnable))
            case Passed(call):
                slot.placeholder = WAITS_FOR_RESULT
                yield from self._wait(slot, call)
            case Broken(call, error):
                self._enter(slot, call, Raised(error))
            case Refusal(message):
                slot.end = _failed(slot, clipped(message, limit))
        return None

    def _approved(self, slot: Slot, runnable: Runnable) -> Generator[Step, Any, Allowed | None]:
        """Return a call that is approved; note why another one is not."""
        context = ToolContext(self._settings.context, runnable.call, self.stop)
        verdict: Verdict = True  # a call that still waits was approved by a decision
        if not slot.waits:
            verdict = yield from self._verdict(runnable, context)
        if verdict is True:
            return runnable, context
        if verdict is LATER:
            slot.placeholder = WAITS_FOR_APPROVAL
            yield from self._wait(slot, runnable.call)
        else:
            said = f"not run: {verdict}" if isinstance(verdict, str) else NOT_APPROVED
            slot.end = _failed(slot, clipped(said, self._settings.max_result_chars))
        return None

    def _wait(self, slot: Slot, call: CheckedCall) -> Steps:
        self._calls[slot.id] = call
        if slot.placeholder == WAITS_FOR_APPROVAL:
            yield Emit(ApprovalNeeded(call.id, call.name, call.arguments))

    def _verdict(
        self, runnable: Runnable, context: ToolContext[Any]
    ) -> Generator[Step, Any, Verdict]:
        """Return what the tool's own `approve` says, or else the run's."""
        approve = runnable.tool.approve
        if approve is None or approve is True:
            approve = self._settings.approve or approve
        if approve is None:
            return True
        if approve is True:
            return LATER
        try:
            value = yield Decide(approve, runnable.call, context)
        except Exception as error:
            (raised := raisable(error)).add_note(f"in approve, about {place_of(runnable.call)}")
            if raised is error:
                raise
            raise raised from error
        return verdict_of(value, runnable.call.name)

    def _batches(self, ready: dict[int, Allowed]) -> Iterator[list[int]]:
        """Yield the places of calls that run side by side; one that runs alone is a batch."""
        batch: list[int] = []
        for place, (runnable, _) in ready.items():
            if runnable.tool.alone or not self._settings.side_by_side:
                if batch:
                    yield batch
                yield [place]
                batch = []
            else:
                batch.append(place)
        if batch:
            yield batch

    def _run_batch(self, batch: list[tuple[Slot, Runnable, ToolContext[Any]]]) -> Steps:
        step = RunTools(
            [call for _, call, _ in batch],
            [context for *_, context in batch],
            self,
            [self._scope.of_call(call) for _, call, _ in batch],
            self._settings.max_result_chars,
        )
        try:
            yield step
        except BaseException:
            # Nothing of the caller's is called here: another exception is on its way.
            for place, (slot, runnable, _) in enumerate(batch):
                self._enter_interrupted(slot, runnable.call, step.outcomes.get(place))
            raise
        for place, (slot, runnable, _) in enumerate(batch):
            outcome = step.outcomes.get(place)
            if outcome is not None:
                slot.placeholder = BEGUN
                self._enter(slot, runnable.call, outcome, runnable.tool.timeout)

    def _enter_interrupted(self, slot: Slot, call: CheckedCall, outcome: Outcome | None) -> None:
        """Enter the known outcome of a call when the run is cancelled or fails."""
        is_fatal = isinstance(outcome, Raised) and not isinstance(outcome.error, Exception)
        if isinstance(outcome, Interrupted) or is_fatal:
            slot.placeholder = BEGUN
        elif isinstance(outcome, Raised) and not isinstance(outcome.error, ToolError):
            slot.end = _failed(slot, FAILED)
        elif outcome is not None:
            self._enter(slot, call, outcome)

    def _enter(
        self, slot: Slot, call: CheckedCall, outcome: Outcome, timeout: float | None = None
    ) -> None:
        """Enter what a call came to."""
        limit = self._settings.max_result_chars
        match outcome:
            case Returned(content):
                slot.end = ToolResult(slot.id, slot.name, content)
            case TimedOut():
                seconds = "" if timeout is None else f" after {timeout:g} s"
                slot.end = _failed(slot, f"timed out{seconds}")
            case Interrupted():
                slot.end = _failed(slot, BEGUN)
            case Raised(error):
                slot.end = _failed(slot, clipped(self._failures.said_of(error, call), limit))


def _failed(slot: Slot, message: str) -> ToolFailure:
    return ToolFailure(slot.id, slot.name, message)


def _emit_ended(slots: list[Slot], start: int) -> Generator[Step, Any, int]:
    """Emit what calls came to, from a place to the first one that is to be run yet."""
    while start < len(slots) and (slots[start].end is not None or slots[start].waits):
        end = slots[start].end
        start += 1
        if end is not None:
            yield Emit(end)
    return start
