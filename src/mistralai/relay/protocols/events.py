"""`events`: the events of the log for `EventSource`, as they are.

Each has its number, its type as the name of the event, and its attributes as JSON. No type is
called `error`, the name under which `EventSource` reports its own errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..frames import End
from ..jsontext import json_of
from ..wire import TYPES, to_fields
from .encoder import Encoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..frames import Frame


class EventsEncoder(Encoder):
    """The protocol `events`."""

    stateless = True

    def _translate(self, frame: Frame) -> Iterator[bytes]:
        yield json_of(to_fields(frame.event))
        self.done = isinstance(frame.event, End)

    def _framed(self, frame: Frame, data: Iterable[bytes]) -> bytes:
        name = TYPES[type(frame.event)].encode()
        (fields,) = data
        return b"id: %d\nevent: %b\ndata: %b\n\n" % (frame.id, name, fields)
