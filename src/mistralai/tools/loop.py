"""The run of a chat with tools, as one flow without I/O.

Theory of operation. A run is a sequence of steps, and a step is one answer of the model and the
results of its calls. The flow is a generator of work (`steps.py`); a driver carries it out, and
sends in the result, or throws in the failure. What the caller receives is a step of the flow too
(`Emit`), so a caller who stops reading stops the run: nothing is requested and no tool begins until
the next delta is asked for.

    READY ───► ASKING ───► READING ───► DECIDING ───► RUNNING
      │          ▲                       ▲  │  ▲         │
      │          └─── all have ended ────┼──┤  └─ next ──┘
      └─ decisions on an earlier run ────┘  └──► ENDED

DECIDING checks and approves calls, and finds what follows. The run ends there without calls, with
one that waits, by `ToolContext.stop`, by a repetition, and after `max_steps` answers. From every
state a failure, a cancellation and `close` lead to ENDED. Invariants:

- Whatever happens, the messages of the history are valid (`history.py`): a call is entered with the
  answer that makes it, and its slot says at any time what is true of it.
- A call begins once at most, after its stream has ended, and never after the run was closed: it is
  in one `RunTools`, and a driver asks `may_begin` before.
- Deltas are emitted before the error that follows them.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from mistralai.client.deltas import StepEnd, StepStart, TextDelta
from mistralai.client.errors import MistralClientError

from .callflow import CallFlow
from .calls import slots_of
from .decisions import Decisions
from .errors import ToolLoopError
from .history import History
from .observing import RunScope
from .record import EndReason, Record
from .steps import Ask, Emit, Read, RunTools

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from .history import Slot
    from .settings import Settings
    from .steps import Answer, Step, Steps

_SAME: Final = 3
"""The number of equal steps in a row that are a repetition."""


class State(Enum):
    """The state of a run."""

    READY = "ready"
    ASKING = "asking"
    READING = "reading"
    DECIDING = "deciding"
    RUNNING = "running tools"
    ENDED = "ended"


class Loop:
    """A run without I/O.

    Attributes:
        settings: The settings.
        history: The messages.
        scope: The scope of the run for observers.
        calls: The running of calls.
        records: The steps.
        state: The state.
        end_reason: The way in which the run ended; `None` while it runs.
        owner: The run as its caller has it, for errors.
    """

    def __init__(self, settings: Settings, messages: Iterable[Any]) -> None:
        """Read the messages.

        Raises:
            ValueError: A decision is about a call that does not wait for one.
        """
        self.settings = settings
        self.history = History(messages)
        waiting = self.history.waiting
        self.scope = RunScope(settings)
        decisions = Decisions(settings.decisions, waiting)
        self.calls = CallFlow(settings, decisions, waiting, self.scope)
        self.records: list[Record] = []
        self.state = State.READY
        self.end_reason: EndReason | None = None
        self.owner: Any = None
        self._error: Exception | None = None
        self._flow = self._guarded()

    def resume(self, result: object = None) -> Step | None:
        """Send in the result of a step and return the next one, or `None` at the end.

        Raises:
            Exception: The run ended with it, now or before.
        """
        if self.calls.closing:
            self.close()
        try:
            step = self._flow.send(result)
        except StopIteration:
            if self._error is not None and self.end_reason == "error":
                raise self._error from self._error.__cause__
            return None
        if isinstance(step, RunTools):
            self.state = State.RUNNING
        return step

    def fail(self, error: BaseException) -> Step | None:
        """Throw in the failure of a step, which is raised again unless the run had ended."""
        try:
            return self._flow.throw(error)
        except StopIteration:
            return None

    def close(self) -> None:
        """End the run, between two steps."""
        self._flow.close()
        self.state = State.ENDED
        self.end_reason = self.end_reason or "closed"

    def end_scope(self) -> None:
        """Tell observers the end of the run, once; its last stream has been closed."""
        error = self._error if self.end_reason == "error" else None
        self.scope.end(self.end_reason, error, self.records)

    def _guarded(self) -> Steps:
        try:
            yield from self._steps()
        except GeneratorExit:
            self._end_early("closed")
        except BaseException as error:
            self._end_early("error" if isinstance(error, Exception) else "closed")
            if isinstance(error, Exception):
                self._error = error
            if isinstance(error, MistralClientError):
                error.run = self.owner
            raise
        finally:
            self.state = State.ENDED

    def _end_early(self, reason: EndReason) -> None:
        if self.state is State.READING:
            record = self.records[-1]
            self._enter(record, cut=reason == "error")
            if reason == "closed" and not record.cut and not record.slots:
                reason = "stop"  # only what follows an answer was not read, such as its usage
        self.end_reason = self.end_reason or reason
        if self.calls.failure is not None:  # closed while its deltas were read
            self.end_reason, self._error = "error", self.calls.failure

    def _steps(self) -> Steps:
        resumed = bool(self.history.waiting)
        if resumed:
            yield from self._run_calls(self.history.waiting, 0)
            self.end_reason = self._end_of_calls()
            if self.end_reason is not None:
                return
        for number in range(1, self.settings.max_steps + 1):
            yield Emit(StepStart(number))
            record = yield from self._answer(number, first=number == 1 and not resumed)
            yield from self._run_calls(record.slots, number)
            self.end_reason = self._end_of_step(record)
            yield Emit(StepEnd(number, record.answer.finish_reason))
            if self.end_reason is not None:
                return
        raise ToolLoopError(
            f"the model still called tools in step {self.settings.max_steps}, the last one that"
            " max_steps allows. The .run of this error has the messages, to go on with in another"
        )

    def _answer(self, number: int, *, first: bool) -> Generator[Step, Any, Record]:
        """Ask for an answer and read it."""
        self.state = State.ASKING
        answer: Answer = yield Ask(self.settings.request(self.history.messages, first=first))
        record = Record(number, answer)
        self.records.append(record)
        self.state = State.READING
        while (delta := (yield Read())) is not None:
            if isinstance(delta, TextDelta) and delta.choice_index == 0:
                record.texts.append(delta.text)
            yield Emit(delta)
        self._enter(record)
        return record

    def _enter(self, record: Record, *, cut: bool = False) -> None:
        """Enter an answer into the history, as one that was cut if it was or `cut` is true."""
        answer = record.answer
        malformed = [c.call for c in answer.incomplete_tool_calls if c.reason == "malformed"]
        record.slots = slots_of(answer.tool_calls, malformed, record.number)
        self.history.add(answer.message, record.slots, cut=cut or record.cut)
        self.state = State.DECIDING

    def _run_calls(self, slots: list[Slot], number: int) -> Steps:
        self.state = State.DECIDING
        yield from self.calls.run(slots, number)

    def _end_of_calls(self) -> EndReason | None:
        """Return the reason to end the run after calls, or `None`."""
        if self.calls.pending:
            return "pending"
        return "stopped" if self.calls.stopping else None

    def _end_of_step(self, record: Record) -> EndReason | None:
        """Return the reason to end the run after a step, or `None`."""
        end = self._end_of_calls()
        if end is not None:
            return end
        if record.slots:
            latest = [record.signature for record in self.records[-_SAME:]]
            repeats = len(latest) == _SAME and len(set(latest)) == 1
            return "repeating" if repeats else None
        if record.answer.finish_reason == "error":
            return "error"
        return "length" if record.cut else "stop"
