"""The simulator's rate limits, on a real socket and with a clock of the test's."""

import pytest

from mistralai.client import Mistral
from mistralai.client.errors import CapacityExceededError, RateLimitError
from mistralai.simulator import Limits, RateLimit, Simulator
from mistralai.simulator.limits import RateMeter

ASK = {"model": "m", "messages": [{"role": "user", "content": "One two"}], "retries": None}

REFUSALS = {
    "requests": (RateLimit(requests_per_second=0.01), RateLimitError, "1300", 100.0),
    "tokens": (RateLimit(tokens_per_minute=4), RateLimitError, "1300", 60.0),
    "silent": (
        RateLimit(requests_per_second=0.01, retry_after=False),
        RateLimitError,
        "1300",
        None,
    ),
    "full": (RateLimit(tokens_per_minute=4, code=3505), CapacityExceededError, "3505", 60.0),
}


def test_what_is_over_a_limit_is_refused(subtests):
    for name, (rate, kind, code, retry_after) in REFUSALS.items():
        with (
            subtests.test(name),
            Simulator(limits=Limits(rate=rate)) as sim,
            Mistral("key", server_url=sim.url) as client,
        ):
            assert client.chat.complete(**ASK).usage.total_tokens == 4
            with pytest.raises(kind) as raised:
                client.chat.complete(**ASK)
            error = raised.value
            assert (error.status_code, error.error.code) == (429, code)
            assert error.retry_after == retry_after
            assert client.models.list().data  # only completions are counted


def test_buckets_fill_with_time():
    now = 0.0
    meter = RateMeter(RateLimit(requests_per_second=2, tokens_per_minute=60), lambda: now)
    assert [meter.take(10), meter.take(10), meter.take(10)] == [0, 0, pytest.approx(0.5, abs=1e-5)]
    now = 0.5
    assert [meter.take(10), meter.take(0)] == [0, pytest.approx(0.5, abs=1e-5)]
    now = 10.0
    assert meter.take(50) == pytest.approx(10, abs=1e-5)
    now = 20.0
    assert [meter.take(50), meter.take(50)] == [0, pytest.approx(50, abs=1e-5)]
