from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from math import inf, nan

import httpx2
import pytest

from mistralai.client._call.retry import Policy
from mistralai.client._call.timeouts import DEFAULTS, CallClock, Timeouts, resolve
from mistralai.client.types import UNSET

NAMES = ["connect", "first_event", "idle", "total"]

# --- what callers give -------------------------------------------------------


def test_there_are_four_limits_and_each_is_inherited_unless_it_is_given() -> None:
    assert [field.name for field in fields(Timeouts)] == NAMES
    assert all(getattr(Timeouts(), name) is UNSET for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [0.001, 1, 10**6, None, UNSET])
def test_a_limit_is_a_number_above_0_or_none(name: str, value: float | None) -> None:
    assert getattr(Timeouts(**{name: value}), name) is value


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [0, 0.0, -1, nan, inf, -inf])
def test_a_number_that_is_no_limit_is_refused_by_its_name(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"timeouts\.{name} is {value}; give .* or None"):
        Timeouts(**{name: value})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["10", True, False, [1], httpx2.Timeout(1)])
def test_a_limit_of_another_type_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(TypeError, match=rf"timeouts\.{name} takes a number, not"):
        Timeouts(**{name: value})


def test_limits_are_given_by_name_and_never_change() -> None:
    with pytest.raises(TypeError):
        Timeouts(1)
    with pytest.raises(FrozenInstanceError):
        Timeouts().idle = 1


def test_milliseconds_set_the_first_three() -> None:
    assert Timeouts.of_ms(1500) == Timeouts(connect=1.5, first_event=1.5, idle=1.5)


@pytest.mark.parametrize("value", [None, UNSET])
def test_no_milliseconds_say_nothing(value: None) -> None:
    assert Timeouts.of_ms(value) == Timeouts()


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (0, ValueError, "timeout_ms is 0; give a number above 0"),
        (-5, ValueError, "timeout_ms is -5; give a number above 0"),
        ("100", TypeError, "timeout_ms takes a number, not '100'"),
        (True, TypeError, "timeout_ms takes a number, not True"),
    ],
)
def test_wrong_milliseconds_are_refused(
    value: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Timeouts.of_ms(value)


@pytest.mark.parametrize("value", [None, UNSET, Timeouts()])
def test_timeouts_that_are_not_given_say_nothing(value: None) -> None:
    assert Timeouts.of(value) == Timeouts()


def test_timeouts_are_taken_as_they_are() -> None:
    given = Timeouts(idle=1)
    assert Timeouts.of(given) is given


@pytest.mark.parametrize("wrong", [5, "5", {"idle": 1}, httpx2.Timeout(1), Policy()], ids=repr)
def test_timeouts_of_another_type_are_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match="timeouts") as caught:
        Timeouts.of(wrong)
    assert "Timeouts" in str(caught.value)


# --- the timeouts of a caller's HTTP client ----------------------------------


def test_a_client_with_httpx2s_default_says_nothing() -> None:
    with httpx2.Client() as client:
        assert Timeouts.of_client(client.timeout) == Timeouts()


@pytest.mark.parametrize(
    ("timeout", "connect", "read"),
    [
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
    ],
    ids=repr,
)
def test_a_clients_own_timeouts_are_respected(
    timeout: httpx2.Timeout, connect: float | None, read: float | None
) -> None:
    assert Timeouts.of_client(timeout) == Timeouts(connect=connect, first_event=read, idle=read)


# --- which of several counts -------------------------------------------------


def test_by_default_there_are_10_300_and_300_seconds_and_no_total() -> None:
    assert resolve([]) == Timeouts(connect=10.0, first_event=300.0, idle=300.0, total=None)
    assert resolve([Timeouts(), Timeouts()]) == DEFAULTS


def test_the_first_that_says_something_of_a_limit_counts() -> None:
    call = Timeouts(idle=1)
    client = Timeouts(idle=2, total=3)
    inherited = Timeouts(connect=4, first_event=4, idle=4)
    assert resolve(iter([call, client, inherited])) == Timeouts(
        connect=4, first_event=4, idle=1, total=3
    )


@pytest.mark.parametrize("name", NAMES)
def test_none_switches_a_limit_off_and_inherits_nothing(name: str) -> None:
    limits = resolve([Timeouts(**{name: None}), Timeouts(connect=1, first_event=1, idle=1)])
    assert getattr(limits, name) is None


# --- how long a call may still wait ------------------------------------------

LIMITS = resolve([Timeouts(connect=1.0, first_event=10.0, idle=3.0)])


def test_a_request_is_told_its_limits() -> None:
    patience = CallClock(LIMITS, 100.0)
    assert (patience.connect, patience.first_event) == (1.0, 10.0)


def test_a_call_begins_with_waiting_for_its_first_event() -> None:
    patience = CallClock(LIMITS, 100.0)
    assert patience.started == 100.0
    assert patience.deadline(100.0) == (110.0, "first_event")


def test_only_waiting_uses_a_limit_up() -> None:
    patience = CallClock(LIMITS, 100.0)
    patience.waited(4.0)
    assert patience.deadline(104.0) == (110.0, "first_event")
    # A caller who takes his time harms nothing.
    assert patience.deadline(1000.0) == (1006.0, "first_event")
    patience.waited(5.0)
    patience.waited(0.5)
    assert patience.deadline(1000.0) == (1000.5, "first_event")


def test_content_begins_the_wait_for_the_next() -> None:
    patience = CallClock(LIMITS, 100.0)
    patience.waited(9.0)
    patience.content()
    assert patience.deadline(109.0) == (112.0, "idle")
    patience.waited(2.0)
    assert patience.deadline(111.0) == (112.0, "idle")
    patience.content()
    assert patience.deadline(111.0) == (114.0, "idle")


def test_another_request_begins_anew() -> None:
    patience = CallClock(LIMITS, 100.0)
    patience.content()
    patience.waited(2.0)
    patience.sent()
    assert patience.deadline(102.0) == (112.0, "first_event")


@pytest.mark.parametrize("phase", ["first_event", "idle"])
def test_without_a_limit_there_is_no_deadline(phase: str) -> None:
    patience = CallClock(resolve([Timeouts(first_event=None, idle=None)]), 100.0)
    if phase == "idle":
        patience.content()
    assert patience.deadline(100.0) == (None, phase)


def test_the_total_is_wall_time_whoever_waits() -> None:
    patience = CallClock(resolve([Timeouts(first_event=10.0, idle=3.0, total=20.0)]), 100.0)
    assert patience.total_at == 120.0
    assert patience.deadline(100.0) == (110.0, "first_event")
    assert patience.deadline(110.0) == (120.0, "first_event")
    assert patience.deadline(110.001) == (120.0, "total")
    patience.sent()
    patience.content()
    assert patience.deadline(130.0) == (120.0, "total")


@pytest.mark.parametrize("begin", [CallClock.sent, CallClock.content])
def test_a_total_alone_is_a_deadline_in_every_phase(begin: Callable[[CallClock], None]) -> None:
    patience = CallClock(resolve([Timeouts(first_event=None, idle=None, total=20.0)]), 100.0)
    begin(patience)
    assert patience.deadline(105.0) == (120.0, "total")
