from mistralai.client._http.deadline import Deadline, left
from support.flows import Clock


def test_a_deadline_is_a_number_and_counts_from_when_it_was_made():
    clock = Clock()
    deadline = Deadline(5.0, clock)
    assert (deadline, deadline.at, deadline.left()) == (5.0, clock.now + 5.0, 5.0)
    clock.now += 2.0
    assert (deadline, deadline.left()) == (5.0, 3.0)


def test_a_deadline_without_seconds_never_ends_and_passes_for_a_long_timeout():
    clock = Clock()
    deadline = Deadline(None, clock)
    clock.now += 1e9
    assert (deadline.left(), deadline.at) == (None, None)
    assert deadline > 60 * 60 * 24


def test_a_deadline_that_is_over_still_takes_what_is_there():
    clock = Clock()
    deadline = Deadline(5.0, clock)
    for late in (5.0, 100.0):
        clock.now += late
        assert deadline.left() == 0.001


def test_a_deadline_moves():
    clock = Clock()
    deadline = Deadline(5.0, clock)
    deadline.at = clock.now + 7.5
    assert deadline.left() == 7.5
    deadline.at = None
    assert deadline.left() is None


def test_a_deadline_begins_again_and_ends_no_later_than_a_moment():
    clock = Clock()
    deadline = Deadline(1.0, clock)
    for seconds, until, expected in (
        (3.0, None, 3.0),
        (3.0, 8.0, 3.0),
        (3.0, 2.0, 2.0),
        (None, 2.0, 2.0),
        (None, None, None),
    ):
        clock.now += 10.0
        deadline.begin(seconds, None if until is None else clock.now + until)
        assert deadline.left() == expected, (seconds, until)


def test_what_is_left_of_a_plain_timeout_is_all_of_it():
    clock = Clock()
    deadline = Deadline(5.0, clock)
    clock.now += 1.0
    assert (left(5.0), left(None), left(deadline)) == (5.0, None, 4.0)
