import json
from itertools import product
from typing import Any

import httpx2
import pytest

from mistralai.client._call.reader import EventReader, has_content
from mistralai.client._call.response import EXCERPT, Head
from mistralai.client.errors import (
    CapacityExceededError,
    InternalServerError,
    MistralError,
    RateLimitError,
    ResponseValidationError,
    SDKError,
)
from mistralai.client.models import CompletionEvent
from mistralai.client.sse import ServerSentEvent
from support.errorbodies import SHAPES
from support.streams import hand_written
from support.transcripts import transcript_files

NOW = 1_700_000_000.0
CHUNK = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def new_reader() -> EventReader:
    response = httpx2.Response(200, headers={"mistral-correlation-id": "id-1", "retry-after": "7"})
    return EventReader(Head(200, response.headers, response), NOW)


def event(payload: object, name: str = "message") -> ServerSentEvent:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return ServerSentEvent(raw, name)


def choice(finish_reason: str | None = None, index: int = 0, **delta: Any) -> dict[str, Any]:
    return {"index": index, "delta": delta, "finish_reason": finish_reason}


def chunk(*choices: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**CHUNK, "choices": list(choices), **fields}


def read(*payloads: object) -> EventReader:
    """A reader that has read some events, each of them a completion event."""
    reader = new_reader()
    for payload in payloads:
        assert reader.read(event(payload)) is not None
    return reader


def error_of(payload: object, name: str = "message") -> MistralError:
    """The error that one event is."""
    reader = new_reader()
    assert reader.read(event(payload, name)) is None
    assert reader.over
    assert not reader.done
    assert reader.error is not None
    return reader.error


# --- events ------------------------------------------------------------------


def test_a_chunk_is_an_event_under_another_name_too() -> None:
    for name in ("message", "completion"):
        reader = new_reader()
        got = reader.read(event(chunk(choice(content="Hello")), name))
        assert isinstance(got, CompletionEvent), name
        assert got.data.choices[0].delta.content == "Hello", name
        assert not reader.over, name


def test_events_that_hold_nothing_or_have_an_unknown_name_are_passed_over() -> None:
    empty = [(raw, "message") for raw in (b"null", b" null\n", b"", b" ", b"\n")]
    unknown = [({"message": "hello"}, "ping"), (b"ping", "ping"), (b"", "ping"), ([1], "ping")]
    for payload, name in [*empty, *unknown, ({"type": "ping"}, "ping")]:
        reader = new_reader()
        assert reader.read(event(payload, name)) is None, (payload, name)
        assert not reader.over, (payload, name)


def test_done_ends_the_stream(subtests: pytest.Subtests) -> None:
    for raw, name in product((b"[DONE]", b" [DONE] ", b"[DONE]\n"), ("message", "done")):
        reader = new_reader()
        with subtests.test(f"{raw!r} named {name}"):
            assert reader.read(event(raw, name)) is None
            assert reader.done
            assert reader.over
            assert reader.error is None


def test_a_last_done_needs_no_blank_line() -> None:
    cases = {
        b"data: [DONE]": True,
        b"data:[DONE]": True,
        b"data: [DONE]\n": True,
        b"data: [DONE": False,
        b"data: {}": False,
        b": [DONE]": False,
        b"": False,
    }
    for unfinished, done in cases.items():
        reader = new_reader()
        reader.read_unfinished(unfinished)
        assert reader.done == done, unfinished


def test_what_compatible_servers_send_is_delivered(subtests: pytest.Subtests) -> None:
    payloads: list[object] = [
        {"choices": [{"delta": {"content": "x"}}]},
        {"choices": [{"index": 0, "delta": {}}]},
        {"choices": [{"index": None, "delta": None, "finish_reason": None}]},
        chunk(),
        chunk(usage=None),
        {**CHUNK, "choices": None},
        {"choices": [], "usage": {"prompt_tokens": 1}},
        {"choices": [], "x_groq": {"id": "1"}},
        {"choices": [], "error": None, "message": ""},
        chunk(choice("unheard_of", content=[{"type": "unheard_of", "x": 1}])),
        chunk(choice(reasoning_content="x"), system_fingerprint="y", token_ids=[1]),
        chunk({**choice(content="x"), "logprobs": None}, p="abc"),
        {},
    ]
    for payload in payloads:
        with subtests.test(repr(payload)):
            assert read(payload).error is None


def test_every_event_of_a_stream_is_delivered(subtests: pytest.Subtests) -> None:
    paths = [*transcript_files("chat-stream")[::8], *hand_written()]
    assert len(paths) > 10
    for path in paths:
        reader = new_reader()
        lines = path.read_bytes().split(b"\n")
        data = [line.removeprefix(b"data: ") for line in lines if line.startswith(b"data")]
        with subtests.test(path.stem):
            for raw in data:
                if raw != b"[DONE]":
                    assert reader.read(event(raw)) is not None
            assert reader.complete
            assert reader.end_reason == "finish_reason_only"


# --- how far the answer has come ---------------------------------------------

ANSWERS: list[tuple[list[dict[str, Any]], bool]] = [
    ([choice(content="a")], False),
    ([choice(content="a"), choice("stop")], True),
    ([choice("stop"), choice(content="after")], True),
    ([choice("unheard_of")], True),
    ([choice(content="a"), choice("stop", 1)], False),
    ([choice("stop", 1)], True),
    ([choice("stop", 0), choice("length", 1)], True),
]


def test_an_answer_is_complete_when_every_choice_that_began_has_its_finish_reason(
    subtests: pytest.Subtests,
) -> None:
    assert not new_reader().complete
    assert not read({"choices": [], "usage": {}}).complete
    for choices, complete in ANSWERS:
        one_by_one = read(*(chunk(part) for part in choices))
        together = read(chunk(*choices))
        for reader in (one_by_one, together):
            with subtests.test(str(choices)):
                assert reader.complete == complete
                assert reader.end_reason == ("finish_reason_only" if complete else "truncated")
                reader.read(event(b"[DONE]"))
                assert reader.end_reason == ("done" if complete else "done_only")


# --- errors ------------------------------------------------------------------


def test_every_shape_of_an_error_is_one_in_a_stream(subtests: pytest.Subtests) -> None:
    for shape, name in product(SHAPES, ("message", "error")):
        with subtests.test(f"{shape.name} named {name}"):
            error = error_of(shape.payload, name)
            assert type(error) is shape.inside
            assert error.status_code == 200
            assert error.request_id == "id-1"
            if isinstance(error, SDKError):
                assert error.error == shape.says
                assert error.retry_after == 7
    with subtests.test("beside empty choices"):
        beside = chunk(error={"message": "No", "code": "1300"})
        assert type(error_of(beside)) is RateLimitError
    with subtests.test("in capitals"):
        assert type(error_of({"object": "Error"})) is InternalServerError


def test_an_event_named_error_is_one_whatever_it_holds() -> None:
    for raw in (b"the model is gone", b'"the model is gone"', b"[]", b""):
        error = error_of(raw, "error")
        assert type(error) is InternalServerError, raw
        assert raw.decode().strip('"') in str(error), raw
        assert error.error.message == raw.decode(), raw


def test_a_finish_reason_error_ends_the_stream_after_its_event() -> None:
    reader = new_reader()
    last = reader.read(event(chunk(choice("error", content="so f"))))
    assert last is not None
    assert last.data.choices[0].delta.content == "so f"
    assert type(reader.error) is InternalServerError
    assert "finish_reason 'error'" in str(reader.error)
    assert reader.over
    # It may come with what is wrong.
    reader = new_reader()
    reader.read(event(chunk(choice("error"), error={"message": "Full", "code": "3505"})))
    assert type(reader.error) is CapacityExceededError


NOT_JSON = "an event that is not JSON"
NOT_A_CHUNK = "JSON that is not a completion chunk"
OTHERS: list[tuple[bytes, str]] = [
    (b"{", NOT_JSON),
    (b"Hello", NOT_JSON),
    (b"\xff\xfe", NOT_JSON),
    (b"[" * 100_000, NOT_JSON),
    (b"[1]", NOT_A_CHUNK),
    (b'"x"', NOT_A_CHUNK),
    (b"5", NOT_A_CHUNK),
    (b'{"choices": "x"}', NOT_A_CHUNK),
    (b'{"choices": ["x"]}', NOT_A_CHUNK),
    (b'{"choices": [{"delta": "x"}]}', NOT_A_CHUNK),
    (b'{"choices": [{"index": "x"}]}', NOT_A_CHUNK),
]


def test_what_is_no_chunk_is_an_error_that_shows_it(subtests: pytest.Subtests) -> None:
    for raw, found in OTHERS:
        with subtests.test(repr(raw[:24])):
            error = error_of(raw)
            shown = raw[:200].decode("utf-8", "replace")
            assert type(error) is ResponseValidationError
            assert str(error) == f"the stream has {found}: {shown}"
            assert isinstance(error.cause, ValueError)
            assert error.body == raw[:EXCERPT].decode("utf-8", "replace")
    # No more than the beginning of a long event is kept.
    for payload in (b"x" * 10**6, chunk(choice("error", content="x" * 10**6))):
        reader = new_reader()
        reader.read(event(payload))
        assert reader.error is not None
        assert len(reader.error.body) == EXCERPT
        assert len(str(reader.error)) < 1000


# --- content -----------------------------------------------------------------

WITHOUT_CONTENT = [
    chunk(choice(role="assistant", content="")),
    chunk(choice(role="assistant", content=None)),
    chunk(choice()),
    chunk(choice(index=3)),
    chunk({"index": 0, "delta": {"role": "assistant", "index": 1, "content": ""}}),
    chunk(choice(content=[])),
    chunk(choice(tool_calls=[])),
    chunk(choice(metadata={})),
    chunk(choice(refusal=None, reasoning_content="")),
    chunk(),
    chunk(service_tier="standard"),
    chunk(usage=None),
]
WITH_CONTENT = [
    chunk(choice(content="x")),
    chunk(choice(content=" ")),
    chunk(choice(content=[{"type": "text", "text": "x"}])),
    chunk(choice(tool_calls=[{"function": {"name": "f", "arguments": ""}}])),
    chunk(choice(tool_call_id="x")),
    chunk(choice(metadata={"a": 1})),
    chunk(choice(reasoning_content="x")),
    chunk(choice("stop")),
    chunk(choice("stop", content="")),
    chunk(choice(content=""), choice("stop", 1)),
    chunk(choice(content=""), choice(None, 1, content="x")),
    chunk(usage={"prompt_tokens": 1}),
    chunk(usage={}),
]


def test_content_is_a_finish_reason_usage_or_a_delta_that_says_something(
    subtests: pytest.Subtests,
) -> None:
    for payloads, content in ((WITHOUT_CONTENT, False), (WITH_CONTENT, True)):
        for payload in payloads:
            with subtests.test(repr(payload)):
                got = new_reader().read(event(payload))
                assert got is not None
                assert has_content(got) == content
