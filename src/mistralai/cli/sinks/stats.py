"""`--stats`: timing, token usage and attempts, on standard error."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from ..escapes import one_line
from ..prices import estimate, shown
from .sink import Sink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...client import Mistral
    from ...client._call.retry import Attempt
    from ...client._call.timing import Gaps
    from ...client.models import CompletionEvent, UsageInfo
    from ...client.utils.eventstreaming import EventStream
    from ..outcome import Outcome
    from ..output import Output

_BOUNDS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""The bounds between the bars of the histogram, in seconds."""

_NAMES: Final = (
    "< 1 ms",
    "1-3 ms",
    "3-10 ms",
    "10-30 ms",
    "30-100 ms",
    "100-300 ms",
    "0.3-1 s",
    "1-3 s",
    "> 3 s",
)
_LABEL_WIDTH: Final = 20  # columns
_MAX_BAR: Final = 30  # columns


class StatsSink(Sink):
    """A sink that wraps another and writes statistics after each answer."""

    def __init__(self, sink: Sink, output: Output) -> None:
        self._sink = sink
        self._output = output
        self._server_url = ""

    def prepare(self, client: Mistral) -> None:
        """Prepare the wrapped sink, and note the server, which has the prices."""
        self._sink.prepare(client)
        self._server_url, _ = client.sdk_configuration.get_server_details()

    def show(self, stream: EventStream[CompletionEvent]) -> None:
        """Show the stream with the wrapped sink."""
        self._sink.show(stream)

    def end(self, outcome: Outcome) -> None:
        """Finish the wrapped sink, then write statistics."""
        self._sink.end(outcome)
        if outcome.stream is not None:
            columns, _ = self._output.size
            for text in figures(outcome.stream, columns, self._server_url):
                self._output.note(text)


def figures(
    stream: EventStream[CompletionEvent], columns: int, server_url: str = ""
) -> Iterator[str]:
    """Yield the statistics of a stream, line by line.

    Args:
        stream: The stream.
        columns: The columns of the terminal.
        server_url: The server, which has the prices; if empty, the line for the cost is left out.
    """
    timing = stream.timing
    yield line("time to first token", duration(timing.first_content))
    speed = timing.tokens_per_second
    yield line("tokens per second", "unknown" if speed is None else f"{speed:.1f}")
    yield line("total", duration(timing.total))
    yield line("events", f"{timing.events}, {timing.bytes:,} bytes")
    yield from _gaps(timing.gaps, columns)
    yield line("usage", usage(stream.usage))
    if (cost := estimate(server_url, stream.snapshot.model, stream.usage)) is not None:
        yield line("cost", shown(cost))
    yield line("attempts", attempts(stream.attempts))
    yield line("finish reason", one_line(stream.finish_reason or "none"))


def duration(seconds: float | None) -> str:
    """Format a duration in seconds or milliseconds."""
    if seconds is None:
        return "unknown"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def usage(used: UsageInfo | None) -> str:
    """Format token usage. Counts that the server left out are unknown, not 0."""
    if used is None:
        return "unknown"
    parts = {"prompt": used.prompt_tokens, "completion": used.completion_tokens}
    texts = (f"{name} {'unknown' if n is None else n}" for name, n in parts.items())
    return f"{', '.join(texts)} tokens"


def attempts(all_attempts: tuple[Attempt, ...]) -> str:
    """Format the number of attempts, and the reason for each retry."""
    reasons = [
        f"{one_line(attempt.reason or 'failed')}, retried after {duration(attempt.delay)}"
        for attempt in all_attempts
        if attempt.delay is not None
    ]
    return "; ".join([f"{max(1, len(all_attempts))}", *reasons])


def histogram(gaps: Gaps) -> list[int]:
    """Count the gaps between each two bounds."""
    counts = [0] * len(_NAMES)
    for seconds, count in gaps.counts():
        counts[sum(seconds >= bound for bound in _BOUNDS)] += count
    return counts


def _gaps(gaps: Gaps, columns: int) -> Iterator[str]:
    if not len(gaps):
        return
    times = {"p50": gaps.p50, "p95": gaps.p95, "max": gaps.max}
    yield line("gaps", ", ".join(f"{name} {duration(value)}" for name, value in times.items()))
    counts = histogram(gaps)
    nonempty = [place for place, count in enumerate(counts) if count]
    room = max(1, min(_MAX_BAR, columns - _LABEL_WIDTH - 8))
    for place in range(nonempty[0], nonempty[-1] + 1):
        bar = "█" * math.ceil(counts[place] * room / max(counts))
        yield line(f"{_NAMES[place]:>{_LABEL_WIDTH - 2}}", f"{counts[place]:5} {bar}".rstrip())


def line(name: str, text: str) -> str:
    """Return a line of statistics."""
    return f"{name:{_LABEL_WIDTH}} {text}"
