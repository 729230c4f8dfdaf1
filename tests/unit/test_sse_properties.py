from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistralai.client.sse import SSEDecoder
from support.decoding import outcome, seen
from support.naive_sse import Event, read_events
from support.streams import cut_at, hand_written

pytestmark = pytest.mark.uncounted

BOM = b"\xef\xbb\xbf"


def joined(*parts: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.tuples(*parts).map(b"".join)


def several(parts: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.lists(parts, min_size=5, max_size=40).map(b"".join)


# Streams by the grammar of the standard (9.2.5), with all that it lets pass.
line_ends = st.sampled_from([b"\n", b"\r", b"\r\n"])
names = st.sampled_from(
    [b"data"] * 8
    + [b"event", b"event", b"id", b"id"]
    + [b"Data", b" data", b"dat", b"data\0", BOM + b"data", b"\xff", b""]
)
colons = st.sampled_from([b": "] * 4 + [b":", b":", b"", b":  ", b" :", b":\t"])
values = st.one_of(
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])).map(str.encode),
    st.text("\u2028\u2029\u0085\x0b\x0c\0\ufeff \U0001f600\u0663", max_size=4).map(str.encode),
    st.sampled_from(
        [b"[DONE]", b"data: x", BOM + b"x", b"\xf0\x9f", b"\xe2\x82", b"\xed\xa0\x80", b"\xff"]
    ),
)
times = st.sampled_from(["1", "20", "0300", "9" * 30, "", "+1", "-1", "1_0", "1s", "\u0663", "\0"])
lines = st.one_of(
    joined(names, colons, values, line_ends),
    joined(st.just(b"retry"), colons, times.map(str.encode), line_ends),
    line_ends,  # a blank line, which ends an event
)
beginnings = st.sampled_from([b"", BOM, BOM + BOM, BOM[:2]])
grammatical = joined(beginnings, several(lines), values | st.just(b""))

# Streams of few different parts, in which line ends, marks and fields meet by chance.
parts = [b"data", b"id", b"event", b"retry", b":", b": ", b"x", b"1", b"\0", "\u0663".encode()]
parts += [b"\n", b"\r", b"\r\n", b"\n\n", b"\r\r", b"\xef", b"\xbb", b"\xbf"]
crowded = several(st.sampled_from(parts))


anything = grammatical | crowded | st.binary()


@st.composite
def reads(draw: st.DrawFn, bodies: st.SearchStrategy[bytes] = anything) -> list[bytes]:
    """A body cut anywhere, empty pieces included, or at every byte."""
    body = draw(bodies)
    anywhere = st.lists(st.integers(0, len(body)), max_size=12).map(sorted)
    everywhere = st.just(range(1, len(body)))
    return cut_at(body, draw(anywhere | everywhere))


# The same examples in every run; more of them than by default.
thorough = settings(max_examples=500, derandomize=True, deadline=None)


@thorough
@given(reads())
def test_after_every_read_a_decoder_has_given_what_the_reads_so_far_complete(
    pieces: list[bytes],
) -> None:
    # Invariant: whatever the bytes, and wherever they are cut, the events, the last event id and
    # the reconnection time are those of the standard, and no event waits for a later byte.
    decoder = SSEDecoder()
    events: list[Event] = []
    for piece, so_far in zip(pieces, accumulate(pieces), strict=True):
        events += seen(decoder.feed(piece))
        assert (events, decoder.last_event_id, decoder.retry) == read_events(so_far)
    assert decoder.close() == []


@thorough
@given(reads())
def test_unfinished_and_a_blank_line_make_the_last_event(pieces: list[bytes]) -> None:
    # Invariant: a blank line after `unfinished` makes the event that a blank line after the
    # whole stream makes, or none where that makes none.
    decoder = SSEDecoder()
    for piece in pieces:
        decoder.feed(piece)
    body = b"".join(pieces)
    ended = read_events(body + b"\n\n").events[len(read_events(body).events) :]
    # The blank line before it keeps a byte-order mark in a later event what it was there.
    alone = read_events(b"\n" + decoder.unfinished + b"\n\n").events
    assert [without_id(event) for event in alone] == [without_id(event) for event in ended]


def without_id(event: Event) -> tuple[str, str, int | None]:
    return event.event, event.data, event.retry


@thorough
@given(reads(), st.data())
def test_an_event_that_is_too_large_is_so_however_it_is_cut(
    pieces: list[bytes], data: st.DataObject
) -> None:
    # Invariant: under any limit, all cuts of a stream deliver the same events and then fail
    # alike, or not at all; the delivered events are the first of those without a limit.
    whole = b"".join(pieces)
    # A limit that lines of the stream just meet.
    limit = data.draw(st.sampled_from([len(line) for line in whole.splitlines() if line] or [1]))
    events, too_large = outcome(pieces, limit)
    assert (events, too_large) == outcome([whole], limit)
    expected = read_events(whole).events
    assert events == (expected[: len(events)] if too_large else expected)


@given(reads(st.sampled_from([path.read_bytes() for path in hand_written()])))
@settings(thorough, max_examples=100)
def test_a_stream_of_the_api_cut_anywhere_gives_its_events(pieces: list[bytes]) -> None:
    # Invariant: cuts change nothing in what the streams of the API give.
    decoder = SSEDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    assert seen(events) == read_events(b"".join(pieces)).events
