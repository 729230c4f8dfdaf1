import re
from dataclasses import FrozenInstanceError, fields
from itertools import product
from math import inf, nan
from typing import Any

import httpx2
import pytest

from mistralai.client._call.retry import Policy
from mistralai.client._call.timeouts import DEFAULTS, LATE_READ_LIMIT, CallClock, Timeouts, resolve
from mistralai.client.types import UNSET

NAMES = ["connect", "first_event", "idle", "total"]

# --- what callers give -------------------------------------------------------


def test_there_are_four_limits_and_each_is_inherited_unless_it_is_given() -> None:
    assert [field.name for field in fields(Timeouts)] == NAMES
    assert all(getattr(Timeouts(), name) is UNSET for name in NAMES)


def test_a_limit_is_a_number_above_0_or_none() -> None:
    for name, value in product(NAMES, [0.001, 1, 10**6, None, UNSET]):
        assert getattr(Timeouts(**{name: value}), name) is value, (name, value)


def test_a_number_that_is_no_limit_is_refused_by_its_name(subtests: pytest.Subtests) -> None:
    for name, value in product(NAMES, [0, 0.0, -1, nan, inf, -inf]):
        message = rf"timeouts\.{name} is {value}; give .* or None"
        with subtests.test(f"{name}={value}"), pytest.raises(ValueError, match=message):
            Timeouts(**{name: value})


def test_a_limit_of_another_type_is_refused_by_its_name(subtests: pytest.Subtests) -> None:
    for name, value in product(NAMES, ["10", True, False, [1], httpx2.Timeout(1)]):
        message = rf"timeouts\.{name} takes a number, not"
        with subtests.test(f"{name}={value!r}"), pytest.raises(TypeError, match=message):
            Timeouts(**{name: value})


def test_limits_are_given_by_name_and_never_change() -> None:
    with pytest.raises(TypeError):
        Timeouts(1)
    with pytest.raises(FrozenInstanceError):
        Timeouts().idle = 1


def test_milliseconds_set_the_first_three() -> None:
    assert Timeouts.of_ms(1500) == Timeouts(connect=1.5, first_event=1.5, idle=1.5)


def test_no_milliseconds_say_nothing() -> None:
    assert Timeouts.of_ms(None) == Timeouts.of_ms(UNSET) == Timeouts()


WRONG_MILLISECONDS: list[tuple[Any, type[Exception], str]] = [
    (0, ValueError, "timeout_ms is 0; give a number above 0"),
    (-5, ValueError, "timeout_ms is -5; give a number above 0"),
    ("100", TypeError, "timeout_ms takes a number, not '100'"),
    (True, TypeError, "timeout_ms takes a number, not True"),
]


def test_wrong_milliseconds_are_refused(subtests: pytest.Subtests) -> None:
    for value, error, message in WRONG_MILLISECONDS:
        with subtests.test(repr(value)), pytest.raises(error, match=message):
            Timeouts.of_ms(value)


def test_timeouts_that_are_not_given_say_nothing() -> None:
    for value in (None, UNSET, Timeouts()):
        assert Timeouts.of(value) == Timeouts(), value


def test_timeouts_are_taken_as_they_are() -> None:
    given = Timeouts(idle=1)
    assert Timeouts.of(given) is given


def test_timeouts_of_another_type_are_refused(subtests: pytest.Subtests) -> None:
    wrong: list[Any] = [5, "5", {"idle": 1}, httpx2.Timeout(1), Policy()]
    for value in wrong:
        message = rf"timeouts takes a Timeouts, not {re.escape(repr(value))}"
        with subtests.test(repr(value)), pytest.raises(TypeError, match=message):
            Timeouts.of(value)


# --- the timeouts of a caller's HTTP client ----------------------------------


def test_a_client_with_httpx2s_default_says_nothing() -> None:
    with httpx2.Client() as client:
        assert Timeouts.of_client(client.timeout) == Timeouts()


CLIENTS = [
    (httpx2.Timeout(30.0), 30.0, 30.0),
    (httpx2.Timeout(None), None, None),
    (httpx2.Timeout(connect=1.0, read=20.0, write=3.0, pool=4.0), 1.0, 20.0),
    (httpx2.Timeout(connect=4.0, read=None, write=3.0, pool=1.0), 1.0, None),
    (httpx2.Timeout(connect=None, read=20.0, write=3.0, pool=7.0), 7.0, 20.0),
    (httpx2.Timeout(connect=7.0, read=20.0, write=3.0, pool=None), 7.0, 20.0),
    # One that differs from the default is enough to mean them all.
    (httpx2.Timeout(5.0, read=6.0), 5.0, 6.0),
    (httpx2.Timeout(5.0, write=6.0), 5.0, 5.0),
    (httpx2.Timeout(5.0, pool=6.0), 5.0, 5.0),
    (httpx2.Timeout(5.0, connect=6.0), 5.0, 5.0),
]


def test_a_clients_own_timeouts_are_respected() -> None:
    for timeout, connect, read in CLIENTS:
        expected = Timeouts(connect=connect, first_event=read, idle=read)
        assert Timeouts.of_client(timeout) == expected, timeout


# --- which of several counts -------------------------------------------------


def test_by_default_there_are_10_300_and_300_seconds_and_no_total() -> None:
    assert resolve([]) == Timeouts(connect=10.0, first_event=300.0, idle=300.0, total=None)
    assert resolve([Timeouts.of(None), Timeouts()]) == DEFAULTS


def test_the_first_that_says_something_of_a_limit_counts() -> None:
    call = Timeouts(idle=1)
    client = Timeouts(idle=2, total=3)
    inherited = Timeouts(connect=4, first_event=4, idle=4)
    assert resolve(iter([call, client, inherited])) == Timeouts(
        connect=4, first_event=4, idle=1, total=3
    )


def test_none_switches_a_limit_off_and_inherits_nothing() -> None:
    for name in NAMES:
        limits = resolve([Timeouts(**{name: None}), Timeouts(connect=1, first_event=1, idle=1)])
        assert getattr(limits, name) is None, name


# --- how long a call may still wait ------------------------------------------

LIMITS = Timeouts(connect=1.0, first_event=10.0, idle=3.0, total=None)
WITH_TOTAL = Timeouts(connect=1.0, first_event=10.0, idle=3.0, total=20.0)
TOTAL_ALONE = Timeouts(connect=None, first_event=None, idle=None, total=20.0)
NONE = Timeouts(connect=None, first_event=None, idle=None, total=None)


class Timekeeper:
    """The clock of a call, and the moment that it is at."""

    def __init__(self, timeouts: Timeouts) -> None:
        self.moment = 100.0
        self.clock = CallClock(timeouts, lambda: self.moment)

    def wait(self, seconds: float, size: int = 1) -> None:
        """Wait for the network, which brings some bytes."""
        self.moment += seconds
        self.clock.end_read(size)

    def deadline(self, moment: float) -> tuple[float | None, str]:
        """When a wait must end that begins at a moment, and which timeout says so."""
        self.moment = moment
        self.clock.begin_wait()
        return self.clock.next_read().deadline, self.clock.phase


def test_a_request_is_told_its_limits() -> None:
    assert Timekeeper(LIMITS).clock.begin_request() == (1.0, 10.0, 10.0)
    longer_idle = Timeouts(connect=1.0, first_event=10.0, idle=30.0, total=None)
    assert Timekeeper(longer_idle).clock.begin_request() == (1.0, 10.0, 30.0)
    assert Timekeeper(NONE).clock.begin_request() == (None, None, None)


def test_a_request_has_no_more_than_the_rest_of_the_total() -> None:
    time = Timekeeper(WITH_TOTAL)
    cases = [
        (105.0, (1.0, 10.0, 10.0)),
        (118.0, (1.0, 2.0, 2.0)),
        (119.5, (0.5, 0.5, 0.5)),
        (130.0, (0.001, 0.001, 0.001)),
    ]
    for moment, timeouts in cases:
        time.moment = moment
        assert time.clock.begin_request() == timeouts, moment
    assert Timekeeper(TOTAL_ALONE).clock.begin_request() == (20.0, 20.0, 20.0)


def test_a_call_begins_with_waiting_for_its_first_event() -> None:
    time = Timekeeper(LIMITS)
    assert time.clock.started == 100.0
    assert time.deadline(100.0) == (110.0, "first_event")


def test_only_waiting_uses_a_limit_up() -> None:
    time = Timekeeper(LIMITS)
    time.wait(4.0)
    assert time.deadline(104.0) == (110.0, "first_event")
    # A slow caller is not penalised.
    assert time.deadline(1000.0) == (1006.0, "first_event")
    time.wait(5.0)
    time.wait(0.5)
    assert time.deadline(1000.0) == (1000.5, "first_event")


def test_the_wait_for_the_headers_counts_from_the_moment_that_the_request_was_sent() -> None:
    for waited, deadline in ((None, 110.0), (4.0, 112.0)):
        time = Timekeeper(LIMITS)
        time.clock.begin_request()
        time.moment = 106.0
        time.clock.end_request(waited)
        assert time.deadline(106.0) == (deadline, "first_event"), waited


def test_content_begins_the_wait_for_the_next() -> None:
    time = Timekeeper(LIMITS)
    time.wait(9.0)
    time.clock.record_content()
    assert time.clock.content_at == 109.0
    assert time.deadline(109.0) == (112.0, "idle")
    time.wait(2.0)
    assert time.deadline(111.0) == (112.0, "idle")
    time.clock.record_content()
    assert time.deadline(111.0) == (114.0, "idle")


def test_another_request_begins_anew() -> None:
    time = Timekeeper(LIMITS)
    time.clock.record_content()
    time.wait(2.0)
    time.clock.begin_request()
    assert time.deadline(102.0) == (112.0, "first_event")


def test_without_a_limit_there_is_no_deadline() -> None:
    time = Timekeeper(NONE)
    assert time.deadline(100.0) == (None, "first_event")
    time.clock.record_content()
    assert time.deadline(100.0) == (None, "idle")
    assert not time.clock.expired


def test_the_total_is_wall_time_whoever_waits() -> None:
    time = Timekeeper(WITH_TOTAL)
    assert time.clock.total_at == 120.0
    assert time.deadline(100.0) == (110.0, "first_event")
    assert time.deadline(110.0) == (120.0, "first_event")
    assert time.deadline(110.001) == (120.0, "total")
    time.clock.begin_request()
    time.clock.record_content()
    assert time.deadline(130.0) == (120.0, "total")


def test_a_total_alone_is_a_deadline_in_every_phase() -> None:
    for begin in (CallClock.begin_request, CallClock.record_content):
        time = Timekeeper(TOTAL_ALONE)
        begin(time.clock)
        assert time.deadline(105.0) == (120.0, "total"), begin


def test_a_read_may_have_an_earlier_end() -> None:
    time = Timekeeper(LIMITS)
    assert time.clock.next_read(105.0).deadline == 105.0
    assert time.clock.next_read(115.0).deadline == 110.0
    assert Timekeeper(NONE).clock.next_read(115.0).deadline == 115.0


def test_the_timeout_of_a_phase_has_its_seconds() -> None:
    clock = Timekeeper(WITH_TOTAL).clock
    for phase in NAMES:
        clock.phase = phase
        assert clock.timeout == getattr(WITH_TOTAL, phase)


def test_the_total_has_expired_a_little_before_its_moment() -> None:
    time = Timekeeper(WITH_TOTAL)
    for moment, expired in ((119.99, False), (119.996, True), (120.0, True), (130.0, True)):
        time.moment = moment
        assert time.clock.expired == expired, moment


def test_only_the_total_lets_a_late_read_take_what_is_there_and_only_so_much() -> None:
    time = Timekeeper(WITH_TOTAL)
    assert not time.clock.next_read().late
    time.deadline(119.0)
    time.wait(0.5, LATE_READ_LIMIT)  # not late
    for late in (True, True, False):
        time.deadline(125.0)
        assert time.clock.next_read().late == late
        time.wait(0.0, LATE_READ_LIMIT // 2)
