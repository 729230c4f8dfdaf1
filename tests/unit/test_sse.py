from collections.abc import Iterable

import pytest

from mistralai.client import sse
from mistralai.client.sse import SSEDecoder
from support.decoding import seen
from support.naive_sse import read_events
from support.sse_cases import CASES, Case, message
from support.streams import cut_at, cut_every

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


# --- the rules ----------------------------------------------------------------


@pytest.mark.uncounted
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


# --- what a decoder remembers -------------------------------------------------


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
