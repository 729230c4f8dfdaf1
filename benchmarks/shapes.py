"""What the server streams: bytes made once, in the recorded shape of Mistral's deltas.

The text deltas have 262 bytes on average. A shape is named in the path of a request, as in `/paced-50-100/v1/chat/completions`:

    bulk-EVENTS              writes of 16 KiB, as fast as they are taken
    written-EVENTS           each event a write of its own, one in each turn of the server's loop
    paced-RATE-EVENTS        the same, so many a second
    stamped-RATE-EVENTS      paced; the text of each event is the server's monotonic clock in ns
    large-MEGABYTES          one event of that size, in writes of 4 KiB
    hold-EVENTS              so many events, then silence
    unended-EVENTS           stamped events and `[DONE]`, but the body does not end.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

PIECE = 16 * 1024
WRITE = 4 * 1024
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
DONE = b"data: [DONE]\n\n"
PADDING = "abcdefghijklmnopqrstuvwxyz0123456789"
WORDS = (
    " Then the",
    " window of the morning",
    " stays",
    " half open, and the light that comes in",
    ", quietly, as it does each year when the days are long,",
    " knows the names of the things on the table",
    " a little before",
    " we have found our own words, any words at all, for what they are.",
)


@dataclass(frozen=True)
class Shape:
    """How an answer is written.

    Attributes:
        pieces: Makes the pieces anew, with the framing of chunks.
        interval: Seconds from one piece to the next; 0 for no pause.
        ends: Whether the body ends.
    """

    pieces: Callable[[], Iterator[bytes]]
    interval: float = 0.0
    ends: bool = True


@cache
def shape(name: str) -> Shape:
    """Make the shape of this name."""
    kind, *numbers = name.split("-")
    return _KINDS[kind](*(float(number) if "." in number else int(number) for number in numbers))


def text(events: int) -> str:
    """What so many events say."""
    return "".join(WORDS[number % len(WORDS)] for number in range(events))


def event(delta: object, number: int = 0, **more: object) -> bytes:
    """One event; the padding grows and shrinks as the recorded one does (wire-format section 5)."""
    finish = more.pop("finish_reason", None)
    chunk = {
        "id": "5867cf2033104506afc1eaf0e76cb6f6",
        "object": "chat.completion.chunk",
        "created": 1768581483,
        "model": "mistral-large-latest",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **more,
        "p": PADDING[: 1 + number * 7 % len(PADDING)],
    }
    return b"data: %s\n\n" % json.dumps(chunk, separators=(",", ":")).encode()


def chunk(data: bytes) -> bytes:
    """Frame a piece of the body (RFC 9112, section 7.1)."""
    return b"%x\r\n%s\r\n" % (len(data), data)


@cache
def opening() -> bytes:
    """The event that says whose turn it is."""
    return event({"role": "assistant", "content": ""})


@cache
def closing() -> bytes:
    """The last event, with finish reason and usage."""
    usage = {"prompt_tokens": 9, "total_tokens": 59, "completion_tokens": 50}
    return event({"content": ""}, finish_reason="stop", usage=usage)


@cache
def deltas() -> list[bytes]:
    """Text events with every word and every padding."""
    count = len(WORDS) * len(PADDING)
    return [event({"content": WORDS[i % len(WORDS)]}, i) for i in range(count)]


def body(events: int) -> Iterator[bytes]:
    """The events of a whole text answer, and `[DONE]`."""
    yield opening()
    some = deltas()
    for number in range(events):
        yield some[number % len(some)]
    yield closing()
    yield DONE


def _bulk(events: int) -> Shape:
    """Each event is a chunk of its own, as servers flush them, and a write has many of them."""
    framed = b"".join(map(chunk, body(events)))
    return Shape(lambda: (framed[i : i + PIECE] for i in range(0, len(framed), PIECE)))


def _paced(rate: float, events: int) -> Shape:
    pieces = [chunk(one) for one in body(events)]
    pieces[-2:] = [pieces[-2] + pieces[-1]]  # `[DONE]` comes with the last event
    return Shape(lambda: iter(pieces), 1 / rate)


def _written(events: int) -> Shape:
    return _paced(1_000_000, events)


def _stamped(rate: float, events: int) -> Shape:
    return Shape(lambda: _stamps(events), 1 / rate)


def _stamps(events: int) -> Iterator[bytes]:
    # A stamp has its width from the start, so that only digits are written an event.
    before, _, after = chunk(event({"content": f"{0:020}"}, 4)).partition(b"0" * 20)
    yield chunk(opening())
    for _ in range(events):
        yield b"%b%020d%b" % (before, time.monotonic_ns(), after)
    yield chunk(closing() + DONE)


def _large(megabytes: int) -> Shape:
    whole = event({"content": "m" * (megabytes << 20)}) + closing() + DONE
    return Shape(lambda: (chunk(whole[i : i + WRITE]) for i in range(0, len(whole), WRITE)))


def _hold(events: int) -> Shape:
    pieces = [chunk(opening()), *(chunk(one) for one in deltas()[:events])]
    return Shape(lambda: iter(pieces), ends=False)


def _unended(events: int) -> Shape:
    return Shape(lambda: _stamps(events), 0.01, ends=False)


_KINDS: dict[str, Callable[..., Shape]] = {
    "bulk": _bulk,
    "written": _written,
    "paced": _paced,
    "stamped": _stamped,
    "large": _large,
    "hold": _hold,
    "unended": _unended,
}
