"""The streams of the server: bytes prepared once, in the recorded shape of Mistral's deltas.

The text deltas have 262 bytes on average. A request names a shape in its path, as in
`/paced-50-100/v1/chat/completions`:

    bulk-EVENTS              writes of 16 KiB, as fast as the client reads
    written-EVENTS           one write per event, one per iteration of the server's loop
    paced-RATE-EVENTS        one write per event, RATE per second
    stamped-RATE-EVENTS      paced; the text of each event is the server's monotonic clock in ns
    large-MEGABYTES          one event of that size, in writes of 4 KiB
    hold-EVENTS              EVENTS events, then silence
    unended-EVENTS           stamped events and `[DONE]`, but the body does not end
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
    """The way in which an answer is written.

    Attributes:
        pieces: Return the pieces of a new answer, with chunked framing.
        interval: The seconds from one piece to the next; 0 for no pause.
        ends: True if the body ends.
    """

    pieces: Callable[[], Iterator[bytes]]
    interval: float = 0.0
    ends: bool = True


@cache
def shape(name: str) -> Shape:
    """Return the shape with this name."""
    kind, *numbers = name.split("-")
    return _KINDS[kind](*(float(number) if "." in number else int(number) for number in numbers))


def text(events: int) -> str:
    """Return the text of this many events."""
    return "".join(WORDS[number % len(WORDS)] for number in range(events))


def event(delta: object, number: int = 0, **more: object) -> bytes:
    """Return one event, with padding of varying length as recorded (wire-format section 5)."""
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
    """Frame a piece of the body (RFC 9112 section 7.1)."""
    return b"%x\r\n%s\r\n" % (len(data), data)


@cache
def opening() -> bytes:
    """Return the first event, which has the role."""
    return event({"role": "assistant", "content": ""})


@cache
def closing() -> bytes:
    """Return the last event, with finish reason and usage."""
    usage = {"prompt_tokens": 9, "total_tokens": 59, "completion_tokens": 50}
    return event({"content": ""}, finish_reason="stop", usage=usage)


@cache
def deltas() -> list[bytes]:
    """Return text events with every combination of word and padding."""
    count = len(WORDS) * len(PADDING)
    return [event({"content": WORDS[i % len(WORDS)]}, i) for i in range(count)]


def body(events: int) -> Iterator[bytes]:
    """Yield the events of a complete text answer, and `[DONE]`."""
    yield opening()
    some = deltas()
    for number in range(events):
        yield some[number % len(some)]
    yield closing()
    yield DONE


def _bulk(events: int) -> Shape:
    """Put each event into its own chunk, as servers flush them, and many chunks into a write."""
    framed = b"".join(map(chunk, body(events)))
    return Shape(lambda: (framed[i : i + PIECE] for i in range(0, len(framed), PIECE)))


def _paced(rate: float, events: int) -> Shape:
    pieces = [chunk(one) for one in body(events)]
    pieces[-2:] = [pieces[-2] + pieces[-1]]  # `[DONE]` is sent with the last event
    return Shape(lambda: iter(pieces), 1 / rate)


def _written(events: int) -> Shape:
    return _paced(1_000_000, events)


def _stamped(rate: float, events: int) -> Shape:
    return Shape(lambda: _stamps(events), 1 / rate)


def _stamps(events: int) -> Iterator[bytes]:
    # A stamp has a fixed width, so that only its digits are written for each event.
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
