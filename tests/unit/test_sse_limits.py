import contextlib
import pickle
from collections.abc import Callable

import pytest

from mistralai.client.sse import EventTooLargeError, SSEDecoder
from support.decoding import outcome, seen
from support.naive_sse import Event, read_events
from support.sse_cases import message
from support.streams import cut_at, cut_every
from support.work import measure_memory

KIB = 1024


# Each stream, and the size of its largest event: its lines with the line ends between them.
SIZED = {
    "one line": (b"data: " + b"x" * 50 + b"\n\n", 56),
    "two lines": (b"data: a\ndata: b\n\n", 15),
    "two lines with CRLF": (b"data: a\r\ndata: b\r\n\r\n", 15),
    "two lines with CR": (b"data: a\rdata: b\r\r", 15),
    "many short lines": (b"data:\n" * 30 + b"\n", 179),
    "other fields": (b"event: a\nid: 1\nretry: 1\ndata: x\n\n", 31),
    "an unknown field": (b"unknown: " + b"x" * 20 + b"\n\n", 29),
    "a long comment": (b": " + b"c" * 20 + b"\n\n", 22),
    "a line that is not ended": (b"data: x\n\ndata: " + b"y" * 20, 26),
    "a comment that is not ended": (b"data: x\n\n: " + b"c" * 20, 22),
    "an event that is not ended": (b"data: x\n\ndata: y\ndata: z\n", 15),
    "a line that is not ended after others": (b"data: x\n\ndata: y\ndata: z", 15),
    "a byte-order mark before": (b"\xef\xbb\xbfdata: x\n\n", 7),
    "the largest between others": (b"data: a\n\ndata: bcde\n\ndata: f\n\n", 10),
}


def all_outcomes(body: bytes, limit: int) -> list[tuple[list[Event], bool]]:
    """Return the distinct outcomes of all cuts in two and of single bytes."""
    cuts = [cut_at(body, [position]) for position in range(len(body) + 1)]
    outcomes = [outcome(pieces, limit) for pieces in [*cuts, cut_every(body, 1)]]
    return [o for i, o in enumerate(outcomes) if o not in outcomes[:i]]


def test_an_event_of_exactly_max_event_size_passes(subtests: pytest.Subtests) -> None:
    for name, (body, size) in SIZED.items():
        with subtests.test(name):
            assert all_outcomes(body, size) == [(read_events(body).events, False)]


def test_an_event_of_one_byte_more_does_not_however_it_is_cut(subtests: pytest.Subtests) -> None:
    for name, (body, size) in SIZED.items():
        with subtests.test(name):
            [(events, too_large)] = all_outcomes(body, size - 1)
            assert too_large
            assert events == read_events(body).events[: len(events)]


def test_events_do_not_count_together() -> None:
    assert outcome([b"data: x\n\n" * 100], 7) == ([message("x")] * 100, False)


def test_comments_do_not_count_together() -> None:
    pings = b": ping\n" * 100
    body = pings + b"data: x\n" + pings + b"\n"
    assert outcome([body], 14) == ([message("x")], False)
    assert outcome(cut_every(body, 1), 14) == ([message("x")], False)


def test_blank_lines_do_not_count() -> None:
    assert outcome([b"\n" * 100, b"data: x\n\n"], 7) == ([message("x")], False)


def test_the_events_before_one_that_is_too_large_are_delivered_and_none_after(
    subtests: pytest.Subtests,
) -> None:
    body = b"data: a\n\ndata: b\n\ndata: " + b"x" * 20 + b"\n\ndata: c\n\n"
    for size in [1, 3, 1000]:
        with subtests.test(size=size):
            assert outcome(cut_every(body, size), 10) == ([message("a"), message("b")], True)


CALLS: dict[str, Callable[[SSEDecoder], object]] = {
    "a read of nothing": lambda decoder: decoder.feed(b""),
    "a read of more": lambda decoder: decoder.feed(b"\n\ndata: b\n\n"),
    "the end": lambda decoder: decoder.close(),
}


def test_the_error_waits_for_the_call_after_events_of_the_same_bytes(
    subtests: pytest.Subtests,
) -> None:
    for name, call in CALLS.items():
        with subtests.test(name):
            decoder = SSEDecoder(max_event_size=10)
            assert seen(decoder.feed(b"data: a\n\ndata: " + b"x" * 20)) == [message("a")]
            with pytest.raises(EventTooLargeError):
                call(decoder)


def test_the_error_does_not_wait_where_there_is_no_event_to_deliver() -> None:
    decoder = SSEDecoder(max_event_size=10)
    with pytest.raises(EventTooLargeError):
        decoder.feed(b"data: " + b"x" * 20)


def test_a_decoder_that_failed_decodes_no_more() -> None:
    decoder = SSEDecoder(max_event_size=10)
    for _ in range(3):
        with pytest.raises(EventTooLargeError):
            decoder.feed(b"data: " + b"x" * 20 + b"\n\ndata: a\n\n")


def test_a_decoder_that_failed_takes_no_more_memory_however_often_it_is_called() -> None:
    decoder = SSEDecoder(max_event_size=10)

    def fail() -> None:
        with contextlib.suppress(EventTooLargeError):
            decoder.feed(b"data: " + b"x" * 20)

    assert measure_memory([fail] * 1000).peak < 16 * KIB


def test_the_error_names_the_setting_and_shows_the_start_of_the_event() -> None:
    decoder = SSEDecoder(max_event_size=1000)
    with pytest.raises(ValueError, match=r"max_event_size.* 1000 ") as caught:
        decoder.feed(b"data: start " + b"x" * 1000)
    error = caught.value
    assert isinstance(error, EventTooLargeError)
    assert error.limit == 1000
    assert error.excerpt.startswith(b"data: start x")
    assert len(error.excerpt) <= 200


def test_the_error_can_be_pickled() -> None:
    error = EventTooLargeError(10, b"data: x")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.limit, again.excerpt) == (str(error), 10, b"data: x")


def test_64_mib_are_allowed_by_default() -> None:
    decoder = SSEDecoder()
    line = b"data: " + bytes(64 * KIB * KIB - len(b"data: "))
    assert decoder.feed(line) == []
    with pytest.raises(EventTooLargeError):
        decoder.feed(b"x")
