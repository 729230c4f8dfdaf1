import contextlib
import pickle
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import product

import pytest

from mistralai.client import sse
from mistralai.client.sse import EventTooLargeError, SSEDecoder
from support.decoding import outcome, seen
from support.naive_sse import Event, read_events
from support.sse_cases import CASES, Case, message
from support.streams import cut_at, cut_every
from support.work import count_searched, count_steps, measure_memory

KIB = 1024


def check(case: Case, pieces: Iterable[bytes], cut: str) -> None:
    decoder = SSEDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    assert seen(events) == case.events, cut
    assert decoder.close() == [], cut
    assert decoder.last_event_id == case.last_event_id, cut
    assert decoder.retry == case.retry, cut
    assert decoder.unfinished == case.unfinished, cut


def check_all_cuts(case: Case) -> None:
    """Check a stream in one read, in two cut anywhere, byte by byte, and with empty reads."""
    singles = cut_every(case.body, 1)
    check(case, [case.body], "in one read")
    for position in range(len(case.body) + 1):
        check(case, cut_at(case.body, [position]), f"cut at {position}")
    check(case, singles, "byte by byte")
    check(case, [piece for byte in singles for piece in (b"", byte, b"")], "with empty reads")


# --- the rules ---------------------------------------------------------------


def test_a_stream_gives_its_events_however_it_is_cut(subtests: pytest.Subtests) -> None:
    for case in CASES:
        with subtests.test(case.name):
            check_all_cuts(case)


def test_lines_too_long_to_be_copied_are_read_like_others(
    monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    monkeypatch.setattr(sse, "_SMALL", 0)
    for case in CASES:
        with subtests.test(case.name):
            check_all_cuts(case)


def test_an_event_after_the_stream_is_delivered_too(subtests: pytest.Subtests) -> None:
    for case in CASES:
        if case.unfinished:
            continue
        with subtests.test(case.name):
            events = [*case.events, message("after", last_id=case.last_event_id)]
            for size in (1, 5, 1000):
                pieces = cut_every(case.body + b"data: after\n\n", size)
                check(case._replace(events=events), pieces, f"in pieces of {size}")


def test_the_reader_that_decoders_are_compared_with_knows_the_rules(
    subtests: pytest.Subtests,
) -> None:
    for case in CASES:
        with subtests.test(case.name):
            assert read_events(case.body) == (case.events, case.last_event_id, case.retry)


def test_an_event_is_delivered_with_the_first_byte_of_its_last_line_end(
    subtests: pytest.Subtests,
) -> None:
    for end in [b"\n", b"\r", b"\r\n"]:
        with subtests.test(end=end):
            decoder = SSEDecoder()
            assert decoder.feed(b"data: x" + end) == []
            assert seen(decoder.feed(end[:1])) == [message("x")]
            assert decoder.feed(end[1:]) == []
            assert decoder.unfinished == b""


def test_the_data_are_kept_as_bytes_until_they_are_read() -> None:
    [event] = SSEDecoder().feed(b"data: \xe2\x82\rdata: \xff\r\r")
    assert event.raw == b"\xe2\x82\n\xff"
    assert event.data == "\ufffd\n\ufffd"


def test_a_retry_of_more_digits_than_python_converts_is_ignored() -> None:
    decoder = SSEDecoder()
    events = decoder.feed(b"retry: " + b"9" * 5000 + b"\ndata: x\n\n")
    assert seen(events) == [message("x")]
    assert decoder.retry is None


# --- what a decoder remembers ------------------------------------------------


def test_a_new_decoder_remembers_nothing() -> None:
    decoder = SSEDecoder()
    assert (decoder.last_event_id, decoder.retry, decoder.unfinished) == ("", None, b"")
    assert decoder.close() == []


def test_the_last_event_id_changes_when_the_event_is_dispatched() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"id: 1\n")
    assert decoder.last_event_id == ""
    decoder.feed(b"\n")
    assert decoder.last_event_id == "1"


def test_the_reconnection_time_changes_with_its_line() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"retry: 1")
    assert decoder.retry is None
    decoder.feed(b"5\n")
    assert decoder.retry == 15


def test_unfinished_grows_until_the_event_is_ended() -> None:
    decoder = SSEDecoder()
    seen_so_far = []
    for piece in (b"data: x\n\nda", b"ta: ", b"y", b"\r", b"\n", b"id: 1\r\n", b"\r\n"):
        decoder.feed(piece)
        seen_so_far.append(decoder.unfinished)
    assert seen_so_far == [
        b"da",
        b"data: ",
        b"data: y",
        b"data: y\n",
        b"data: y\n",
        b"data: y\nid: 1\n",
        b"",
    ]


def test_ended_comments_are_not_in_unfinished() -> None:
    decoder = SSEDecoder()
    decoder.feed(b": a\ndata: x\n: b\n")
    assert decoder.unfinished == b"data: x\n"


def test_close_leaves_unfinished_as_it_was() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"data: [DONE]")
    assert decoder.close() == []
    assert decoder.unfinished == b"data: [DONE]"


# --- max_event_size ----------------------------------------------------------

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


# --- cost --------------------------------------------------------------------


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
