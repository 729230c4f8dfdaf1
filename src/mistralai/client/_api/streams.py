"""The kinds of streams: the calls behind them, and the classes that a caller holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar, cast

from .._call.bytesflow import BytesCall
from .._call.flow import StreamCall
from .._call.rawreader import RAW
from .._call.reader import COMPLETIONS as COMPLETION_EVENTS
from .._stream.eventstreaming import EventStream, EventStreamAsync
from .._stream.raw import ByteStream, ByteStreamAsync, RawStream, RawStreamAsync
from ..models import CompletionEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._call.eventformat import EventFormat
    from .._call.steps import CallSpec, Environment

S_co = TypeVar("S_co", covariant=True)
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class StreamKind(Generic[S_co, R_co]):
    """One kind of stream.

    Attributes:
        call: Makes its call, such as a `StreamCall` of one format of events.
        stream: The class of synchronous streams, with the constructor of `StreamState`.
        stream_async: The class of asynchronous ones.
    """

    call: Callable[[CallSpec, Environment], Any]
    stream: Callable[..., S_co]
    stream_async: Callable[..., R_co]


def of_events(event_format: EventFormat[Any, Any]) -> Callable[[CallSpec, Environment], Any]:
    """Return the calls of a format of events."""
    return partial(StreamCall[Any, Any], event_format=event_format)


ChatStreams: TypeAlias = StreamKind[EventStream[CompletionEvent], EventStreamAsync[CompletionEvent]]

COMPLETIONS: Final = cast(
    "ChatStreams", StreamKind(of_events(COMPLETION_EVENTS), EventStream, EventStreamAsync)
)
"""Streams of chat completions, of those of agents, and of fill-in-the-middle."""

RawStreams: TypeAlias = StreamKind[RawStream, RawStreamAsync]

RAW_EVENTS: Final = StreamKind(of_events(RAW), RawStream, RawStreamAsync)
"""Streams of server-sent events as they are."""

ByteStreams: TypeAlias = StreamKind[ByteStream, ByteStreamAsync]

BYTES: Final = StreamKind(BytesCall, ByteStream, ByteStreamAsync)
"""Bodies, piece by piece."""
