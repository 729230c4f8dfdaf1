"""Messages about mistakes in the use of the API, word for word.

`docs/faults.md` describes the failures of a network and a server; these are the caller's own.
"""

import asyncio
import copy
import functools
import pickle
import traceback
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pydantic
import pytest

from mistralai import Mistral
from mistralai.azure.client import MistralAzure
from mistralai.simulator import Simulator
from support.serving import ASK

USER = '{"role": "user", "content": "Hello"}'
TIMEOUT = (
    "`timeout` is `timeouts=Timeouts(...)` here, in seconds, or `timeout_ms=`, in milliseconds"
)
BASE_URL = "`base_url` is `server_url` here, without `/v1` at its end"

SETTINGS = {
    "base_url": f". {BASE_URL}",
    "timeout": f". {TIMEOUT}",
    "max_retries": ". `max_retries` is `retry_config` here",
    "default_headers": (
        ". `default_headers` is `http_headers=` of a call here,"
        " or a `client` of your own that has headers"
    ),
    "http_client": ". `http_client` is `client` here",
    "endpoint": ". `endpoint` is `server_url` here",
    "verify": ". Set SSL_CERT_FILE, or pass a `client` of your own with `verify`",
    "api_kye": ". Did you mean 'api_key'?",
    "xyzzy": "",
}

KEYWORDS = {
    "max_completion_tokens": ". `max_completion_tokens` is `max_tokens` here",
    "seed": ". `seed` is `random_seed` here",
    "functions": ". `functions` is `tools` here",
    "function_call": ". `function_call` is `tool_choice` here",
    "extra_headers": ". `extra_headers` is `http_headers` here",
    "max_retries": ". `max_retries` is `retries` here",
    "stream_options": ". Leave it out: the last event of a stream always has `usage`",
    "logit_bias": ". The API has no such field",
    "user": ". The API has no such field; `metadata` takes data of your own",
    "system": '. Put it into `messages`: {"role": "system", "content": "..."}',
    "api_key": ". Pass it to the client: `Mistral(api_key=...)`",
    "base_url": f". {BASE_URL}",
    "timeout": f". {TIMEOUT}",
    "input": "",  # an endpoint without `inputs`
    "temprature": ". Did you mean 'temperature'?",
}

FIELDS = [
    ({"messages": "Hi"}, f"messages takes a list of messages, such as [{USER}], not 'Hi'"),
    ({"messages": ["Hi"]}, f"messages[0] takes a message, such as {USER}, not 'Hi'"),
    ({"messages": []}, "messages is empty; give at least 1"),
    ({"messages": [{"content": "Hi"}]}, "messages[0].role is missing"),
    ({"messages": [{"role": "user"}]}, "messages[0].content is missing"),
    (
        {"messages": [{"role": "user", "content": 5}]},
        "messages[0].content takes a string or a list, not 5",
    ),
    (
        {"messages": [{"role": "user", "content": [5]}]},
        'messages[0].content[0] takes a chunk, such as {"type": "text", "text": "Hello"}, not 5',
    ),
    (
        {"messages": [{"role": "developer", "content": "Be brief."}]},
        (
            "messages[0].role takes 'assistant', 'system', 'tool' or 'user', not 'developer'."
            " 'developer' is 'system' here"
        ),
    ),
    ({"temperature": "hot"}, "temperature takes a number, not 'hot'"),
    ({"max_tokens": 1.5}, "max_tokens takes a whole number, not 1.5"),
    ({"safe_prompt": "perhaps"}, "safe_prompt takes True or False, not 'perhaps'"),
    ({"model": None}, "model takes a string, not None"),
    ({"stop": 5}, "stop takes a string or a list of strings, not 5"),
    ({"stop": ["a", 5]}, "stop[1] takes a string, not 5"),
    ({"metadata": "x"}, "metadata takes a dict, not 'x'"),
    ({"service_tier": 5}, "service_tier takes 'auto' or 'standard_only', not 5"),
    (
        {"tool_choice": 5},
        "tool_choice takes 'auto', 'none', 'any', 'required', a dict or a ToolChoice, not 5",
    ),
    ({"tools": [{"type": "function"}]}, "tools[0].function is missing"),
    (
        {"tools": [{"function": {"name": 5, "parameters": {}}}]},
        "tools[0].function.name takes a string, not 5",
    ),
    (
        {"response_format": "json"},
        'response_format takes a format, such as {"type": "json_object"}, not \'json\'',
    ),
    (
        {"messages": 5, "n": "two"},
        (
            f"messages takes a list of messages, such as [{USER}], not 5\n"
            "n takes a whole number, not 'two'"
        ),
    ),
    ({"top_p": "x" * 99}, f"top_p takes a number, not '{'x' * 27}...{'x' * 28}'"),
]

STREAM = [
    ("stream", False, "which streams; call complete() for a whole answer"),
    ("stream_async", False, "which streams; call complete_async() for a whole answer"),
    ("complete", True, "which returns a whole answer; call stream() for a stream"),
    ("complete_async", True, "which returns a whole answer; call stream_async() for a stream"),
    ("parse", True, "which returns a whole answer; call parse_stream() for a stream"),
    ("parse_stream", False, "which streams; call parse() for a whole answer"),
    ("parse_stream_async", False, "which streams; call parse_async() for a whole answer"),
]

ASYNC = (
    "this stream is asynchronous: use `async {}`,"
    " or the method without `_async` in synchronous code"
)
SYNC = (
    "this stream is synchronous: use `{}`, or the method that ends in `_async` in asynchronous code"
)

ELSEWHERE = {
    "choices": "an event's chunk is in `.data`: event.data.choices",
    "usage": "an event's chunk is in `.data`: event.data.usage",
    "delta": "an event's chunk is in `.data`: event.data.choices[0].delta",
    "content": "an event's chunk is in `.data`: event.data.choices[0].delta.content",
}


class City(pydantic.BaseModel):
    name: str


@pytest.fixture
def idle():
    """A client whose server must not be asked for anything."""
    with Simulator() as sim, Mistral("key", server_url=sim.url) as client:
        yield client
        assert sim.connections == 0


def test_a_keyword_that_does_not_exist_says_what_it_is_called_here(idle, subtests):
    for name, hint in SETTINGS.items():
        expected = f"() got an unexpected keyword argument {name!r}{hint}"
        with subtests.test(f"client: {name}"):
            with pytest.raises(TypeError) as caught:
                Mistral("secret-key", **{name: "secret-value"})
            assert str(caught.value) == f"Mistral{expected}"
            with pytest.raises(TypeError) as azure:
                MistralAzure("secret-key", server_url="https://x.test", **{name: 1})
            assert str(azure.value) == f"MistralAzure{expected}"
            ours = [frame for frame, _ in traceback.walk_tb(caught.tb)][1:]
            assert ours
            assert not any("secret" in repr(frame.f_locals.values()) for frame in ours)
    for name, hint in KEYWORDS.items():
        with subtests.test(f"call: {name}"):
            with pytest.raises(TypeError) as caught:
                idle.chat.stream(**ASK, **{name: 1})
            expected = f"stream() got an unexpected keyword argument {name!r}{hint}"
            assert str(caught.value) == expected
    with subtests.test("another endpoint"), pytest.raises(TypeError) as caught:
        idle.embeddings.create(model="m", input="Hello")
    assert str(caught.value).endswith(". `input` is `inputs` here")


def test_a_wrong_field_is_one_sentence_with_its_value_and_what_is_wanted(idle, subtests):
    for wrong, expected in FIELDS:
        with subtests.test(expected):
            with pytest.raises(pydantic.ValidationError) as caught:
                idle.chat.complete(**{**ASK, **wrong})
            assert str(caught.value) == expected
            assert isinstance(caught.value, ValueError)
            count = caught.value.error_count()
            assert count >= 1
            for again in (copy.copy(caught.value), pickle.loads(pickle.dumps(caught.value))):
                assert (str(again), again.error_count()) == (expected, count)


def test_the_traceback_of_a_wrong_field_is_short(idle, subtests):
    """IPython and pytest leave out frames with `__tracebackhide__`, except for the last."""

    async def awaited():
        await idle.chat.complete_async(**{**ASK, "temperature": "hot"})

    calls = {
        "complete": lambda: idle.chat.complete(**{**ASK, "temperature": "hot"}),
        "stream": lambda: idle.chat.stream(**{**ASK, "temperature": "hot"}),
        "stream_async": lambda: idle.chat.stream_async(**{**ASK, "temperature": "hot"}),
        "complete_async": lambda: asyncio.run(awaited()),
    }
    for name, call in calls.items():
        with subtests.test(name):
            with pytest.raises(ValueError, match="temperature") as caught:
                call()
            frames = [frame for frame, _ in traceback.walk_tb(caught.tb)]
            ours = [frame for frame in frames if "mistralai" in frame.f_globals["__name__"]]
            assert len(ours) <= 4
            shown = [f for f in ours[:-1] if not f.f_locals.get("__tracebackhide__")]
            assert [frame.f_code.co_name for frame in shown] == [name]
            text = "".join(traceback.format_exception(caught.value))
            assert "During handling" not in text


def test_a_stream_that_contradicts_its_method_names_the_other_one(idle, subtests):
    for method, value, expected in STREAM:
        with subtests.test(method):
            form = {"response_format": City} if "parse" in method else {}
            call = functools.partial(getattr(idle.chat, method), **ASK, **form, stream=value)
            runs = method in {"complete_async", "parse_async"}
            with pytest.raises(ValueError, match="stream") as caught:
                asyncio.run(call()) if runs else call()
            assert str(caught.value) == f"stream={value} was given to {method}(), {expected}"


def test_a_stream_of_the_other_kind_says_how_it_is_read(subtests):
    async def each(stream):
        async for _ in stream:
            pass

    async def enter(stream):
        async with stream:
            pass

    def check(text, misuse, *arguments):
        with subtests.test(text):
            with pytest.raises(TypeError) as caught:
                misuse(*arguments)
            assert str(caught.value) == text

    async def main(client):
        pending = client.chat.stream_async(**ASK)
        assert repr(pending) == (
            "<PendingStream, not sent yet: use it in `async with`, `async for` or `await`>"
        )
        check(ASYNC.format("for"), list, pending)
        check(ASYNC.format("with"), ExitStack().enter_context, pending)
        with pytest.raises(AttributeError) as caught:
            _ = pending.text_stream
        assert str(caught.value) == (
            "'PendingStream' object has no attribute 'text_stream'; the stream has it:"
            " `async with ... as stream` or `stream = await ...`"
        )
        with pytest.raises(AttributeError, match=r"no attribute 'xyzzy'$"):
            _ = pending.xyzzy
        async with pending as stream:
            assert repr(pending) == (
                "<PendingStream, in use: read the stream that `async with` or `await` returned>"
            )
            check(ASYNC.format("for"), list, stream)
            check(ASYNC.format("for"), list, stream.text_stream)
            check(ASYNC.format("with"), ExitStack().enter_context, stream)

    with Simulator() as sim, Mistral("key", server_url=sim.url) as client:
        asyncio.run(main(client))
        with client.chat.stream(**ASK) as stream:
            check(SYNC.format("for"), asyncio.run, each(stream))
            check(SYNC.format("with"), asyncio.run, enter(stream))
            assert not isinstance(stream, AsyncIterator)
            event = next(stream)
    for name, place in ELSEWHERE.items():
        with subtests.test(name):
            with pytest.raises(AttributeError) as caught:
                getattr(event, name)
            assert str(caught.value) == (
                f"'CompletionEvent' object has no attribute {name!r}; {place}"
            )
    with pytest.raises(AttributeError, match=r"a choice of a stream has `.delta`"):
        _ = event.data.choices[0].message
    with pytest.raises(AttributeError, match=r"no attribute 'xyzzy'$"):
        _ = event.xyzzy
