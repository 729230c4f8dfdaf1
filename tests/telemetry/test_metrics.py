"""What metrics are told: names, units, buckets, attributes and values."""

import time
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from mistralai import Mistral
from mistralai.client._answer.facts import Facts
from mistralai.client._call.timing import Timing
from mistralai.client.errors import MistralClientError
from mistralai.client.observers import ObservedCall, ObservedScope, Outcome
from mistralai.simulator import Answer, Simulator
from mistralai.telemetry.measures import MOST_CHUNKS, evenly
from support.faults import STREAM
from support.flows import delta, sse
from support.serving import ASK
from support.traced import Traced

USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 9,
    "prompt_tokens_details": {"cached_tokens": 16},
    "completion_tokens_details": {"reasoning_tokens": 4},
}
USED = sse({"id": "1", "model": "m-2", "choices": [], "usage": USAGE})


def told(call, body=None, **settings):
    """Return what the metrics are told of one call: a value, a number, and its own attributes."""
    traced = Traced(**settings)
    with (
        Simulator("auto" if body is None else body) as sim,
        Mistral("key", server_url=sim.url, observers=[traced.telemetry]) as client,
    ):
        with suppress(MistralClientError):
            call(client)
        shared = {
            "gen_ai.provider.name": "mistral_ai",
            "server.address": "127.0.0.1",
            "server.port": int(sim.url.rpartition(":")[2]),
        }
    return {
        name: sorted((_value(point, shared) for point in points), key=str)
        for name, points in traced.metrics().items()
    }


def _value(point, shared):
    attributes = dict(point.attributes)
    for name, value in shared.items():
        assert attributes.pop(name) == value
    if hasattr(point, "sum"):
        assert point.explicit_bounds in (SECONDS, TOKENS)
        value = point.sum if point.explicit_bounds == TOKENS else point.count
    else:
        value = point.value
    return value, attributes


SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
TOKENS = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864)
MODEL = {"gen_ai.request.model": "m"}
CHAT = {"gen_ai.operation.name": "chat", **MODEL}
FROM = {**CHAT, "gen_ai.response.model": "m"}
UNKNOWN = {**FROM, "gen_ai.token.modality": "unknown"}


def read(client):
    list(client.chat.stream(**ASK))


def test_a_stream_is_measured_by_the_released_names():
    assert told(read, Answer(body=[*STREAM[:3], USED, *STREAM[3:]])) == {
        "gen_ai.client.operation.duration": [(1, FROM)],
        "gen_ai.client.operation.time_to_first_chunk": [(1, FROM)],
        "gen_ai.client.token.usage": [
            (20, {**FROM, "gen_ai.token.type": "input"}),
            (9, {**FROM, "gen_ai.token.type": "output"}),
        ],
    }


def test_a_stream_is_measured_by_the_latest_names():
    assert told(read, Answer(body=[*STREAM[:3], USED, *STREAM[3:]]), names="latest") == {
        "gen_ai.client.inference.duration": [(1, FROM)],
        "gen_ai.client.inference.time_to_first_chunk": [(1, FROM)],
        "gen_ai.client.inference.usage.input_tokens": [(20, UNKNOWN)],
        "gen_ai.client.inference.usage.output_tokens": [(9, UNKNOWN)],
        "gen_ai.client.inference.usage.cache_read.input_tokens": [(16, UNKNOWN)],
        "gen_ai.client.inference.usage.reasoning.output_tokens": [(4, UNKNOWN)],
        "gen_ai.client.inference.operation.input_tokens": [(20, FROM)],
        "gen_ai.client.inference.operation.output_tokens": [(9, FROM)],
    }


def test_a_failed_call_has_its_error_and_used_tokens_all_the_same():
    cut = Answer(body=[*STREAM[:3], USED], ending="cut")
    seen = told(read, cut)
    [(_, attributes)] = seen["gen_ai.client.operation.duration"]
    assert attributes.pop("error.type").endswith("Error")
    assert attributes == FROM
    assert seen["gen_ai.client.token.usage"][0] == (20, {**FROM, "gen_ai.token.type": "input"})
    seen = told(read, cut, names="latest")
    assert seen["gen_ai.client.inference.usage.input_tokens"] == [(20, UNKNOWN)]
    assert "gen_ai.client.inference.operation.input_tokens" not in seen


def test_a_clock_that_is_set_meanwhile_changes_no_duration(subtests):
    asked = ObservedCall("chat", "POST", "/v1/chat", "h", 443, stream=False, params={"model": "m"})
    tool = ObservedScope("tool", attributes={"gen_ai.operation.name": "execute_tool"})
    for name, total, least in (("it ended", 2.0, 2.0), ("the process ends", None, 0.0)):
        with subtests.test(name):
            traced, ended_at = Traced(), time.time() + 7200
            outcome = Outcome(
                "done",
                None,
                status=200,
                attempts=(),
                timing=Timing(total=total),
                ended_at=ended_at,
                facts=Facts(),
            )
            traced.telemetry.begun(asked).ended(outcome)
            [duration] = traced.metrics()["gen_ai.client.operation.duration"]
            assert least <= duration.sum < 3600
            assert traced.spans.next().end_time == int(ended_at * 1e9)
    with subtests.test("a scope"):
        traced, ended_at = Traced(names="latest"), time.time() + 7200
        traced.telemetry.entered(tool).ended(None, ended_at)
        [duration] = traced.metrics()["gen_ai.execute_tool.duration"]
        assert duration.sum < 3600
        assert traced.spans.next().end_time == int(ended_at * 1e9)


def test_whole_answers_embeddings_and_agents_have_durations_of_their_own(subtests):
    calls = {
        "chat": lambda client: client.chat.complete(**ASK),
        "embeddings": lambda client: client.embeddings.create(model="m", inputs=["a"]),
        "invoke_agent": lambda client: client.agents.complete(
            agent_id="a", messages=ASK["messages"]
        ),
    }
    latest = {
        "chat": "gen_ai.client.inference.duration",
        "embeddings": "gen_ai.client.embeddings.duration",
        "invoke_agent": "gen_ai.client.operation.duration",
    }
    for operation, call in calls.items():
        with subtests.test(operation):
            seen = told(call)
            [(count, attributes)] = seen["gen_ai.client.operation.duration"]
            assert (count, attributes["gen_ai.operation.name"]) == (1, operation)
            assert not any("chunk" in name for name in seen)
            seen = told(call, names="latest")
            assert [name for name in seen if "duration" in name] == [latest[operation]]
            embedded = "gen_ai.client.embeddings.operation.input_tokens" in seen
            assert embedded is (operation == "embeddings")


def test_the_times_between_chunks_are_recorded_up_to_a_limit(subtests):
    released = "gen_ai.client.operation.time_per_output_chunk"
    latest = "gen_ai.client.inference.time_per_output_chunk"
    for events, times, names in (
        (1, None, "released"),
        (2, 1, "released"),
        (20, 19, "latest"),
        (1000, MOST_CHUNKS, "released"),
    ):
        name = released if names == "released" else latest
        body = [*[delta(content="x")] * (events - 1), STREAM[-2], STREAM[-1]]
        with subtests.test(events=events):
            seen = told(read, Answer(body=[b"".join(body)]), names=names, per_chunk=True)
            assert seen.get(name) == (None if times is None else [(times, FROM)])


@given(
    st.dictionaries(st.integers(0, 50), st.integers(1, 400), max_size=6),
    st.integers(1, 300),
)
def test_values_are_taken_evenly(counts, most):
    """Few values are all taken; of many, each takes its share, give or take one."""
    taken = list(evenly(sorted(counts.items()), most))
    total = sum(counts.values())
    assert taken == sorted(taken)
    assert len(taken) == min(total, most)
    for value, count in counts.items():
        share = count if total <= most else count * most / total
        assert abs(taken.count(value) - share) <= 1 if total > most else share == taken.count(value)
