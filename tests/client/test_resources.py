"""Fill in the middle, agents, models and embeddings: each a signature, through the same flow."""

import inspect

import pytest

from mistralai import Mistral
from mistralai.client._api.pending import PendingStream
from mistralai.client.errors import (
    InternalServerError,
    MistralError,
    NotFoundError,
    ResponseValidationError,
)
from mistralai.client.models import (
    BaseModelCard,
    ChatCompletionResponse,
    EmbeddingResponse,
    FIMCompletionResponse,
    FTModelCard,
    ModelList,
    UnknownModelListData,
)
from mistralai.simulator import Answer, Simulator
from support.chunks import chunk_of
from support.serving import ASK

EVENTS = Answer.of_events(chunk_of({"content": "Hi"}), chunk_of({"content": "!"}, "stop"))
WHOLE = {"id": "1", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi!"}}]}
FIM = {"model": "codestral-latest", "prompt": "def f(", "suffix": "return a"}
AGENT = {"agent_id": "ag:1", "messages": [{"role": "user", "content": "x"}]}
CARD = {"id": "m", "object": "model", "type": "base", "capabilities": {"completion_chat": True}}


@pytest.fixture
def answered(colour):
    """A client whose requests have one answer, and the server."""
    simulators = []

    def serve(answer):
        sim = Simulator(answer)
        sim.start()
        simulators.append(sim)
        return colour.client(server_url=sim.url, retry_config=None), sim

    yield serve
    for sim in simulators:
        sim.stop()


def test_a_stream_of_the_same_shape_is_the_same_stream(colour, answered, subtests):
    for name, params in {"fim": FIM, "agents": AGENT}.items():
        with subtests.test(name):
            client, sim = answered(EVENTS)
            stream = colour.ask(getattr(client, name), "stream", **params)
            assert colour.call(stream.get_final_text) == "Hi!"
            [request] = sim.requests
            assert (request.method, request.path) == ("POST", f"/v1/{name}/completions")
            assert request.json == {**params, "stream": True}
            assert request.headers["accept"] == "text/event-stream"


def test_a_whole_answer_has_its_model(colour, answered, subtests):
    for name, params, model in [
        ("fim", FIM, FIMCompletionResponse),
        ("agents", AGENT, ChatCompletionResponse),
    ]:
        with subtests.test(name):
            client, sim = answered(Answer.of_json(WHOLE))
            answer = colour.ask(getattr(client, name), "complete", **params)
            assert type(answer) is model
            assert answer.choices[0].message.content == "Hi!"
            assert answer.request_id == answer.headers["mistral-correlation-id"]
            assert sim.requests[0].json == {**params, "stream": False}


def test_an_empty_finish_reason_of_a_whole_answer_is_none(colour, answered, subtests):
    choices = [{**WHOLE["choices"][0], "finish_reason": ""}]
    client, _ = answered(Answer.of_json({**WHOLE, "choices": choices}))
    for name, params in {"chat": ASK, "fim": FIM, "agents": AGENT}.items():
        with subtests.test(name):
            answer = colour.ask(getattr(client, name), "complete", **params)
            assert answer.choices[0].finish_reason is None


def test_texts_become_vectors(colour, answered, subtests):
    data = [{"object": "embedding", "embedding": [0.5, -1], "index": 0}]
    client, sim = answered(Answer.of_json({"id": "1", "object": "list", "data": data}))
    for inputs in ("a", ["a", "b"], ("a",)):
        with subtests.test(repr(inputs)):
            answer = colour.ask(
                client.embeddings,
                "create",
                model="mistral-embed",
                inputs=inputs,
                output_dtype=None,
                metadata=None,
                extra_body={"new": 1},
            )
            assert type(answer) is EmbeddingResponse
            assert answer.data[0].embedding == [0.5, -1]
            sent = inputs if isinstance(inputs, str) else [*inputs]
            expected = {"model": "mistral-embed", "input": sent, "metadata": None, "new": 1}
            request = sim.requests[-1]
            assert (request.path, request.json) == ("/v1/embeddings", expected)


def test_models_are_listed_by_a_get_without_a_body(colour, answered):
    cards = [CARD, {"id": "f", "type": "fine-tuned", "job": "j"}, {"id": "n", "type": "new"}]
    client, sim = answered(Answer.of_json({"object": "list", "data": cards}))
    answer = colour.ask(client.models, "list", provider="p q")
    assert type(answer) is ModelList
    assert [type(card) for card in answer.data] == [
        BaseModelCard,
        FTModelCard,
        UnknownModelListData,
    ]
    [request] = sim.requests
    assert (request.method, request.target) == ("GET", "/v1/models?provider=p+q")
    assert request.body == b""
    assert "content-type" not in request.headers


CARDS = [
    (CARD, BaseModelCard),
    ({"id": "f", "type": "fine-tuned"}, FTModelCard),
    ({"id": "n", "type": "new"}, UnknownModelListData),
]


def test_a_model_is_told_by_its_type(colour, answered, subtests):
    for card, kind in CARDS:
        with subtests.test(card["type"]):
            client, sim = answered(Answer.of_json(card))
            answer = colour.ask(client.models, "retrieve", model_id="ft:a/b c")
            assert type(answer) is kind
            assert answer.model_dump(exclude_unset=True) == card
            assert sim.requests[0].target == "/v1/models/ft:a/b%20c"
            if kind is BaseModelCard:
                assert answer.request_id == answer.headers["mistral-correlation-id"]


NO_MODELS = {
    "a 404": (Answer.of_json({"detail": "Not Found"}, status=404), NotFoundError),
    "an error object": (
        Answer.of_json({"object": "error", "message": "x", "type": "internal"}),
        MistralError,
    ),
    "a detail": (Answer.of_json({"detail": "x"}), InternalServerError),
    "a list": (Answer.of_json(["m"]), ResponseValidationError),
}


def test_an_answer_that_is_not_a_model_is_an_error(colour, answered, subtests):
    for name, (answer, error) in NO_MODELS.items():
        with subtests.test(name):
            client, _ = answered(answer)
            with pytest.raises(error):
                colour.ask(client.models, "retrieve", model_id="m")


def test_a_get_is_tried_again_like_any_call(colour, answered):
    client, sim = answered([Answer(status=503, headers={"retry-after": "0"}), Answer.of_json(CARD)])
    assert colour.ask(client.models, "retrieve", model_id="m", retries=1).id == "m"
    assert len(sim.requests) == 2


BODY_OPTIONS = ["retries", "server_url", "timeout_ms", "http_headers"]


NAMES = {
    "fim.stream": ["model", "prompt", "suffix", "temperature", "top_p", "max_tokens"],
    "fim.complete": ["stream", "stop", "random_seed", "metadata", "min_tokens"],
    "agents.stream": ["agent_id", "messages", "n", "tools", "tool_choice", "guardrails"],
    "agents.complete": ["response_format", "reasoning_effort", "prompt_cache_key"],
    "embeddings.create": ["model", "inputs", "output_dimension", "encoding_format"],
    "models.list": ["provider", "model"],
    "models.retrieve": ["model_id"],
}


def test_sync_and_async_methods_have_the_signature_of_the_generated_sdk(subtests):
    client = Mistral("key")
    for method, names in NAMES.items():
        with subtests.test(method):
            resource, name = method.split(".")
            one, other = (getattr(getattr(client, resource), name + end) for end in ("", "_async"))
            parameters = [*inspect.signature(one).parameters]
            assert parameters == [*inspect.signature(other).parameters]
            assert {*names, *BODY_OPTIONS} <= {*parameters}
            assert inspect.iscoroutinefunction(other)


def test_wrong_keywords_are_refused_before_anything_is_sent():
    client = Mistral("key", server_url="http://127.0.0.1:9")
    with pytest.raises(TypeError, match=r"create\(\) missing .* 'inputs'"):
        client.embeddings.create(model="m")
    with pytest.raises(TypeError, match=r"list\(\) got an unexpected keyword argument 'models'"):
        client.models.list(models="m")
    with pytest.raises(ValueError, match="model_id is ''"):
        client.models.retrieve(model_id="")
    with pytest.raises(ValueError, match="prompt"):
        client.fim.complete(model="m", prompt=5)
    assert isinstance(client.agents.stream_async(**AGENT), PendingStream)
