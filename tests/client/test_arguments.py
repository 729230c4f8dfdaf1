"""Wrong arguments fail at the call, before any request, and the message names the field."""

import asyncio
from itertools import product
from types import SimpleNamespace

import httpx
import httpx2
import pytest

from mistralai import UNSET, Mistral
from mistralai.models import UserMessage
from mistralai.simulator import Simulator
from support.serving import ASK

METHODS = {
    "stream": lambda chat, params: chat.stream(**params),
    "complete": lambda chat, params: chat.complete(**params),
    "stream_async": lambda chat, params: chat.stream_async(**params),
    "complete_async": lambda chat, params: asyncio.run(chat.complete_async(**params)),
}

TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}

# What is given, the exception, and what its text has.
WRONG = {
    "an unknown keyword": (
        {"temprature": 1},
        TypeError,
        "'temprature'. Did you mean 'temperature'",
    ),
    "a keyword like no other": ({"xyzzy": 1}, TypeError, "unexpected keyword argument 'xyzzy'$"),
    "the OpenAI name of a field": ({"seed": 1}, TypeError, "'seed'"),
    "model: number": ({"model": 5}, ValueError, "model"),
    "model: None": ({"model": None}, ValueError, "model"),
    "model: UNSET": ({"model": UNSET}, ValueError, "model"),
    "messages: none": ({"messages": []}, ValueError, "messages"),
    "messages: None": ({"messages": None}, ValueError, "messages"),
    "messages: a string": ({"messages": "Hello"}, ValueError, "messages"),
    "messages: one dict": ({"messages": {"role": "user", "content": ""}}, ValueError, "messages"),
    "a message: a string": ({"messages": ["Hello"]}, ValueError, r"messages\[0\]"),
    "a message: a number": ({"messages": [*ASK["messages"], 5]}, ValueError, r"messages\[1\]"),
    "a message without a role": (
        {"messages": [{"content": "x"}]},
        ValueError,
        r"messages\[0\]\.role",
    ),
    "a message of an unknown role": (
        {"messages": [{"role": "bot", "content": "x"}]},
        ValueError,
        r"messages\[0\]\.role .*'bot'",
    ),
    "a message without content": (
        {"messages": [{"role": "user"}]},
        ValueError,
        r"messages\[0\]\.content",
    ),
    "a message whose content is a number": (
        {"messages": [{"role": "user", "content": 5}]},
        ValueError,
        r"messages\[0\]\.content",
    ),
    "temperature": ({"temperature": "hot"}, ValueError, "temperature"),
    "max_tokens": ({"max_tokens": 1.5}, ValueError, "max_tokens"),
    "stop": ({"stop": 5}, ValueError, "stop"),
    "n": ({"n": "two"}, ValueError, "n takes"),
    "tools": ({"tools": TOOL}, ValueError, "tools"),
    "a tool without a function": ({"tools": [{"type": "function"}]}, ValueError, r"tools\[0\]"),
    "tool_choice": ({"tool_choice": 5}, ValueError, "tool_choice"),
    "response_format": ({"response_format": "json"}, ValueError, "response_format"),
    "prediction": ({"prediction": "x"}, ValueError, "prediction"),
    "metadata": ({"metadata": 5}, ValueError, "metadata"),
    "metadata that is no JSON": ({"metadata": {"x": object()}}, ValueError, "metadata"),
    "guardrails": ({"guardrails": 5}, ValueError, "guardrails"),
    "extra_body: a number": ({"extra_body": 5}, TypeError, "extra_body"),
    "extra_body: pairs": ({"extra_body": [("a", 1)]}, TypeError, "extra_body"),
    "extra_body that is no JSON": ({"extra_body": {"top": object()}}, ValueError, "top"),
    "http_headers: a string": ({"http_headers": "x"}, TypeError, "http_headers"),
    "a header: a number": ({"http_headers": {"x": 5}}, TypeError, r"http_headers\['x'\]"),
    "a header with a line end": (
        {"http_headers": {"x": "a\n"}},
        ValueError,
        r"http_headers\['x'\]",
    ),
    "a header beyond ASCII": (
        {"http_headers": {"x": "\u00e9"}},
        ValueError,
        r"http_headers\['x'\]",
    ),
    "a header with a blank in its name": ({"http_headers": {"x y": ""}}, ValueError, "'x y'"),
    "server_url: no address": ({"server_url": "nowhere"}, ValueError, "server_url is 'nowhere'"),
    "server_url: another scheme": ({"server_url": "ftp://x"}, ValueError, "server_url"),
    "server_url: a number": ({"server_url": 5}, TypeError, "server_url"),
    "timeout_ms: 0": ({"timeout_ms": 0}, ValueError, "timeout_ms is 0"),
    "timeout_ms: a string": ({"timeout_ms": "1"}, TypeError, "timeout_ms takes a number, not '1'"),
    "timeout_ms: a truth": ({"timeout_ms": True}, TypeError, "timeout_ms"),
    "timeouts: a number": ({"timeouts": 5}, TypeError, "timeouts"),
    "timeouts: a dict": ({"timeouts": {"connect": 5}}, TypeError, "timeouts"),
    "retries: a string": ({"retries": "3"}, TypeError, "retries"),
    "retries: below 0": ({"retries": -1}, ValueError, "retries is -1"),
}


@pytest.fixture
def idle():
    """A simulator that is asked for nothing."""
    with Simulator() as sim:
        yield sim
        assert sim.connections == 0


def test_a_wrong_argument_fails_before_any_request(idle, subtests):
    client = Mistral("key", server_url=idle.url)
    for (name, (given, exception, says)), (method, call) in product(WRONG.items(), METHODS.items()):
        with subtests.test(f"{name}, {method}"):
            with pytest.raises(exception, match=says):
                call(client.chat, {**ASK, **given})
            assert idle.connections == 0


MISSING = [
    ({"messages": ASK["messages"]}, "1 required keyword-only argument: 'model'"),
    ({"model": "m"}, "1 required keyword-only argument: 'messages'"),
    ({}, "2 required keyword-only arguments: 'model' and 'messages'"),
]


def test_a_missing_argument_fails_as_python_says_it(idle, subtests):
    client = Mistral("key", server_url=idle.url)
    for (given, missing), (method, call) in product(MISSING, METHODS.items()):
        with (
            subtests.test(f"{missing}, {method}"),
            pytest.raises(TypeError, match=rf"^{method}\(\) missing {missing}$"),
        ):
            call(client.chat, given)


def test_arguments_by_position_fail_as_python_says_it(idle, subtests):
    client = Mistral("key", server_url=idle.url)
    for method in METHODS:
        with subtests.test(method), pytest.raises(TypeError, match="positional argument"):
            getattr(client.chat, method)("m", [UserMessage(content="Hello")])


def test_a_wrong_header_is_not_shown_for_it_may_be_a_key(idle):
    client = Mistral("key", server_url=idle.url)
    with pytest.raises(ValueError, match="authorization") as caught:
        client.chat.complete(**ASK, http_headers={"authorization": "Bearer secret-key\n"})
    assert "secret-key" not in repr(caught.value)


WRONG_SETTINGS = {
    "api_key": ({"api_key": 5}, TypeError),
    "server": ({"server": "mars"}, ValueError),
    "server_url": ({"server_url": "nowhere"}, ValueError),
    "server_url: a number": ({"server_url": 5}, TypeError),
    "timeout_ms": ({"timeout_ms": "1"}, TypeError),
    "timeouts": ({"timeouts": 5}, TypeError),
    "retry_config": ({"retry_config": "x"}, TypeError),
    "retry_config: below 0": ({"retry_config": -1}, ValueError),
    "max_event_size": ({"max_event_size": 0}, ValueError),
    "max_event_size: a string": ({"max_event_size": "1"}, TypeError),
    "max_response_size": ({"max_response_size": -1}, ValueError),
    "client takes an httpx2.Client": ({"client": object()}, TypeError),
    "client takes an httpx2.Client, or an object with its build_request and send": (
        {"client": SimpleNamespace(send=print)},
        TypeError,
    ),
    "client does not take <httpx.AsyncClient .*; pass this client as async_client=": (
        {"client": httpx.AsyncClient()},
        TypeError,
    ),
    "client does not take .*; pass this client as async_client=": (
        {"client": httpx2.AsyncClient()},
        TypeError,
    ),
    "async_client takes an httpx2.AsyncClient": ({"async_client": "x"}, TypeError),
    "async_client does not take .*; pass this client as client=": (
        {"async_client": httpx2.Client()},
        TypeError,
    ),
    "xyzzy": ({"xyzzy": 1}, TypeError),
}


def test_a_wrong_setting_fails_when_the_client_is_made(subtests):
    for name, (settings, exception) in WRONG_SETTINGS.items():
        with (
            subtests.test(name),
            pytest.raises(exception, match=name.partition(":")[0]),
        ):
            Mistral(**settings)


def test_settings_beyond_the_first_two_go_by_keyword():
    with pytest.raises(TypeError, match="positional"):
        Mistral("key", "eu", "https://mistral.example")
