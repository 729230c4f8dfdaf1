"""The streams, at the path that the generated SDK has for them."""

from .._stream.eventstreaming import EventStream, EventStreamAsync

__all__ = ["EventStream", "EventStreamAsync"]
