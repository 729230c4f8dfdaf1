"""What a span says of a call that succeeds: its name, its kind, and each attribute."""

import json
from enum import Enum

from opentelemetry.trace import SpanKind

from mistralai import Mistral
from mistralai.client._answer.facts import Facts
from mistralai.client._call.timing import Timing
from mistralai.client.models import UserMessage
from mistralai.client.models.conversations import ConversationResponse, ConversationUsageInfo
from mistralai.client.observers import ObservedCall, Outcome
from mistralai.simulator import Answer, Simulator
from mistralai.telemetry.attributes import span_name, start_attributes
from mistralai.telemetry.content import output_content
from mistralai.telemetry.endings import ending_of
from support.faults import STREAM
from support.flows import delta, sse
from support.serving import ASK
from support.traced import Traced

SETTINGS = {
    "temperature": 1,
    "top_p": 0.9,
    "top_k": 5,
    "max_tokens": 7,
    "random_seed": 3,
    "stop": ["a", "b"],
    "presence_penalty": 0.5,
    "frequency_penalty": 1,
    "n": 2,
    "reasoning_effort": "high",
    "response_format": {"type": "json_object"},
    "metadata": {"of": "the caller"},
}
SAID = {
    "gen_ai.request.temperature": 1.0,
    "gen_ai.request.top_p": 0.9,
    "gen_ai.request.max_tokens": 7,
    "gen_ai.request.seed": 3,
    "gen_ai.request.stop_sequences": ("a", "b"),
    "gen_ai.request.presence_penalty": 0.5,
    "gen_ai.request.frequency_penalty": 1.0,
    "gen_ai.request.choice.count": 2,
    "gen_ai.output.type": "json",
}
USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 9,
    "prompt_tokens_details": {"cached_tokens": 16},
    "completion_tokens_details": {"reasoning_tokens": 4},
}
ANSWERED = [
    delta(content="{}"),
    delta("length", index=1, content="{"),
    sse({"id": "an id", "model": "m-2", "choices": [{"finish_reason": "stop"}], "usage": USAGE}),
]


def one_span(traced, sim, call, **client):
    """Return the span of one call, its variable attributes apart."""
    with Mistral("key", server_url=sim.url, observers=[traced.telemetry], **client) as made:
        call(made)
    [span] = traced.spans.all()
    said = dict(span.attributes)
    assert said.pop("server.address") == "127.0.0.1"
    assert said.pop("server.port") == int(sim.url.rpartition(":")[2])
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code.name == "UNSET"
    assert span.events == ()
    return span, said


def test_a_stream_that_was_read_out_says_what_was_asked_and_answered(subtests):
    for names in ("released", "latest"):
        with subtests.test(names):
            check_stream(names)


def check_stream(names):
    traced = Traced(names=names)
    with Simulator(Answer(body=[*ANSWERED, STREAM[-1]])) as sim:
        span, said = one_span(
            traced, sim, lambda client: list(client.chat.stream(**ASK, **SETTINGS))
        )
    assert span.name == "chat m"
    assert said.pop("gen_ai.response.time_to_first_chunk") > 0
    top_k = said.pop("gen_ai.request.top_k")
    assert (top_k, type(top_k)) == (5, float if names == "released" else int)
    assert said.pop("gen_ai.request.reasoning.level", None) == (
        None if names == "released" else "high"
    )
    assert said == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "mistral_ai",
        "gen_ai.request.model": "m",
        "gen_ai.request.stream": True,
        **SAID,
        "gen_ai.response.id": "1",
        "gen_ai.response.model": "m",
        "gen_ai.response.finish_reasons": ("stop", "length"),
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.cache_read.input_tokens": 16,
        "gen_ai.usage.reasoning.output_tokens": 4,
    }


QUESTION = [{"role": "user", "content": "Hello there"}]
CALLS = {
    "chat": (
        lambda client: client.chat.complete(model="m", messages=[UserMessage(content="Hello")]),
        "chat m",
        {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"},
    ),
    "fim": (
        lambda client: client.fim.complete(model="code", prompt="def f(", suffix="return a"),
        "text_completion code",
        {"gen_ai.operation.name": "text_completion", "gen_ai.request.model": "code"},
    ),
    "an agent": (
        lambda client: client.agents.complete(agent_id="ag:1", messages=QUESTION),
        "invoke_agent ag:1",
        {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.id": "ag:1"},
    ),
    "a conversation": (
        lambda client: client.beta.conversations.start(model="m", inputs="Hello there"),
        "chat m",
        {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"},
    ),
    "embeddings": (
        lambda client: client.embeddings.create(
            model="e", inputs=["a"], output_dimension=8, encoding_format="float"
        ),
        "embeddings e",
        {
            "gen_ai.operation.name": "embeddings",
            "gen_ai.request.model": "e",
            "gen_ai.embeddings.dimension.count": 8,
            "gen_ai.request.encoding_formats": ("float",),
        },
    ),
}
OTHERS = {
    "GET /v1/models": lambda client: client.models.list(),
    "GET /v1/models/{model_id}": lambda client: client.models.retrieve(
        model_id="mistral-large-latest"
    ),
}


def test_each_kind_of_call_is_named_by_what_it_does(subtests):
    for kind, (call, name, wanted) in CALLS.items():
        with subtests.test(kind), Simulator() as sim:
            span, said = one_span(Traced(), sim, call)
            assert span.name == name
            answers = ("gen_ai.response.", "gen_ai.usage.", "gen_ai.conversation.")
            answered = {key for key in said if key.startswith(answers)}
            assert "gen_ai.usage.input_tokens" in answered
            has_choices = kind not in {"embeddings", "a conversation"}
            assert ("gen_ai.response.finish_reasons" in answered) is has_choices
            assert ("gen_ai.conversation.id" in answered) is (kind == "a conversation")
            assert {key: value for key, value in said.items() if key not in answered} == {
                "gen_ai.provider.name": "mistral_ai",
                **wanted,
            }


def test_a_span_has_no_blank_at_the_end_of_its_name_where_the_id_is_empty():
    with Simulator() as sim:
        span, _ = one_span(
            Traced(), sim, lambda client: client.agents.complete(agent_id="", messages=QUESTION)
        )
    assert span.name == "invoke_agent"


def test_values_that_no_exporter_takes_are_left_out(subtests, caplog):
    usage = {
        "prompt_tokens": 10**30,
        "completion_tokens": -3,
        "prompt_tokens_details": {"cached_tokens": -1},
        "completion_tokens_details": {"reasoning_tokens": 2**63 - 1},
    }
    odd = {"id": 5, "model": ["a"], "usage": usage, "choices": [{"finish_reason": ["x"]}]}
    large = {"random_seed": 2**80, "max_tokens": 2**63, "n": -(2**63) - 1, "temperature": 10**30}
    for names in ("released", "latest"):
        traced = Traced(names=names)
        with subtests.test(names), Simulator(Answer(body=[sse(odd), STREAM[-1]])) as sim:
            _, said = one_span(
                traced, sim, lambda client: list(client.chat.stream(**ASK, **large, top_k=2**70))
            )
            del said["gen_ai.response.time_to_first_chunk"]
            assert said == {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "mistral_ai",
                "gen_ai.request.model": "m",
                "gen_ai.request.stream": True,
                "gen_ai.response.finish_reasons": ("error",),
                "gen_ai.usage.reasoning.output_tokens": 2**63 - 1,
            }
            measured = traced.metrics()
            assert "gen_ai.client.token.usage" not in measured
            for points in measured.values():
                assert "gen_ai.response.model" not in points[0].attributes
    assert caplog.messages == []


class Model(str, Enum):  # noqa: UP042 - whose text, unlike a StrEnum's, is not its value
    LARGE = "mistral-large-latest"


def test_a_member_of_an_enumeration_is_named_by_its_value():
    def ask(client):
        client.chat.complete(model=Model.LARGE, messages=QUESTION, stop=[Model.LARGE])

    with Simulator() as sim:
        span, said = one_span(Traced(), sim, ask)
    assert span.name == "chat mistral-large-latest"
    assert said["gen_ai.request.model"] == "mistral-large-latest"
    assert said["gen_ai.request.stop_sequences"] == ("mistral-large-latest",)


def test_any_other_call_is_named_by_its_path_without_ids(subtests):
    for name, call in OTHERS.items():
        with subtests.test(name), Simulator() as sim:
            traced = Traced(content=True)
            span, said = one_span(traced, sim, call)
            assert span.name == name
            assert said == {
                "http.request.method": "GET",
                "url.template": name.removeprefix("GET "),
                "http.response.status_code": 200,
            }
            assert traced.metrics() == {}


def test_a_retry_is_an_event_without_the_words_of_the_server():
    traced = Traced()
    busy = Answer.of_json({"message": "Not now"}, status=503, headers={"retry-after-ms": "1"})
    with (
        Simulator([busy, "auto"]) as sim,
        Mistral("key", server_url=sim.url, observers=[traced.telemetry]) as client,
    ):
        client.chat.complete(**ASK)
    [span] = traced.spans.all()
    [event] = span.events
    assert event.name == "mistralai.retry"
    said = dict(event.attributes)
    assert said.pop("mistralai.retry.delay") >= 0.001
    assert said == {"http.response.status_code": 503, "error.type": "InternalServerError"}
    assert span.start_time <= event.timestamp <= span.end_time
    assert "error.type" not in span.attributes


def conversation():
    searched = {"type": "tool.execution", "id": "e1", "name": "web_search", "arguments": "{}"}
    said = {"type": "message.output", "content": "Rain."}
    fields = {"conversation_id": "conv_1", "outputs": [searched, said], "usage": {}}
    return ConversationResponse.model_validate(fields)


def test_an_answer_of_a_conversation_has_its_id_and_no_finish_reasons(subtests):
    settings = {"inputs": "a", "model": "m", "completion_args": {"temperature": 0, "top_p": 1}}
    call = ObservedCall("chat", "POST", "/v1/conversations", "h", 443, stream=True, params=settings)
    assert span_name(call) == "chat m"
    said = start_attributes(call)
    assert said["gen_ai.request.temperature"] == 0.0
    assert said["gen_ai.request.top_p"] == 1.0
    for end_reason in ("done", "closed"):
        facts = Facts(id="conv_1", usage=ConversationUsageInfo(prompt_tokens=3), build=conversation)
        outcome = Outcome(
            end_reason, None, status=200, attempts=(), timing=Timing(), ended_at=1.0, facts=facts
        )
        with subtests.test(end_reason):
            said = ending_of(call, outcome).attributes
            assert said["gen_ai.conversation.id"] == "conv_1"
            assert said["gen_ai.usage.input_tokens"] == 3
            assert not [name for name in said if name.startswith("gen_ai.response")]
            [message] = json.loads(output_content(outcome)["gen_ai.output.messages"])
            assert [part["type"] for part in message["parts"]] == ["server_tool_call", "text"]
