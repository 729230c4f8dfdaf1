"""Faults of the content or the encoding of a body."""

import itertools
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from ..answers import Answer, End, Pause, Repeat, Step, event
from ..api.errors import ErrorShape, known
from ..bounds import Count, ErrorStatus, Seconds
from ..jsonvalues import compact
from .fault import Fault, InsertedFault, PlacedFault
from .place import START, At, by_event, insert

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_LEAD_BYTE: Final = re.compile(rb"[\xc2-\xf4](?=[\x80-\xbf])")
_PIECE: Final = 64 * 1024

EventErrorShape: TypeAlias = ErrorShape | Literal["finish-reason"]
"""The shape of an error in a stream; `finish-reason` is a chunk that ends with `error`."""


def _chunk(content: str, finish_reason: str | None = None) -> bytes:
    delta = {"content": content}
    return compact(
        {
            "id": "0" * 32,
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "simulator",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEvent(InsertedFault):
    """An error in the stream, which ends there or continues.

    No error in a stream was ever recorded (wire-format section 11), so every possible shape is
    covered.

    Attributes:
        status: The status whose text, type and code the error has.
        shape: The shape of the error.
        named: Add the line `event: error` to the event.
        goes_on: Send the rest of the answer after the error.
    """

    kind = "error"

    status: ErrorStatus = 500
    shape: EventErrorShape = "object"
    named: bool = False
    goes_on: bool = False

    def steps(self) -> tuple[Step, ...]:
        """Return the event."""
        if self.shape == "finish-reason":
            data = _chunk("", "error")
        else:
            data = compact(known(self.status).body(self.shape))
        piece = (b"event: error\n" if self.named else b"") + event(data)
        return (piece,) if self.goes_on else (piece, End("clean"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert(InsertedFault):
    """Text is inserted into the body.

    Attributes:
        data: The text, sent as UTF-8.
    """

    kind = "insert"

    data: str = ": comment\n\n"

    def steps(self) -> tuple[Step, ...]:
        """Return the text."""
        return (self.data.encode(),)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadJson(InsertedFault):
    """An event has incomplete JSON."""

    kind = "bad-json"

    def steps(self) -> tuple[Step, ...]:
        """Return the event."""
        return (event(_chunk("never closed")[:-20]),)


@dataclass(frozen=True, slots=True, kw_only=True)
class HugeEvent(InsertedFault):
    """An event is very large.

    Attributes:
        size: Bytes of text in it.
    """

    kind = "huge-event"

    size: Count = 65 * 1024 * 1024

    def steps(self) -> tuple[Step, ...]:
        """Return the event in pieces of 64 KiB."""
        before, after = event(_chunk("|")).split(b"|")
        pieces, rest = divmod(self.size, _PIECE)
        return (before, *[b"x" * _PIECE] * pieces, b"x" * rest + after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(PlacedFault):
    """The event after the place is sent twice."""

    kind = "duplicate"

    def apply(self, answer: Answer) -> Answer:
        """Repeat the event."""
        return replace(answer, body=_doubled(answer.body, self.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap(PlacedFault):
    """The two events after the place are swapped."""

    kind = "swap"

    def apply(self, answer: Answer) -> Answer:
        """Swap the events."""
        return replace(answer, body=_swapped(answer.body, self.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEnds(Fault):
    """Lines do not end with LF.

    Attributes:
        style: `crlf` or `cr`; both are allowed in an event stream (WHATWG HTML).
    """

    kind = "crlf"

    style: Literal["crlf", "cr"] = "crlf"

    def apply(self, answer: Answer) -> Answer:
        """Replace the line ends."""
        end = b"\r\n" if self.style == "crlf" else b"\r"
        return replace(answer, body=_each(answer.body, lambda piece: piece.replace(b"\n", end)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteOrderMark(Fault):
    """The body starts with a byte order mark, which is allowed (WHATWG HTML)."""

    kind = "bom"

    def apply(self, answer: Answer) -> Answer:
        """Insert the mark."""
        return replace(answer, body=insert(answer.body, START, _BYTE_ORDER_MARK))


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitUtf8(Fault):
    """Every multi-byte character is split: its first byte in one `send`, the rest in the next.

    Attributes:
        pause: Seconds between the two sends, so that they are read separately.
    """

    kind = "split-utf8"

    pause: Seconds = 0.002

    def apply(self, answer: Answer) -> Answer:
        """Split the characters."""
        return replace(answer, body=_between_bytes(answer.body, Pause(self.pause)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gzip(Fault):
    """The body is compressed, whether or not the client asked for it."""

    kind = "gzip"

    def apply(self, answer: Answer) -> Answer:
        """Compress and flush each piece, so that it can be decoded immediately."""
        headers = (*answer.headers, ("content-encoding", "gzip"))
        return replace(answer, headers=headers, body=_compressed(answer.body))


def _each(steps: Iterable[Step], change: Callable[[bytes], bytes]) -> Iterator[Step]:
    for step in steps:
        match step:
            case bytes():
                yield change(step)
            case Repeat(piece, every, count):
                yield Repeat(change(piece), every, count)
            case _:
                yield step


def _after_place(steps: Iterable[Step], at: At) -> Iterator[tuple[Step, bool]]:
    """Yield complete events and the steps between them, each with True if after the place."""
    here = Pause(0)
    reached = False
    for step in by_event(insert(steps, at, here)):
        if step is here:
            reached = True
        else:
            yield step, reached


def _doubled(steps: Iterable[Step], at: At) -> Iterator[Step]:
    done = False
    for step, is_after in _after_place(steps, at):
        yield step
        if is_after and not done and isinstance(step, bytes):
            done = True
            yield step


def _swapped(steps: Iterable[Step], at: At) -> Iterator[Step]:
    held: bytes | None = None
    done = False
    for step, is_after in _after_place(steps, at):
        if done or not is_after or not isinstance(step, bytes):
            yield step
        elif held is None:
            held = step
        else:
            done = True
            yield from (step, held)
    if held is not None and not done:
        yield held


def _between_bytes(steps: Iterable[Step], pause: Pause) -> Iterator[Step]:
    for step in steps:
        if not isinstance(step, bytes):
            yield step
            continue
        start = 0
        for lead in _LEAD_BYTE.finditer(step):
            yield from (step[start : lead.end()], pause)
            start = lead.end()
        yield step[start:]


def _compressed(steps: Iterable[Step]) -> Iterator[Step]:
    compressor = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)

    def compress(piece: bytes) -> bytes:
        return compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH)

    for step in steps:
        match step:
            case bytes():
                yield compress(step)
            case Repeat(piece, every, count):
                repetitions = itertools.repeat(None) if count is None else range(count)
                for _ in repetitions:
                    yield from (Pause(every), compress(piece))
            case End(ending) if ending in {"clean", "close"}:
                yield from (compressor.flush(), step)
            case _:
                yield step
    yield compressor.flush()
