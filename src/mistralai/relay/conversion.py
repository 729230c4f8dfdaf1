"""The items of a source, converted to the events of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from mistralai.client.deltas import DeltaReader
from mistralai.client.models import CompletionChunk, CompletionEvent

from .frames import End, Gap, Opened
from .wire import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from .frames import Event

_WRITTEN_BY_RELAYS: Final = (Opened, Gap, End)


class Conversion:
    """The events of one answer.

    Args:
        message_id: The id of the message, if the application gives one.
        now: Returns the time in seconds since 1970.
        new_id: Returns an id for an answer that has none.

    Attributes:
        opened: True once the event `Opened` has been returned.
    """

    def __init__(
        self, message_id: str | None, now: Callable[[], float], new_id: Callable[[], str]
    ) -> None:
        self.opened = False
        self._message_id = message_id
        self._now = now
        self._new_id = new_id
        self._chunks = DeltaReader()

    def events(self, item: object) -> list[Event]:
        """Return the events of what a source yielded: a delta, a completion event or its chunk.

        The first one is `Opened`. A source that knows more than its deltas say may yield `Opened`
        itself, first.

        Raises:
            TypeError: It is something else.
        """
        if isinstance(item, CompletionEvent):
            item = item.data
        if isinstance(item, CompletionChunk):
            opening = self._open(item.id, item.model, item.created)
            return [*opening, *self._chunks.read(item)]
        if isinstance(item, Opened) and not self.opened:
            return self._open(item.id, item.model, item.created)
        if type(item) not in TYPES or isinstance(item, _WRITTEN_BY_RELAYS):
            raise TypeError(
                "the source of an answer yields deltas of mistralai.deltas or completion events; "
                f"this one yielded {type(item).__name__}"
            )
        return [*self.opening(), cast("Event", item)]

    def opening(self) -> list[Event]:
        """Return `Opened` if it has not been returned, for an answer that nothing is known of."""
        return self._open(None, None, None)

    def _open(self, of_server: Any, model: Any, created: Any) -> list[Event]:
        if self.opened:
            return []
        self.opened = True
        name = self._message_id or of_server or self._new_id()
        started = created if isinstance(created, int) else int(self._now())
        return [Opened(str(name), str(model) if model else None, started)]
