"""The limits of a run: pure parts with a clock of the test's, and a minute of simulated load."""

import random

import anyio
import pytest

from mistralai.bulk import Limits
from mistralai.bulk.control import Bucket, Growth, Level, Pause, Spread
from mistralai.bulk.gate import Gate
from mistralai.bulk.pace import Pace
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
    pause.refused(52.0, 10.0, 52.0, 0.5)
    assert pause.until == 62.5  # it is never shorter than the server said


def test_growth_is_spread_over_the_time_of_an_answer():
    spread, now, sent = Spread(), 0.0, []
    while now < 1:
        now += max(0.0, spread.wait(len(sent), now))
        sent.append(now)
        spread.sent(len(sent), now)
    assert 6 <= len(sent) <= 8  # of the first level, before an answer
    spread.answered(2.0)
    first = len(sent)
    while now < 3:
        now += max(0.0, spread.wait(len(sent), now))
        sent.append(now)
        spread.sent(len(sent), now)
    assert 2 * first - 1 <= len(sent) <= 2 * first + 2  # twice as many after two seconds
    assert spread.wait(len(sent) - 1, now) == 0  # one that takes the place of another
    spread.fell(4)
    spread.rose(now, 0.25)
    assert spread.wait(3, now) == 0
    assert spread.wait(4, now) == pytest.approx(0.5)  # the fifth: a quarter of an answer


def test_the_pace_is_learned_from_refusals():
    pace = Pace()
    for _ in range(8):
        pace.sent(0.0, waited=False)
    for _ in range(4):
        pace.refused(0.0, 0.1)  # one burst, from which nothing can be learned
    assert (pace.rate, pace.wait(0.1)) == (None, 0)
    for second in range(1, 6):
        pace.sent(float(second), waited=False)
        pace.sent(float(second), waited=False)
    pace.refused(5.0, 5.1)
    assert pace.rate == pytest.approx(0.99 * 9 / 5)
    pace.refused(5.0, 5.1)  # of the same moment
    rate = 0.99 * 8 / 5
    assert pace.rate == pytest.approx(rate)
    assert pace.wait(5.1) == pytest.approx(1 / rate)
    assert pace.wait(8.0) == 0
    pace.sent(8.0, waited=False)  # the last one that needs not wait
    pace.refused(8.0, 8.1)
    assert pace.rate == pytest.approx(rate)  # nothing was let through: no news
    for number in range(30):
        pace.sent(10.0 + number, waited=True)
    assert pace.rate == pytest.approx(rate * 1.01 * 1.02 * 1.04)


def test_the_first_refusal_shows_the_rate_of_a_server_that_allows_a_second_together():
    pace = Pace()
    for tenth in range(100):
        pace.sent(tenth / 10, waited=False)  # half of what it allows
    for hundredth in range(100):
        pace.sent(10 + hundredth / 50, waited=False)  # 50 per second empty it
    pace.refused(11.98, 12.0)
    assert pace.rate == pytest.approx(0.99 * 99 / 3)


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


QUICK, SAME, SECOND, LONG = (0.2, 0.4), (1, 1), (0.5, 1.5), (2, 4)
"""The least and the most seconds of an answer."""

MINUTES = {
    # Where few rows have to be asked at the same time, at least 90 %; at one per second a request
    # more or less is 1.6 %, and each 429 costs one.
    **{
        (per, times, retry_after, 128): 0.87 if per == 1 else 0.9
        for per in (1, 5, 20)
        for times in (QUICK, SAME, SECOND)
        for retry_after in (True, False)
    },
    (100, SAME, True, 128): 0.9,
    (100, SECOND, False, 128): 0.9,
    # Where more are needed, doubling from 8 takes longer than five seconds, and what the level has
    # lost at the first 429 comes back by one per window.
    (1, LONG, True, 128): 0.85,
    (5, LONG, True, 128): 0.8,
    (5, (3, 3), False, 128): 0.8,
    (20, LONG, False, 128): 0.85,
    (20, (3, 3), True, 128): 0.85,
    (100, (2, 2), True, 256): 0.85,
    (100, (1, 3), True, 512): 0.8,
}
"""Requests per second, seconds of answers, `Retry-After`, concurrency; the least share used."""


def used(rate, times, per_second, size, *, concurrency=128, seed=3):
    """Simulate 65 seconds; return the share of what the server allowed in the last 60."""
    rng = random.Random(seed)
    server, feed = simulate(
        lambda: VirtualServer(rate, lambda: rng.uniform(*times)),
        Limits(concurrency=concurrency),
        65,
        seed,
    )
    assert all(outcome.succeeded and outcome.attempts == 1 for _, outcome in feed.outcomes)
    assert len(server.sent) <= 1.4 * len(server.admitted)
    early = [at for at in server.admitted if at < 5]
    left, last = size, 0.0  # of the server's bucket, which is full at first
    for at in early:
        left, last = min(size, left + (at - last) * per_second) - 1, at
    allowed = min(size, left + (5 - last) * per_second) + 60 * per_second
    return (len(server.admitted) - len(early)) / allowed


@pytest.mark.uncounted
@pytest.mark.timeout(240)  # fifteen seconds on an idle core
def test_a_minute_against_a_rate_limit_uses_nine_tenths_of_it(subtests):
    """After the first five seconds, with none but the server's limit, and no row fails."""
    for (per, times, retry_after, most), least in MINUTES.items():
        with subtests.test(f"{per} per second, {times} s, Retry-After: {retry_after}, {most}"):
            code = 1300 if retry_after else 3505
            rate = RateLimit(requests_per_second=per, retry_after=retry_after, code=code)
            assert least <= used(rate, times, per, per, concurrency=most) <= 1
    for tokens, times, least in ((9000, SECOND, 0.9), (3000, SECOND, 0.9), (3000, LONG, 0.85)):
        with subtests.test(f"{tokens} tokens per minute, {times} s"):
            requests = tokens / 30  # per minute, of 30 tokens each, and all of them at first
            rate = RateLimit(tokens_per_minute=tokens)
            assert least <= used(rate, times, requests / 60, requests) <= 1


def test_own_limits_keep_a_run_below_the_servers():
    """A request is sent as soon as the gate admits it, so that sockets add nothing but delay."""
    server, _ = simulate(
        lambda: VirtualServer(RateLimit(requests_per_second=1000), lambda: 0.3),
        Limits(requests_per_second=7, tokens_per_minute=12_000),
        20,
    )
    counts = [sum(at <= other < at + 2 for other in server.sent) for at in server.sent]
    assert 13 <= max(counts) <= 15
    assert 130 <= len(server.sent) <= 141
