"""The limits of a run: pure parts with a clock of the test's, and a minute of simulated load."""

import random

import anyio
import pytest

from mistralai.bulk import Limits
from mistralai.bulk.gate import Gate
from mistralai.bulk.limits import AnswerRate, Bucket, Growth, Level, Pause
from mistralai.simulator import RateLimit
from support.virtual import VirtualServer, simulate


def window(level, in_flight):
    for _ in range(level.value):
        level.completed(in_flight)


def test_the_level_doubles_then_grows_slowly_and_falls_once_a_window():
    level = Level(100)
    seen = [level.value]
    for _ in range(3):
        window(level, level.value)
        seen.append(level.value)
    assert (seen, level.growth) == ([8, 16, 32, 64], Growth.DOUBLING)
    window(level, 63)  # it was not reached
    assert level.value == 64
    level.refused()
    level.refused()
    assert (level.value, level.growth) == (44, Growth.STEADY)
    window(level, 44)
    assert level.value == 44  # it has fallen in this window
    window(level, 44)
    assert level.value == 45
    level.refused()
    assert level.value == 31
    level.limit(20)
    assert level.value == 20
    small = Level(1)
    small.refused()
    assert small.value == 1


def test_two_seconds_have_at_most_two_seconds_of_requests_and_one():
    """Whatever the times at which requests are tried."""
    rng = random.Random(5)
    for rate in (0.5, 3, 20.0):
        now, bucket, sent = 0.0, Bucket(rate, 1.0, 0.0), []
        while now < 30:
            wait = bucket.wait(1.0, now)
            if wait <= 0:
                bucket.take(1.0, now)
                sent.append(now)
            now += wait if wait and rng.random() < 0.5 else rng.random() / rate
        counts = [sum(at <= other < at + 2 for other in sent) for at in sent]
        assert max(counts) <= 2 * rate + 1
        assert len(sent) > 20 * rate


def test_tokens_are_reserved_and_settled():
    bucket = Bucket(1.0, 60.0, 0.0)
    bucket.take(50, 0.0)
    assert bucket.wait(20, 0.0) == 10
    bucket.take(-30, 0.0)  # it used fewer
    assert bucket.wait(20, 0.0) == 0
    bucket.take(60, 0.0)  # it used more
    assert bucket.wait(10, 5.0) == 25
    assert bucket.wait(1000, 75.0) == 5  # more than it holds: when it is full


def test_a_pause_is_the_servers_or_grows():
    pause = Pause()
    pause.refused(0.0, 5.0, 1.0)
    pause.refused(0.5, None, 1.1)  # was sent before the pause
    assert pause.until == 6
    for length in (1, 2, 4):
        sent = pause.until
        pause.refused(sent, None, sent)
        assert pause.until == sent + length
    pause.answered()
    pause.refused(50.0, None, 50.0)
    assert pause.until == 51
    rate = AnswerRate(0.0)
    assert rate.spread(10, 0.0) == 1
    for tenth in range(100):
        rate.add(tenth / 10)
    assert rate.spread(20, 10.0) == pytest.approx(2, rel=0.1)


@pytest.mark.anyio
async def test_each_request_that_waits_for_the_level_is_admitted():
    """However many wait at the same time, and however little room one that ends leaves."""
    gate, admitted = Gate(Limits(concurrency=1)), []

    async def ask(number):
        admission = await gate.admit({"messages": []})
        admitted.append(number)
        await anyio.lowlevel.checkpoint()
        gate.answered(admission, 0, 0)

    async with anyio.create_task_group() as tasks:
        for number in range(6):
            tasks.start_soon(ask, number)
    assert sorted(admitted) == [*range(6)]


def test_limits_are_checked(subtests):
    wrong = {
        "concurrency is 0; give 1 or more": {"concurrency": 0},
        "attempts takes a whole number, not 1.5": {"attempts": 1.5},
        "requests_per_second is -1; give a number above 0": {"requests_per_second": -1},
        "tokens_per_minute takes a number, not '5'": {"tokens_per_minute": "5"},
        "row_timeout takes a number, not None": {"row_timeout": None},
        "max_errors is 'many'; give a number such as 20": {"max_errors": "many"},
        "max_errors is '101%'; give a number": {"max_errors": "101%"},
    }
    for message, settings in wrong.items():
        with subtests.test(message), pytest.raises((TypeError, ValueError)) as raised:
            Limits(**settings)
        assert message in str(raised.value)
    limits = Limits(requests_per_second=5, requests_per_minute=60, max_errors="5%")
    assert limits.request_rate == 1
    assert limits.allows_errors(99, 99)
    assert limits.allows_errors(5, 100)
    assert not limits.allows_errors(6, 100)


def test_a_minute_against_a_rate_limit_uses_nine_tenths_of_it(subtests):
    """After the first five seconds, with none but the server's limit, and no row fails."""
    cases = {
        "requests, Retry-After": (RateLimit(requests_per_second=12), 12.0),
        "requests, no Retry-After, 3505": (
            RateLimit(requests_per_second=12, retry_after=False, code=3505),
            12.0,
        ),
        "tokens": (RateLimit(tokens_per_minute=9000), 5.0),
    }
    for name, (rate, per_second) in cases.items():
        rng = random.Random(3)
        with subtests.test(name):
            server, feed = simulate(
                lambda rate=rate, rng=rng: VirtualServer(rate, lambda: rng.uniform(0.5, 1.5)),
                Limits(),
                65,
            )
            early = sum(at < 5 for at in server.admitted)
            size = per_second if rate.requests_per_second else per_second * 60
            possible = min(per_second * 60, size + per_second * 65 - early)
            assert len(server.admitted) - early >= 0.9 * possible
            assert len(server.sent) <= 1.4 * len(server.admitted)
            assert all(outcome.succeeded for _, outcome in feed.outcomes)
            assert all(outcome.attempts == 1 for _, outcome in feed.outcomes)


def test_own_limits_keep_a_run_below_the_servers():
    server, _ = simulate(
        lambda: VirtualServer(RateLimit(requests_per_second=1000), lambda: 0.3),
        Limits(requests_per_second=7, tokens_per_minute=12_000),
        20,
    )
    counts = [sum(at <= other < at + 2 for other in server.sent) for at in server.sent]
    assert 13 <= max(counts) <= 15
    assert 130 <= len(server.sent) <= 141
