"""`--trace`: the spans of each answer, on standard error, once it has been shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .sink import Sink
from .spans import Tracer, lines_of

if TYPE_CHECKING:
    from ...client import Mistral
    from ...client.models import CompletionEvent
    from ...client.utils.eventstreaming import EventStream
    from ..outcome import Outcome
    from ..output import Output


class Trace:
    """The trace of a client, written to standard error."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._tracer = Tracer()

    def prepare(self, client: Mistral) -> None:
        """Observe the calls of a client."""
        self._tracer.observe(client)

    def write(self) -> None:
        """Write the spans that have ended since the last time."""
        for root in self._tracer.ended():
            for line in lines_of(root):
                self._output.note(line)


class TraceSink(Sink):
    """A sink that wraps another and writes the trace of each answer."""

    def __init__(self, sink: Sink, output: Output) -> None:
        self._sink = sink
        self._trace = Trace(output)

    def prepare(self, client: Mistral) -> None:
        """Prepare the wrapped sink, and observe the client."""
        self._sink.prepare(client)
        self._trace.prepare(client)

    def show(self, stream: EventStream[CompletionEvent]) -> None:
        """Show the stream with the wrapped sink."""
        self._sink.show(stream)

    def end(self, outcome: Outcome) -> None:
        """Finish the wrapped sink, then write the trace."""
        self._sink.end(outcome)
        self._trace.write()
