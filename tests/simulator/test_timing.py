"""The timing of pieces."""

import random
import statistics
from itertools import chain

import httpx2
import pytest

from mistralai.simulator import Pause, Scenario, Simulator, Timing
from support.spoiling import recorded_sleep

EVENTS = [b"role", *(b"%d" % number for number in range(6))]


def paced(timing, events=EVENTS, seed=0):
    return list(timing.paced(events, random.Random(seed)))


PACED = {
    "no times": (Timing(), EVENTS),
    "time to the first token": (Timing(first=2.0), [b"role", Pause(2.0), *EVENTS[1:]]),
    "pauses between tokens": (
        Timing(tokens_per_second=4),
        [b"role", b"0", *chain.from_iterable((Pause(0.25), event) for event in EVENTS[2:])],
    ),
    # A burst is one piece after the pauses of all its tokens.
    "bursts": (
        Timing(first=1.0, tokens_per_second=4, burst=4),
        [b"role", Pause(1.75), b"0123", Pause(0.5), b"45"],
    ),
}


def test_pauses_come_before_the_events_that_they_delay(subtests):
    for name, (timing, steps) in PACED.items():
        with subtests.test(name):
            assert paced(timing) == steps


def test_times_have_their_distribution(subtests):
    for distribution in ["normal", "uniform", "exponential", "lognormal"]:
        with subtests.test(distribution=distribution):
            timing = Timing(tokens_per_second=10, jitter=0.2, distribution=distribution)
            steps = paced(timing, [b"x"] * 4000)
            pauses = [step.seconds for step in steps if isinstance(step, Pause)]
            deviation = 0.1 if distribution == "exponential" else 0.02
            assert min(pauses) >= 0
            assert statistics.mean(pauses) == pytest.approx(0.1, rel=0.1)
            assert statistics.stdev(pauses) == pytest.approx(deviation, rel=0.1)


def test_times_follow_the_seed():
    timing = Timing(tokens_per_second=10, jitter=0.5)
    assert paced(timing, seed=1) == paced(timing, seed=1)
    assert paced(timing, seed=1) != paced(timing, seed=2)


def test_an_answer_that_does_not_stream_takes_as_long_as_its_tokens():
    slept = []

    scenario = Scenario("echo", timing=Timing(first=1.0, tokens_per_second=2))
    with Simulator(scenario, sleep=recorded_sleep(slept)) as sim:
        body = {"model": "m", "messages": [{"role": "user", "content": "a b"}]}
        headers = {"authorization": "Bearer key"}
        httpx2.post(f"{sim.url}/v1/chat/completions", json=body, headers=headers)
    assert slept == [1.0, 0.5, 0.5, 0.5]


def test_timing_does_not_change_the_bytes():
    def body(timing):
        asked = {"model": "m", "messages": [{"role": "user", "content": "a b"}], "stream": True}
        with Simulator(Scenario(timing=timing), speed=float("inf")) as sim:
            url = f"{sim.url}/v1/chat/completions"
            return httpx2.post(url, json=asked, headers={"authorization": "Bearer key"}).content

    assert body(Timing()) == body(Timing(first=1, tokens_per_second=5, jitter=0.5, burst=2))


IMPOSSIBLE_TIMES = [
    ("first", -1),
    ("tokens_per_second", 0),
    ("jitter", -0.1),
    ("burst", 0),
    ("distribution", "x"),
]


def test_an_impossible_time_is_rejected(subtests):
    for field, value in IMPOSSIBLE_TIMES:
        with (
            subtests.test(field=field),
            pytest.raises(
                ValueError, match=f"{field}: .*{value}.*(out of range; use|not allowed .allowed)"
            ),
        ):
            Timing(**{field: value})
