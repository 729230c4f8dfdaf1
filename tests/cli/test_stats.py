"""The statistics of `--stats`."""

from mistralai.cli.sinks.stats import attempts, duration, histogram, usage
from mistralai.client._call.retry import Attempt
from mistralai.client._call.timing import Gaps
from mistralai.client.models import UsageInfo


def test_gaps_are_sorted_into_bars():
    gaps = Gaps()
    for seconds, times in ((0.0, 4), (0.0009, 1), (0.002, 2), (0.05, 7), (0.9, 1), (30.0, 1)):
        gaps.add(seconds, times)
    assert histogram(gaps) == [5, 2, 0, 0, 7, 0, 1, 0, 1]


def test_a_duration_has_a_readable_unit():
    durations = [duration(seconds) for seconds in (None, 0.0, 0.0316, 1.5)]
    assert durations == ["unknown", "0 ms", "32 ms", "1.50 s"]


def test_usage_that_is_unknown_is_not_zero():
    assert usage(None) == "unknown"
    of_empty_answer = UsageInfo(prompt_tokens=3, completion_tokens=0)
    assert usage(of_empty_answer) == "prompt 3, completion 0 tokens"
    assert usage(UsageInfo(prompt_tokens=3)) == "prompt 3, completion unknown tokens"


def test_attempts_say_why_there_was_another():
    both = (Attempt(429, "status 429", 0.5), Attempt(200))
    assert attempts(both) == "2; status 429, retried after 500 ms"
    assert attempts((Attempt(200),)) == "1"
