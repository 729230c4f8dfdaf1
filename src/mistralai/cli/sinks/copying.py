"""`--copy`: the text of each answer, copied to the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..clipboard import copy
from .sink import Sink

if TYPE_CHECKING:
    from ...client import Mistral
    from ...client.models import CompletionEvent
    from ...client.utils.eventstreaming import EventStream
    from ..outcome import Outcome
    from ..output import Output


class CopySink(Sink):
    """A sink that wraps another and copies each complete answer."""

    def __init__(self, sink: Sink, output: Output) -> None:
        self._sink = sink
        self._output = output

    def prepare(self, client: Mistral) -> None:
        """Prepare the wrapped sink."""
        self._sink.prepare(client)

    def show(self, stream: EventStream[CompletionEvent]) -> None:
        """Show the stream with the wrapped sink."""
        self._sink.show(stream)

    def end(self, outcome: Outcome) -> None:
        """Finish the wrapped sink, then copy the text of an answer that is complete."""
        self._sink.end(outcome)
        if outcome.error is None:
            self._output.note(copy(outcome.text, self._output))
