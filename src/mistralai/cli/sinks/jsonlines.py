"""`--json`: one JSON object per line, for each event and for the end.

    {"type": "event", "at": 0.31, "data": {…}}       seconds since the call, and the chunk
    {"type": "summary", "text": "…", "finish_reason": "stop", "usage": {…}, …}

The output is ASCII, which every console and tool can read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..failures import exit_code, sentence
from .sink import Sink

if TYPE_CHECKING:
    from ...client._call.timing import Timing
    from ...client.models import CompletionEvent
    from ...client.utils.eventstreaming import EventStream
    from ..outcome import Outcome
    from ..output import Output


class JSONSink(Sink):
    """Writes each event as a line of JSON."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def show(self, stream: EventStream[CompletionEvent]) -> None:
        """Write a line for each event."""
        for event in stream:
            data = event.data.model_dump(mode="json", by_alias=True)
            line = {"type": "event", "at": stream.timing.last_event, "data": data}
            write_line(self._output, line)

    def end(self, outcome: Outcome) -> None:
        """Write the summary, even if the answer is incomplete or never began."""
        error = of_error(self._output, outcome.error)
        write_line(self._output, {"type": "summary", **_of_stream(outcome), "error": error})


def of_error(output: Output, error: BaseException | None) -> dict[str, Any] | None:
    """Return what a summary says about an error."""
    if error is None:
        return None
    return {
        "class": type(error).__name__,
        "message": output.without_key(sentence(error)),
        "status": getattr(error, "status_code", None),
        "exit_code": exit_code(error),
    }


def write_line(output: Output, value: dict[str, Any]) -> None:
    """Write an object as a line."""
    output.write(f"{json.dumps(value)}\n")


def _of_stream(outcome: Outcome) -> dict[str, Any]:
    stream = outcome.stream
    if stream is None:
        return {"text": "", "finish_reason": None, "end_reason": None, "usage": None}
    usage = stream.usage
    return {
        "text": outcome.text,
        "message": stream.message.model_dump(mode="json", by_alias=True),
        "finish_reason": stream.finish_reason,
        "end_reason": stream.end_reason,
        "usage": None if usage is None else usage.model_dump(mode="json", by_alias=True),
        "request_id": stream.request_id,
        "attempts": [
            {"status": attempt.status, "reason": attempt.reason, "delay": attempt.delay}
            for attempt in stream.attempts
        ],
        "timing": _of_timing(stream.timing),
    }


def _of_timing(timing: Timing) -> dict[str, Any]:
    gaps = timing.gaps
    return {
        "headers": timing.headers,
        "first_event": timing.first_event,
        "first_content": timing.first_content,
        "total": timing.total,
        "events": timing.events,
        "bytes": timing.bytes,
        "tokens_per_second": timing.tokens_per_second,
        "gaps": {"p50": gaps.p50, "p95": gaps.p95, "max": gaps.max},
    }
