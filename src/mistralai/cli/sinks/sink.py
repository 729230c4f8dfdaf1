"""What all sinks have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...client import Mistral
    from ...client.models import CompletionEvent
    from ...client.utils.eventstreaming import EventStream
    from ..outcome import Outcome


class Sink(ABC):
    """Takes one answer after the other."""

    def prepare(self, client: Mistral) -> None:  # noqa: B027 - few sinks have to
        """See the client before its first call."""

    @abstractmethod
    def show(self, stream: EventStream[CompletionEvent]) -> None:
        """Read a stream to its end, and show what comes. Raises what the stream raises."""

    @abstractmethod
    def end(self, outcome: Outcome) -> None:
        """Finish what is shown: the stream ended, broke off, or never began."""
