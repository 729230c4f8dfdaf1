"""Requests on the wire: fields, nulls, headers and the address."""

from itertools import product

import pytest

from mistralai import UNSET, Mistral, Timeouts
from mistralai.client import errors
from mistralai.models import (
    AssistantMessage,
    Function,
    FunctionCall,
    ImageURLChunk,
    ResponseFormat,
    SystemMessage,
    TextChunk,
    Tool,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from mistralai.simulator import Answer, Gate, Simulator
from support.serving import ASK, DONE, HELLO, event
from support.wire_fields import NOT_NULLABLE, NULLABLE

EVERY_FIELD = {
    **ASK,
    "temperature": 0.5,
    "top_p": 0.9,
    "max_tokens": 5,
    "min_tokens": 1,
    "top_k": 3,
    "repetition_penalty": 1.1,
    "logprobs": True,
    "top_logprobs": 2,
    "prompt_logprobs": False,
    "top_prompt_logprobs": 2,
    "stop": ["\n", "."],
    "random_seed": 7,
    "metadata": {"a": [1, None]},
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "tool_choice": "auto",
    "response_format": {"type": "json_object"},
    "presence_penalty": -0.5,
    "frequency_penalty": 0.5,
    "n": 1,
    "prediction": {"type": "content", "content": "x"},
    "parallel_tool_calls": False,
    "reasoning_effort": "high",
    "prompt_mode": "reasoning",
    "guardrails": [{"block_on_error": True}],
    "prompt_cache_key": "k",
    "service_tier": "auto",
    "safe_prompt": True,
}


@pytest.fixture
def sim():
    """A simulator that answers whatever it is asked."""
    with Simulator(Answer(body=[HELLO, DONE])) as sim:
        yield sim


@pytest.fixture
def sent(colour, sim):
    """Stream, and give the request that was sent."""
    client = colour.client(server_url=sim.url)

    def sent(**params):
        colour.collect(colour.open(client, **{**ASK, **params}))
        return sim.requests[-1]

    return sent


def test_only_what_was_given_is_sent(sent):
    request = sent()
    assert request.json == {**ASK, "stream": True}
    assert (request.method, request.target) == ("POST", "/v1/chat/completions")


def test_every_field_is_sent_as_it_was_given(sent):
    assert sent(**EVERY_FIELD).json == {**EVERY_FIELD, "stream": True}


def test_unset_is_never_sent(sent):
    unset = dict.fromkeys([*NULLABLE, *NOT_NULLABLE], UNSET)
    assert sent(**unset).json == {**ASK, "stream": True}


def test_none_is_sent_as_null_where_the_api_takes_it_and_not_sent_elsewhere(sent):
    none = dict.fromkeys([*NULLABLE, *NOT_NULLABLE])
    assert sent(**none).json == {**ASK, **dict.fromkeys(NULLABLE), "stream": True}


def test_the_api_takes_those_nulls(colour):
    with Simulator() as sim:
        client = colour.client(server_url=sim.url)
        colour.complete(client, **ASK, **dict.fromkeys(NULLABLE))


def test_none_for_an_option_of_the_call_says_nothing(sent):
    options = ("retries", "server_url", "timeout_ms", "timeouts", "http_headers", "extra_body")
    assert sent(**dict.fromkeys(options)).json == {**ASK, "stream": True}


def test_stream_may_be_said_twice(sent, subtests):
    for stream in (True, None, UNSET):
        with subtests.test(repr(stream)):
            assert sent(stream=stream).json == {**ASK, "stream": True}


def test_complete_sends_its_own_stream(colour, subtests):
    with Simulator() as sim:
        client = colour.client(server_url=sim.url)
        for stream in (False, None):
            with subtests.test(repr(stream)):
                colour.complete(client, **ASK, stream=stream)
                assert sim.requests[-1].json == {**ASK, "stream": False}


def test_messages_are_objects_or_dicts(sent):
    request = sent(
        messages=(
            SystemMessage(content="Be short."),
            {"role": "user", "content": [TextChunk(text="See"), {"type": "text", "text": "!"}]},
            AssistantMessage(
                tool_calls=[ToolCall(id="abc", function=FunctionCall(name="f", arguments="{}"))]
            ),
            ToolMessage(content="1", tool_call_id="abc", name="f"),
            UserMessage(content=[ImageURLChunk(image_url="https://example.org/x.png")]),
        )
    )
    assert request.json["messages"] == [
        {"role": "system", "content": "Be short."},
        {
            "role": "user",
            "content": [{"type": "text", "text": "See"}, {"type": "text", "text": "!"}],
        },
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": "abc",
                    "type": "function",
                    "function": {"name": "f", "arguments": "{}"},
                    "index": 0,
                }
            ],
            "prefix": False,
        },
        {"role": "tool", "content": "1", "tool_call_id": "abc", "name": "f"},
        {
            "role": "user",
            "content": [{"type": "image_url", "image_url": "https://example.org/x.png"}],
        },
    ]


def test_other_values_are_objects_or_dicts(sent):
    function = Function(name="f", parameters={"type": "object"})
    request = sent(
        tools=[Tool(function=function), {"type": "function", "function": function}],
        response_format=ResponseFormat(type="json_object"),
    )
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    assert [each["function"] for each in request.json["tools"]] == [tool["function"]] * 2
    assert request.json["response_format"] == {"type": "json_object"}


def test_dicts_keep_content_of_an_unknown_type_and_no_field_that_the_api_does_not_know(sent):
    hologram = {"type": "hologram", "url": "x"}
    messages = [
        {"role": "assistant", "content": "x", "refusal": None, "annotations": []},
        {"role": "user", "content": [hologram], "timestamp": 1},
    ]
    tools = [{"function": {"name": "f", "parameters": {}}, "cache_control": {}}]
    body = sent(messages=messages, tools=tools).json
    assert body["messages"] == [
        {"role": "assistant", "content": "x", "prefix": False},
        {"role": "user", "content": [hologram]},
    ]
    assert body["tools"] == [{"type": "function", "function": {"name": "f", "parameters": {}}}]


def test_an_extra_body_sends_any_message(sent):
    messages = [{"role": "user", "content": "x", "timestamp": 1}]
    assert sent(extra_body={"messages": messages}).json["messages"] == messages


def test_messages_of_answers_go_back_as_they_came(colour):
    """Whatever the way by which a program gets them: whole, or from a stream."""
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}, "x": 1}
    message = {"role": "assistant", "content": "I ask", "tool_calls": [call], "refusal": None}
    piece = {"index": 0, "delta": {**message, "reasoning": "so"}, "finish_reason": "stop"}
    whole = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    streamed = Answer(body=[event({"choices": [piece]}), DONE])
    with Simulator([Answer.of_json(whole), streamed, *[Answer.of_json(whole)] * 3]) as sim:
        client = colour.client(server_url=sim.url)
        answer = colour.complete(client, **ASK)
        stream = colour.open(client, **ASK)
        colour.collect(stream)
        snapshot = stream.snapshot.choices[0].message
        for back in (answer.choices[0].message, snapshot, stream.message):
            colour.complete(client, model="m", messages=[*ASK["messages"], back])
        sent = [request.json["messages"][1] for request in sim.requests[2:]]
    assert sent[:2] == [message, {**message, "reasoning": "so"}]
    del message["refusal"]  # which `stream.message`, made for the next turn, does not have
    assert sent[2] == {**message, "reasoning": "so"}


def test_extra_body_is_merged_last_at_the_top(sent):
    request = sent(temperature=0.5, extra_body={"temperature": 1, "stream_options": {"a": None}})
    assert request.json == {**ASK, "stream": True, "temperature": 1, "stream_options": {"a": None}}


def test_text_goes_as_utf_8_and_is_not_escaped(sent):
    content = "h\u00e9 \u2028 \U0001f600"
    request = sent(messages=[{"role": "user", "content": content}])
    assert content.encode() in request.body
    assert request.json["messages"][0]["content"] == content


def test_the_headers_say_what_is_sent_and_wanted(sent):
    headers = sent().headers
    assert headers["authorization"] == "Bearer key"
    assert headers["accept"] == "text/event-stream"
    assert headers["accept-encoding"] == "identity"
    assert headers["content-type"] == "application/json"
    assert headers["content-length"] == str(len(sent().body))


def test_the_user_agent_is_this_projects_own(sent):
    agent = sent().headers["user-agent"]
    assert agent == Mistral("key").sdk_configuration.user_agent
    assert not agent.startswith("mistral-client-python")


def test_headers_of_a_call_are_added_and_win(sent):
    given = {"X-Mine": "1", "Authorization": "Bearer other", "User-Agent": "mine"}
    headers = sent(http_headers=given).headers
    assert headers["x-mine"] == "1"
    assert [value for name, value in headers.pairs if name == "authorization"] == ["Bearer other"]
    assert [value for name, value in headers.pairs if name == "user-agent"] == ["mine"]
    assert sent().headers["authorization"] == "Bearer key"


def test_a_call_may_go_to_another_server(colour, sim, subtests):
    client = colour.client(server_url="http://127.0.0.1:1")
    for ending in ("", "/", "/below", "/below/"):
        with subtests.test(repr(ending)):
            colour.collect(colour.open(client, **ASK, server_url=sim.url + ending))
            assert sim.requests[-1].path == f"{ending.rstrip('/')}/v1/chat/completions"


LIMITS = [{"timeout_ms": 200.5}, {"timeouts": Timeouts(first_event=0.2)}]


def test_limits_of_the_call_or_the_client_hold(colour, subtests):
    for limits, place in product(LIMITS, ("the call", "the client")):
        settings, params = ({}, limits) if place == "the call" else (limits, {})
        with subtests.test(f"{limits} of {place}"), Simulator(Answer(body=[Gate()])) as sim:
            client = colour.client(server_url=sim.url, **settings)
            with pytest.raises(errors.APITimeoutError, match="first_event") as caught:
                colour.next(colour.open(client, **ASK, **params))
            sim.requests[0].closed.wait()
            assert caught.value.phase == "first_event"


def test_limits_of_a_call_win_over_those_of_the_client(colour):
    with Simulator(Answer(body=[Gate()])) as sim:
        client = colour.client(server_url=sim.url, timeout_ms=60_000)
        with pytest.raises(errors.APITimeoutError):
            colour.next(colour.open(client, **ASK, timeout_ms=100))
