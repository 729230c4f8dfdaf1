"""The streams, at their path in the generated SDK."""

from .._stream.eventstreaming import EventStream, EventStreamAsync

__all__ = ["EventStream", "EventStreamAsync"]
