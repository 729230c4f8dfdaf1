import random
from statistics import quantiles

import pytest

from mistralai.client._call.timing import Gaps, Timing
from mistralai.client.models import UsageInfo


def test_before_the_second_event_there_is_no_gap():
    timing = Timing()
    timing.record_events(1.5, 1)
    gaps = timing.gaps
    assert (len(gaps), gaps.p50, gaps.p95, gaps.max) == (0, None, None, None)
    assert (timing.first_event, timing.last_event, timing.events) == (1.5, 1.5, 1)


def test_events_that_come_together_have_no_time_between_them():
    timing = Timing()
    timing.record_events(1.0, 3)
    timing.record_events(1.5, 2)
    gaps = timing.gaps
    assert (len(gaps), gaps.p50, gaps.p95, gaps.max) == (4, 0.0, 0.5, 0.5)
    assert (timing.first_event, timing.last_event, timing.events) == (1.0, 1.5, 5)


def test_gaps_of_one_length_are_exact():
    gaps = Gaps()
    gaps.add(0.0625, 10)
    assert (gaps.p50, gaps.p95, gaps.max) == (0.0625, 0.0625, 0.0625)
    assert repr(gaps) == "Gaps(p50=0.0625, p95=0.0625, max=0.0625)"


def test_gaps_can_be_counted_by_length():
    gaps = Gaps()
    gaps.add(0.5)
    gaps.add(0.0, 3)
    gaps.add(0.5)
    assert gaps.counts() == [(0.0, 3), (0.5, 2)]


def test_gaps_are_nearly_exact_and_take_room_for_their_spread_alone():
    """Invariant: a quantile is off by 3 %, and the number of buckets is bounded."""
    chance = random.Random(3)
    gaps = Gaps()
    lengths = [chance.lognormvariate(-3.5, 1.2) for _ in range(20_000)]
    for length in lengths:
        gaps.add(length)
    exact = quantiles(lengths, n=100, method="inclusive")
    assert gaps.p50 == pytest.approx(exact[49], rel=0.03)
    assert gaps.p95 == pytest.approx(exact[94], rel=0.03)
    assert gaps.max == max(lengths)
    assert len(gaps._buckets) < 500


def test_tokens_a_second_need_usage_and_time():
    cases = [
        (Timing(first_content=1.0, last_event=3.0, completion_tokens=50), 25.0),
        (Timing(first_content=1.0, last_event=3.0), None),
        (Timing(completion_tokens=50), None),
        (Timing(first_content=1.0, completion_tokens=50), None),
        (Timing(first_content=1.0, last_event=1.0, completion_tokens=50), None),
        (Timing(first_content=1.0, last_event=3.0, completion_tokens=0), 0.0),
    ]
    for timing, expected in cases:
        assert timing.tokens_per_second == expected, timing


def test_tokens_are_a_number_or_unknown():
    timing = Timing()
    timing.record_usage(UsageInfo.model_validate({"completion_tokens": 7}))
    assert timing.completion_tokens == 7
    timing.record_usage(UsageInfo.model_validate({"completion_tokens": None}))
    assert timing.completion_tokens == 7


def test_a_new_attempt_forgets_the_events_of_the_last():
    timing = Timing(headers=0.5)
    timing.record_events(1.0, 1)
    timing.record_events(2.0, 1)
    timing.restart_events()
    assert (timing.first_event, timing.last_event, timing.events, len(timing.gaps)) == (
        None,
        None,
        0,
        0,
    )
    assert timing.headers == 0.5
