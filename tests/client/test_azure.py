"""A model on Azure: the same client with another address and authentication."""

from importlib import import_module
from inspect import signature

import httpx2
import pytest
from pydantic import BaseModel

import mistralai.azure.client
import mistralai.client
from mistralai import Mistral
from mistralai.azure.client import MistralAzure
from mistralai.azure.client.errors import AuthenticationError
from mistralai.simulator import Answer, Simulator
from support.serving import ASK, DONE, HELLO, chunk, event

MESSAGES = ASK["messages"]


@pytest.fixture
def answering():
    """A simulator that answers whatever it is asked."""
    with Simulator(Answer(body=[HELLO, DONE])) as sim:
        yield sim


@pytest.fixture
def client(answering):
    with MistralAzure("a key", server_url=answering.url) as client:
        yield client


def test_the_request_goes_where_azure_answers_with_the_key_in_azures_header(client, answering):
    with client.chat.stream(messages=MESSAGES) as stream:
        assert stream.get_final_text() == "Hello"
    [request] = answering.requests
    assert request.target == "/models/chat/completions?api-version=2024-05-01-preview"
    assert request.headers["api-key"] == "a key"
    assert request.headers["authorization"] == "Bearer a key"
    assert request.json == {"model": "azureai", "messages": MESSAGES, "stream": True}


@pytest.mark.anyio
async def test_an_async_stream_works_likewise_with_a_model_and_a_version(answering):
    client = MistralAzure(lambda: "a key", None, answering.url, api_version="2025 beta")
    async with client, client.chat.stream_async(**ASK) as stream:
        assert await stream.get_final_text() == "Hello"
    [request] = answering.requests
    assert request.target == "/models/chat/completions?api-version=2025+beta"
    assert request.headers["api-key"] == "a key"
    assert request.json["model"] == "m"


def test_a_version_in_the_address_is_that_which_is_asked_for(answering):
    def target(**given):
        url = f"{answering.url}/?api-version=1&tenant=t"
        MistralAzure("a key", server_url=url).chat.stream(messages=MESSAGES, **given).until_done()
        return answering.requests[-1].target

    path = "/models/chat/completions"
    assert target() == f"{path}?api-version=1&tenant=t"
    plain = answering.url
    assert target(server_url=plain) == f"{path}?api-version=2024-05-01-preview"
    assert target(server_url=f"{plain}?api-version=2") == f"{path}?api-version=2"
    with pytest.raises(ValueError, match="api_version is '3', but server_url has api-version='1'"):
        MistralAzure("a key", server_url="https://a.example?api-version=1", api_version="3")


def test_a_raw_call_has_the_version_and_the_key_in_azures_header(client, answering):
    client.request("GET", "/info")
    client.request("GET", "/info?api-version=2")
    assert [request.target for request in answering.requests] == [
        "/info?api-version=2024-05-01-preview",
        "/info?api-version=2",
    ]
    assert answering.requests[0].headers["api-key"] == "a key"


def test_whole_answers_and_other_settings_are_those_of_the_client():
    def answer(request):
        assert request.url.path == "/base/models/chat/completions"
        message = {"role": "assistant", "content": "Hi"}
        return httpx2.Response(200, json={"choices": [{"index": 0, "message": message}]})

    with httpx2.Client(transport=httpx2.MockTransport(answer)) as http:
        azure = MistralAzure("k", server_url="https://a.example/base/", client=http)
        assert azure.chat.complete(messages=MESSAGES).choices[0].message.content == "Hi"


class Book(BaseModel):
    title: str


@pytest.fixture
def books():
    """A simulator that answers with a book, whole or streamed."""
    streamed = Answer(body=[event(chunk('{"title": "x"}', "stop")), DONE])
    whole = Answer.of_json({"choices": [{"index": 0, "message": {"content": '{"title": "x"}'}}]})
    with Simulator(lambda request: streamed if request.json["stream"] else whole) as sim:
        yield sim


CALLS = [
    (name, {**form, **model, "messages": MESSAGES})
    for name, form in {
        "complete": {},
        "stream": {},
        "parse": {"response_format": Book},
        "parse_stream": {"response_format": Book},
    }.items()
    for model in ({}, {"model": None}, {"model": "m"})
]
MODELS = ["azureai", "azureai", "m"] * 4


def test_no_method_needs_a_model(books):
    with MistralAzure("a key", server_url=books.url) as client:
        for name, params in CALLS:
            answer = getattr(client.chat, name)(**params)
            if name.endswith("stream"):
                answer.until_done()
    assert [request.json["model"] for request in books.requests] == MODELS


@pytest.mark.anyio
async def test_no_async_method_needs_a_model(books):
    async with MistralAzure("a key", server_url=books.url) as client:
        for name, params in CALLS:
            answer = await getattr(client.chat, f"{name}_async")(**params)
            if name.endswith("stream"):
                await answer.until_done()
    assert [request.json["model"] for request in books.requests] == MODELS


def test_signatures_say_so_and_what_is_needed_is_asked_for(client):
    for name, params in CALLS:
        for method in (getattr(client.chat, name), getattr(client.chat, f"{name}_async")):
            bound = signature(method).bind(**params)
            bound.apply_defaults()
            assert bound.arguments["model"] == params.get("model"), method
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'messages'"):
        client.chat.stream(model="m")
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'messages'"):
        client.chat.parse(Book)


OWN_HEADERS = [
    ({"authorization": "Bearer token"}, {"authorization": "Bearer token", "api-key": None}),
    ({"api-key": "other"}, {"authorization": "Bearer a key", "api-key": "other"}),
]
"""Headers that a caller gives, and those of both names that are sent."""


def test_a_callers_own_headers_win(client, answering, subtests):
    for headers, expected in OWN_HEADERS:
        with subtests.test(str(headers)):
            client.chat.stream(messages=MESSAGES, http_headers=headers).until_done()
            request = answering.requests[-1]
            sent = {name: request.headers.get(name) for name in ("authorization", "api-key")}
            assert sent == expected


def test_a_key_that_azure_repeats_is_hidden():
    key = "a-key-that-nobody-may-see"
    with Simulator(Answer.of_json({"message": f"no api-key {key}"}, status=401)) as sim:
        client = MistralAzure(key, server_url=sim.url)
        with pytest.raises(AuthenticationError, match=r"^no api-key \(hidden\)") as caught:
            client.chat.complete(messages=MESSAGES)
        own = {"api-key": f"{key}-2"}
        with pytest.raises(AuthenticationError, match=r"^no api-key \(hidden\)") as again:
            client.chat.complete(messages=MESSAGES, http_headers=own)
        assert sim.requests[1].headers["api-key"] == f"{key}-2"
    assert key not in caught.value.body + again.value.body


def test_a_callable_that_gives_no_key_sends_none(answering):
    client = MistralAzure(lambda: None, server_url=answering.url)
    client.chat.stream(messages=MESSAGES).until_done()
    assert not {"authorization", "api-key"} & {*answering.requests[0].headers}


def test_the_key_and_the_address_of_mistrals_own_api_stay_there(monkeypatch):
    monkeypatch.setenv("MISTRAL_API_KEY", "mistral's")
    monkeypatch.setenv("MISTRAL_SERVER_URL", "https://mistral.example")
    with pytest.raises(ValueError, match="needs api_key"):
        MistralAzure(None, server_url="https://a.example")
    with pytest.raises(ValueError, match="needs server_url"):
        MistralAzure("a key")


def test_there_is_chat_alone(client):
    for name in ("fim", "ocr", "nothing"):
        with pytest.raises(AttributeError, match="only `chat` exists on Azure"):
            getattr(client, name)
    assert "chat" in dir(client)
    assert "fim" not in dir(client)
    assert isinstance(client, Mistral)


def test_the_package_for_azure_has_the_names_beside_the_client(subtests):
    for name in ("errors", "models", "types", "utils", "UNSET", "__version__"):
        with subtests.test(name):
            assert getattr(mistralai.azure.client, name) is getattr(mistralai.client, name)
            assert name in dir(mistralai.azure.client)


def test_other_names_are_none():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        import_module("mistralai.azure.client").nothing  # noqa: B018 - reading it is the test
