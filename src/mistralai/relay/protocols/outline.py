"""An answer as parts that begin, grow and end: the common ground of `ai-sdk` and `ag-ui`.

Theory of operation. The log has deltas, which say what they are, but not where a part begins or
ends. An outline is fed the frames of a log and yields marks that say so. Between them holds:

- At most one part (text or thinking) is open, and at most one step. A part is inside a step, and so
  is the beginning and the growth of a call.
- What grows has begun and not ended. What has begun ends exactly once, before its step does.
  A call that ends because the answer did is marked as cut: it must not be run.
- A step is one answer of the model. A run with tools says where it begins and ends; elsewhere it
  begins with its first content, and the next one with the first content after a `FinishDelta`.
- The last mark is one of `Finished`, `Stopped` and `Broken`.

Only choice 0 is in the outline: a page shows one answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mistralai.client.deltas import (
    ApprovalNeeded,
    FinishDelta,
    ReferenceDelta,
    StepEnd,
    StepStart,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    ToolFailure,
    ToolResult,
    ToolStart,
    UnknownDelta,
    UsageDelta,
)

from ..frames import End, Gap, Opened
from ..jsontext import json_of
from .calls import Call, Calls, Phase
from .encoder import sentence_of, sentence_of_gap
from .marks import (
    Broken,
    CallBegins,
    CallEnds,
    CallGrows,
    Finished,
    Outcome,
    PartBegins,
    PartEnds,
    PartGrows,
    StepBegins,
    StepEnds,
    Stopped,
)
from .usage import UsageSum

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from ..frames import Frame
    from .marks import Mark, PartKind

    AnswerDelta: TypeAlias = (
        ThinkingDelta | ToolCallDelta | ReferenceDelta | FinishDelta | UnknownDelta
    )

_LIMIT: Final = ("length", "model_length")


class Outline:
    """The outline of one log, fed frame by frame."""

    def __init__(self) -> None:
        self._part: PartBegins | None = None
        self._calls = Calls()
        self._step = 0
        self._in_step = False
        self._by_run = False
        self._reason: str | None = None
        self._answered = False
        self._usage = UsageSum()

    def marks(self, frame: Frame) -> Iterator[Mark]:
        """Yield the marks of the next frame."""
        match frame.event:
            case TextDelta(choice_index=0, text=text):  # most of them
                yield from self._grow("text", text, frame.id)
            case UsageDelta(usage=usage):
                self._usage = self._usage.of_answer(usage)
                yield self._usage
            case ToolStart() | ToolResult() | ToolFailure() | ApprovalNeeded() as event:
                yield from self._tool(event, frame.id)
            case StepStart(step=step):
                yield from self._begin_step(step, by_run=True)
            case StepEnd():
                yield from self._end_step()
            case Opened() as event:
                yield event
            case Gap() | End() as event:
                yield from self._end(event)
            case delta:
                if delta.choice_index == 0 and not isinstance(delta, TextDelta):
                    yield from self._delta(delta, frame.id)

    def _delta(self, delta: AnswerDelta, number: int) -> Iterator[Mark]:
        match delta:
            case ThinkingDelta(text=text):
                yield from self._grow("thinking", text, number)
            case ToolCallDelta():
                yield from self._grow_call(delta, number)
            case FinishDelta(reason=reason):
                self._answered, self._reason = True, reason
                yield from self._end_part()
                yield from self._end_calls(cut=reason in _LIMIT)
            case ReferenceDelta() | UnknownDelta():
                yield from self._content()
                yield delta

    def _content(self) -> Iterator[Mark]:
        """Content comes: it needs a step to be in."""
        if not self._in_step or (self._answered and not self._by_run):
            yield from self._begin_step(self._step + 1, by_run=False)

    def _grow(self, kind: PartKind, text: str, number: int) -> Iterator[Mark]:
        if self._part is None or self._part.kind != kind:
            yield from self._content()
            yield from self._end_part()
            self._part = PartBegins(kind, number)
            yield self._part
        yield PartGrows(kind, self._part.number, text)

    def _grow_call(self, piece: ToolCallDelta, number: int) -> Iterator[Mark]:
        yield from self._content()
        call, text = self._calls.grow(piece, number)
        if call.phase is Phase.OPEN:
            if text:
                yield CallGrows(call, text)
        elif call.source_id is not None and call.name:
            yield from self._begin_call(call)

    def _begin_call(self, call: Call) -> Iterator[Mark]:
        yield from self._end_part()
        self._calls.open(call)
        yield CallBegins(call)
        if call.arguments:
            yield CallGrows(call, call.arguments)

    def _end_call(self, call: Call, *, cut: bool = False) -> Iterator[Mark]:
        if call.phase is Phase.HELD:
            yield from self._begin_call(call)
        if call.phase is Phase.OPEN:
            call.phase = Phase.ENDED
            yield CallEnds(call, cut)

    def _end_calls(self, *, cut: bool = False) -> Iterator[Mark]:
        for call in self._calls.unfinished():
            yield from self._end_call(call, cut=cut)

    def _tool(
        self, event: ToolStart | ToolResult | ToolFailure | ApprovalNeeded, number: int
    ) -> Iterator[Mark]:
        if not self._in_step:
            yield from self._begin_step(self._step + 1, by_run=False)
        yield from self._end_part()
        call = self._calls.claim(event.call_id, event.name, number)
        if call.phase is Phase.HELD and isinstance(event, ToolStart | ApprovalNeeded):
            call.pieces = [json_of(event.arguments).decode()]
        yield from self._end_call(call)
        if not isinstance(event, ToolStart):
            yield Outcome(call, event)

    def _begin_step(self, step: int, *, by_run: bool) -> Iterator[Mark]:
        yield from self._end_step()
        if self._step:
            self._usage = self._usage.before_answer()
        self._step, self._in_step, self._by_run, self._answered = step, True, by_run, False
        self._calls.new_answer()
        yield StepBegins(step)

    def _end_step(self, *, cut: bool = False) -> Iterator[Mark]:
        yield from self._end_part()
        yield from self._end_calls(cut=cut)
        if self._in_step:
            self._in_step = False
            yield StepEnds(self._step)

    def _end_part(self) -> Iterator[Mark]:
        if self._part is not None:
            yield PartEnds(self._part.kind, self._part.number)
            self._part = None

    def _end(self, end: End | Gap) -> Iterator[Mark]:
        whole = isinstance(end, End) and end.status == "ended"
        yield from self._end_step(cut=not whole)
        if isinstance(end, Gap):
            yield Broken("gap", sentence_of_gap(end))
        elif whole:
            yield Finished(self._reason)
        elif end.status == "stopped":
            yield Stopped()
        else:
            yield Broken(end.status, sentence_of(end))
