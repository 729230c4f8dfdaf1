"""The interface of sinks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...client import Mistral
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
