"""`--json` for an answer with tools: one JSON object per line, for each delta and for the end.

    {"type": "step_start", "step": 1}
    {"type": "text", "text": "It is sunny", "choice_index": 0}
    {"type": "tool_start", "call_id": "…", "name": "weather", "arguments": {"city": "Brest"}}
    {"type": "summary", "text": "…", "end_reason": "stop", "messages": […], "usage": {…}, …}

The objects of deltas are those of the relay's events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...relay.wire import to_fields
from ..sinks.jsonlines import of_error, write_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...client import Mistral
    from ...tools import ToolRun
    from ..outcome import RunOutcome
    from ..output import Output


class JSONRunShower:
    """Writes each delta of a run as a line of JSON."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def prepare(self, client: Mistral) -> None:
        """Do nothing."""

    def show(self, run: ToolRun[Any], waiting: Callable[[], Any]) -> None:  # noqa: ARG002 - no spinner
        """Write a line for each delta."""
        for delta in run:
            write_line(self._output, to_fields(delta))

    def end(self, outcome: RunOutcome) -> None:
        """Write the summary, however the run ended."""
        run = outcome.run
        fields = {
            "text": outcome.text,
            "finish_reason": outcome.finish_reason,
            "end_reason": None if run is None else run.end_reason,
            "steps": 0 if run is None else len(run.steps),
            "messages": outcome.messages,
            "usage": outcome.usage,
        }
        error = of_error(self._output, outcome.error)
        write_line(self._output, {"type": "summary", **fields, "error": error})
