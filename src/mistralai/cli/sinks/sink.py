"""The interface of sinks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...client import Mistral
    from ...client.deltas import Delta
    from ...client.models import CompletionEvent
    from ...client.utils.eventstreaming import EventStream
    from ..outcome import Outcome


class Sink(ABC):
    """Shows answers, one after another."""

    def prepare(self, client: Mistral) -> None:  # noqa: B027 - optional
        """Prepare the client before its first call."""

    @abstractmethod
    def show(self, stream: EventStream[CompletionEvent]) -> None:
        """Read a stream to its end and show it. Raises the errors of the stream."""

    @abstractmethod
    def end(self, outcome: Outcome) -> None:
        """Finish the output of a stream that ended, failed, or never began."""


class TextSink(Sink):
    """Shows the text and the thinking of answers."""

    def show(self, stream: EventStream[CompletionEvent]) -> None:
        """Show the text of choice 0."""
        self.show_deltas(stream.deltas)

    def end(self, outcome: Outcome) -> None:  # noqa: ARG002 - the same for each outcome
        """Complete the output."""
        self.end_text()

    @abstractmethod
    def show_deltas(self, deltas: Iterable[Delta]) -> None:
        """Show a part of an answer, of which `end_text` is the end."""

    @abstractmethod
    def end_text(self) -> None:
        """Complete the output of a part."""
