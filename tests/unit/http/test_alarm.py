"""One timer for many waits."""

from collections.abc import Callable
from typing import Any

from mistralai.client._http.alarm import Alarm


class Timer:
    def __init__(self, at: float, ring: Callable[[], None]) -> None:
        self.at = at
        self.ring = ring
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """A loop whose time passes when it is told to.

    Attributes:
        timers: All that were set, in order.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, ring: Callable[[], None]) -> Timer:
        self.timers.append(Timer(when, ring))
        return self.timers[-1]

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        for timer in self.timers.copy():
            if timer.at <= self.now and not timer.cancelled:
                timer.cancel()
                timer.ring()


class Waits(Alarm):
    """Waits that count how many of them were too long."""

    def __init__(self) -> None:
        self.loop = Loop()
        self._loop: Any = self.loop
        self.late = 0
        self.begin = self._set_alarm
        self.end = self._forget_alarm
        self.drop = self._drop_alarm

    def _late(self) -> None:
        self.late += 1


def test_a_wait_ends_at_its_moment_and_not_before():
    waits = Waits()
    waits.begin(5.0)
    waits.loop.pass_time(4.9)
    assert waits.late == 0
    waits.loop.pass_time(0.1)
    assert waits.late == 1


def test_a_wait_without_a_limit_takes_no_timer():
    waits = Waits()
    waits.begin(None)
    assert waits.loop.timers == []


def test_many_waits_take_one_timer_which_is_set_again_as_it_rings():
    waits = Waits()
    for _ in range(1000):
        waits.begin(300.0)
        waits.loop.pass_time(0.25)
        waits.end()
    assert len(waits.loop.timers) == 1
    waits.begin(300.0)
    waits.loop.pass_time(299.0)
    assert (waits.late, len(waits.loop.timers)) == (0, 2)
    waits.loop.pass_time(1.0)
    assert waits.late == 1


def test_a_timer_that_rings_while_nobody_waits_ends_nothing_and_the_next_wait_sets_another():
    waits = Waits()
    waits.begin(5.0)
    waits.end()
    waits.loop.pass_time(5.0)
    assert (waits.late, len(waits.loop.timers)) == (0, 1)
    waits.begin(5.0)
    waits.loop.pass_time(5.0)
    assert (waits.late, len(waits.loop.timers)) == (1, 2)


def test_a_wait_without_a_limit_is_not_ended_by_the_timer_of_another():
    waits = Waits()
    waits.begin(5.0)
    waits.end()
    waits.begin(None)
    waits.loop.pass_time(5.0)
    assert waits.late == 0


def test_a_limit_that_is_sooner_takes_the_place_of_the_timer():
    waits = Waits()
    waits.begin(300.0)
    waits.end()
    waits.begin(5.0)
    assert [timer.cancelled for timer in waits.loop.timers] == [True, False]
    waits.loop.pass_time(5.0)
    assert waits.late == 1


def test_what_is_over_leaves_no_timer():
    waits = Waits()
    waits.drop()
    waits.begin(300.0)
    waits.drop()
    assert all(timer.cancelled for timer in waits.loop.timers)
