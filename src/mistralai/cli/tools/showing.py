"""Show a run with tools: the text of its answers, and a line for each result."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

from ...client.deltas import StepStart, TextDelta, ThinkingDelta, ToolFailure, ToolResult
from ..escapes import one_line
from ..outcome import CUT_OFF, text_of
from ..sinks.trace import Trace
from .approving import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from ...client import Mistral
    from ...client.deltas import RunDelta
    from ...tools import ToolRun
    from ..options import DisplayOptions
    from ..outcome import RunOutcome
    from ..output import Output
    from ..sinks.sink import TextSink


class Shower(Protocol):
    """Shows runs, one after another."""

    def prepare(self, client: Mistral) -> None:
        """Prepare the client before its first call."""
        ...

    def show(
        self, run: ToolRun[Any], waiting: Callable[[], AbstractContextManager[object]]
    ) -> None:
        """Read a run to its end; raises its errors.

        Args:
            run: The run.
            waiting: Shows a spinner until something is written.
        """
        ...

    def end(self, outcome: RunOutcome) -> None:
        """Finish the output of a run, however it ended."""
        ...


def shower_for(display: DisplayOptions, output: Output, *, structured: bool = False) -> Shower:
    """Return what shows runs by the options and the output."""
    shower = _shower(display, output, structured=structured)
    return TracedShower(shower, output) if display.trace else shower


def _shower(display: DisplayOptions, output: Output, *, structured: bool) -> Shower:
    if display.as_json:
        from .lines import JSONRunShower

        return JSONRunShower(output)
    from ..sinks.choice import text_sink_for

    sink = text_sink_for(display, output, structured=structured)
    return RunShower(sink, output, stats=display.stats, copy=display.copy)


class RunShower:
    """Shows text by a sink, and results as lines on standard error.

    Args:
        sink: Shows the text.
        output: Where the lines go.
        stats: Whether to write what the run took.
        copy: Whether to copy the last answer to the clipboard.
    """

    def __init__(self, sink: TextSink, output: Output, *, stats: bool, copy: bool) -> None:
        self._sink = sink
        self._output = output
        self._stats = stats
        self._copy = copy

    def prepare(self, client: Mistral) -> None:
        """Do nothing."""

    def show(
        self, run: ToolRun[Any], waiting: Callable[[], AbstractContextManager[object]]
    ) -> None:
        """Show the deltas of a run."""
        deltas = _Deltas(run)
        with ExitStack() as spinner:
            for delta in deltas:
                match delta:
                    case StepStart():
                        spinner.close()
                        spinner.enter_context(waiting())
                    case TextDelta() | ThinkingDelta():
                        deltas.put_back(delta)
                        self._show_text(deltas)
                    case ToolResult(name=name, content=content):
                        self._note(f"{name}: {folded(content)}")
                    case ToolFailure(name=name, message=message):
                        self._note(f"{name} failed: {message}")
                    case _:
                        pass

    def end(self, outcome: RunOutcome) -> None:
        """Note what the answer lacks, and what the options ask for."""
        run, output = outcome.run, self._output
        if run is None:
            return
        if outcome.finish_reason in CUT_OFF:
            output.note("(the answer was cut off at its token limit; see --max-tokens)")
        if run.end_reason == "repeating":
            output.note("(stopped: three times the same calls with the same results)")
        for call in run.pending:
            output.note(f"(the model requests the tool call {shown(call.name, call.arguments)})")
        if self._stats:
            for line in figures(run):
                output.note(line)
        if self._copy and outcome.error is None:
            from ..clipboard import copy

            output.note(copy(outcome.text, output))

    def _show_text(self, deltas: _Deltas) -> None:
        try:
            self._sink.show_deltas(deltas.texts())
        finally:
            self._sink.end_text()

    def _note(self, text: str) -> None:
        columns, _ = self._output.size
        line = one_line(text)
        self._output.note(line if len(line) < columns else f"{line[: columns - 2]}…")


class TracedShower:
    """Shows runs by another, and then writes their trace."""

    def __init__(self, shower: Shower, output: Output) -> None:
        self._shower = shower
        self._trace = Trace(output)

    def prepare(self, client: Mistral) -> None:
        """Observe the client."""
        self._shower.prepare(client)
        self._trace.prepare(client)

    def show(
        self, run: ToolRun[Any], waiting: Callable[[], AbstractContextManager[object]]
    ) -> None:
        """Show a run by the other one."""
        self._shower.show(run, waiting)

    def end(self, outcome: RunOutcome) -> None:
        """Finish the output of a run, then write its trace."""
        self._shower.end(outcome)
        self._trace.write()


class _Deltas:
    """The deltas of a run, of which one can be put back."""

    def __init__(self, run: ToolRun[Any]) -> None:
        self._run = run
        self._held: RunDelta | None = None

    def put_back(self, delta: RunDelta) -> None:
        """Yield a delta again."""
        self._held = delta

    def __iter__(self) -> Iterator[RunDelta]:
        return self

    def __next__(self) -> RunDelta:
        held, self._held = self._held, None
        return next(self._run) if held is None else held

    def texts(self) -> Iterator[TextDelta | ThinkingDelta]:
        """Yield text and thinking up to the next delta of another kind, which is put back."""
        for delta in self:
            if not isinstance(delta, TextDelta | ThinkingDelta):
                self.put_back(delta)
                return
            yield delta


def folded(content: Any) -> str:
    """Return the text of a result, with the types of its other chunks."""
    others = [] if isinstance(content, str) else [c.type for c in content if c.type != "text"]
    return " ".join([text_of(content), *(f"({kind})" for kind in others)]).strip() or "(nothing)"


def figures(run: ToolRun[Any]) -> Iterator[str]:
    """Yield the statistics of a run, line by line."""
    from ..sinks.stats import duration, line, usage

    for step in run.steps:
        calls = ", ".join(call.function.name for call in step.tool_calls)
        text = f"{duration(step.timing.total)}, {usage(step.usage)}"
        yield line(f"answer {step.number}", one_line(f"{text}, calls {calls}" if calls else text))
    yield line("usage", usage(run.usage))
