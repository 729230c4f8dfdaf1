from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

import pytest

from mistralai.client.sse import EventTooLargeError, SSEDecoder
from support.streams import cut_every
from support.work import count_searched, count_steps, measure_memory

pytestmark = pytest.mark.uncounted

KIB = 1024


def one_line(size: int) -> bytes:
    return b"data: " + b"x" * size + b"\n\n"


def short_lines(size: int) -> bytes:
    return b"data: x\n" * (size // 8) + b"\n"


def short_events(size: int) -> bytes:
    return b"data: x\n\n" * (size // 9)


def carriage_returns(size: int) -> bytes:
    return b"data: x\r" * (size // 8) + b"\r"


SHAPES = [one_line, short_lines, short_events, carriage_returns]


def feed(body: bytes, size: int) -> None:
    decoder = SSEDecoder()
    for piece in cut_every(body, size):
        decoder.feed(piece)


def test_no_loop_of_python_runs_over_the_bytes_of_an_event() -> None:
    small, large = (count_steps(partial(feed, one_line(n), 10**9)) for n in (KIB, 1024 * KIB))
    assert large == small


def test_twice_the_bytes_take_twice_the_steps(subtests: pytest.Subtests) -> None:
    for shape in SHAPES:
        with subtests.test(shape.__name__):
            once, twice = (count_steps(partial(feed, shape(n), KIB)) for n in (16 * KIB, 32 * KIB))
            assert twice < 2.1 * once


def test_twice_the_bytes_take_twice_the_searching(subtests: pytest.Subtests) -> None:
    for shape in SHAPES:
        with subtests.test(shape.__name__):
            once, twice = (
                count_searched(partial(feed, shape(n), 4 * KIB)) for n in (64 * KIB, 128 * KIB)
            )
            assert twice < 2.1 * once


def feeding(decoder: SSEDecoder, body: bytes, size: int) -> Iterator[Callable[[], object]]:
    """Yield a step for each read until one fails; a step makes its own bytes, so they count."""
    too_large = False

    def read(start: int) -> None:
        nonlocal too_large
        try:
            decoder.feed(body[start : start + size])
        except EventTooLargeError:
            too_large = True

    for start in range(0, len(body), size):
        if not too_large:
            yield partial(read, start)


def test_twice_the_bytes_take_twice_the_copying(subtests: pytest.Subtests) -> None:
    for shape in SHAPES:
        with subtests.test(shape.__name__):
            once, twice = (
                measure_memory(feeding(SSEDecoder(), shape(n), 4 * KIB)).allocated
                for n in (64 * KIB, 128 * KIB)
            )
            assert twice < 2.1 * once


COPIES = {"delivered": 3 * KIB, "too large": 16 * KIB}
LINES = {
    "one line": b"x",
    "data lines": b"data: x\n",
    "empty data": b"data\n",
    "unknown fields": b"ab\n",
    "CRLF": b"data: x\r\n",
    "comments": b": ping\n",
    "blank": b"\n",
}


def test_the_memory_is_about_that_of_the_limit_and_one_read(subtests: pytest.Subtests) -> None:
    limit = 4 * KIB
    for (end, copies), (kind, line), size in product(
        COPIES.items(), LINES.items(), [2, KIB, 4 * KIB]
    ):
        with subtests.test(f"{kind}, {end}", size=size):
            body = b"data: " + line * (copies // len(line)) + b"\n\n"
            peak = measure_memory(feeding(SSEDecoder(max_event_size=limit), body, size)).peak
            # A read is split into lines immediately; small objects take more than their bytes.
            assert peak < 6 * limit + 20 * size


def test_an_event_past_the_limit_is_held_once(subtests: pytest.Subtests) -> None:
    limit, size = 256 * KIB, 4 * KIB
    bodies = {
        "a line without an end": b"data: " + b"x" * 2 * limit,
        "a line whose end comes after the limit": b"data: " + b"x" * limit + b"\n\n",
        "the same with CRLF": b"data: " + b"x" * limit + b"\r\n\r\n",
        "two long lines": (b"data: " + b"x" * (limit * 2 // 3) + b"\n") * 2 + b"\n",
        "a short line and a long one": b"event: x\ndata: " + b"x" * 2 * limit,
        "a long line and short ones": b"data: " + b"x" * (limit - 99) + b"\ndata: x" * 99,
        "lines of a read": (b"data: " + b"x" * (size - 7) + b"\n") * 99,
        "short lines": b"data: x\n" * (limit // 4),
        "a comment": b": " + b"x" * 2 * limit,
    }
    for name, body in bodies.items():
        with subtests.test(name):
            decoder = SSEDecoder(max_event_size=limit)
            peak = measure_memory(feeding(decoder, body, size)).peak
            with pytest.raises(EventTooLargeError):
                decoder.close()
            # A bytearray over-allocates by one eighth so that it can grow.
            assert peak < limit * 9 / 8 + 12 * size
