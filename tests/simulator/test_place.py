"""Places in a body: events, bytes, seconds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistralai.simulator import At, End, Gate, Pause, Repeat
from mistralai.simulator.faults.place import by_event, insert

HERE = End("cut")
GATE = Gate()
EVENTS = [b"data: 1\n\n", b"data: 2\n\n", b"data: 3\n\n"]


ALL = b"".join(EVENTS)
PLACES = [
    (EVENTS, At(event=0), [HERE, *EVENTS]),
    (EVENTS, At(event=1), [EVENTS[0], HERE, *EVENTS[1:]]),
    (EVENTS, At(event=3), [*EVENTS, HERE]),
    (EVENTS, At(event=4), EVENTS),
    (EVENTS, At(byte=0), [HERE, *EVENTS]),
    (EVENTS, At(byte=4), [b"data", HERE, b": 1\n\n", *EVENTS[1:]]),
    (EVENTS, At(byte=9), [EVENTS[0], HERE, *EVENTS[1:]]),
    (EVENTS, At(byte=27), [*EVENTS, HERE]),
    (EVENTS, At(byte=28), EVENTS),
    (EVENTS, At(time=0.0), [HERE, *EVENTS]),
    (EVENTS, At(time=1.0), EVENTS),
    # A place in time cuts the pause in which it lies.
    (
        [Pause(1.0), b"a", Pause(2.0), b"b"],
        At(time=1.5),
        [Pause(1.0), b"a", Pause(0.5), HERE, Pause(1.5), b"b"],
    ),
    # A piece may have several events, or none.
    ([ALL], At(event=2), [ALL[:18], HERE, ALL[18:]]),
    (
        [GATE, Repeat(b"x"), *EVENTS],
        At(event=1),
        [GATE, Repeat(b"x"), EVENTS[0], HERE, *EVENTS[1:]],
    ),
]


def test_steps_are_inserted_at_a_place(subtests):
    for steps, at, expected in PLACES:
        with subtests.test(at=at, steps=steps):
            assert list(insert(steps, at, HERE)) == expected


def test_an_event_may_end_in_each_way_and_over_pieces(subtests):
    for end in [b"\n\n", b"\r\n\r\n", b"\r\r"]:
        with subtests.test(end=end):
            text = b"data: 1" + end + b"data: 2" + end
            pieces = [text[i : i + 1] for i in range(len(text))]
            steps = list(insert(pieces, At(event=1), HERE))
            assert b"".join(steps[: steps.index(HERE)]) == b"data: 1" + end
            assert b"".join(steps[steps.index(HERE) + 1 :]) == b"data: 2" + end


@settings(deadline=None)  # a busy machine is not a failure
@given(st.lists(st.binary(max_size=5)), st.integers(0, 30))
def test_a_place_in_bytes_comes_after_that_many(pieces, place):
    """Whatever the pieces: that many bytes come before the place, all others after it."""
    steps = list(insert(pieces, At(byte=place), HERE))
    text = b"".join(pieces)
    if HERE in steps:
        assert b"".join(steps[: steps.index(HERE)]) == text[:place]
        assert b"".join(steps[steps.index(HERE) + 1 :]) == text[place:]
    else:
        assert len(text) < place
        assert b"".join(steps) == text


@settings(deadline=None)  # a busy machine is not a failure
@given(st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\n\n", b"b\r\n"])))
def test_pieces_cut_by_event_join_to_the_same_text(pieces):
    """Whatever the pieces: nothing is lost, and only the last one may be an incomplete event."""
    cut = list(by_event(pieces))
    assert b"".join(cut) == b"".join(pieces)
    assert all(piece.endswith((b"\n\n", b"\r\n\r\n", b"\r\r")) for piece in cut[:-1])


def test_a_place_has_exactly_one_measure(subtests):
    for place in [{}, {"event": 1, "byte": 1}, {"event": -1}, {"time": -0.1}]:
        with (
            subtests.test(place=place),
            pytest.raises(ValueError, match=r"exactly one|use 0 or more"),
        ):
            At(**place)
