import json
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
from support.errorbodies import SHAPES, Shape
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


def test_a_chunk_is_an_event() -> None:
    reader = new_reader()
    got = reader.read(event(chunk(choice(content="Hello"))))
    assert isinstance(got, CompletionEvent)
    assert got.data.choices[0].delta.content == "Hello"
    assert not reader.over


@pytest.mark.parametrize("raw", [b"null", b" null\n", b"", b" ", b"\n"])
def test_empty_events_are_passed_over(raw: bytes) -> None:
    reader = new_reader()
    assert reader.read(event(raw)) is None
    assert not reader.over


@pytest.mark.parametrize("raw", [b"[DONE]", b" [DONE] ", b"[DONE]\n"])
@pytest.mark.parametrize("name", ["message", "done"])
def test_done_ends_the_stream(raw: bytes, name: str) -> None:
    reader = new_reader()
    assert reader.read(event(raw, name)) is None
    assert reader.done
    assert reader.over
    assert reader.error is None


@pytest.mark.parametrize(
    ("unfinished", "done"),
    [
        (b"data: [DONE]", True),
        (b"data:[DONE]", True),
        (b"data: [DONE]\n", True),
        (b"data: [DONE", False),
        (b"data: {}", False),
        (b": [DONE]", False),
        (b"", False),
    ],
)
def test_a_last_done_needs_no_blank_line(unfinished: bytes, *, done: bool) -> None:
    reader = new_reader()
    reader.last(unfinished)
    assert reader.done == done


@pytest.mark.parametrize(
    "payload",
    [
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
    ],
    ids=repr,
)
def test_what_compatible_servers_send_is_delivered(payload: object) -> None:
    assert read(payload).error is None


@pytest.mark.parametrize("path", transcript_files("chat-stream")[::8], ids=lambda p: p.stem[-20:])
def test_every_event_of_a_recorded_stream_is_delivered(path: Any) -> None:
    check_stream(path.read_bytes())


@pytest.mark.parametrize("path", hand_written(), ids=lambda path: path.stem)
def test_every_event_of_a_hand_written_stream_is_delivered(path: Any) -> None:
    check_stream(path.read_bytes())


def check_stream(body: bytes) -> None:
    """Each event before [DONE] is one, and the whole is complete."""
    reader = new_reader()
    data = [line.removeprefix(b"data: ") for line in body.split(b"\n") if line.startswith(b"data")]
    for raw in data:
        if raw != b"[DONE]":
            assert reader.read(event(raw)) is not None
    assert reader.complete
    assert reader.end_reason == "finish_reason_only"


# --- how far the answer has come ---------------------------------------------


def test_without_a_choice_nothing_is_complete() -> None:
    assert not new_reader().complete
    assert not read({"choices": [], "usage": {}}).complete


@pytest.mark.parametrize(
    ("choices", "complete"),
    [
        ([choice(content="a")], False),
        ([choice(content="a"), choice("stop")], True),
        ([choice("stop"), choice(content="after")], True),
        ([choice("unheard_of")], True),
        ([choice(content="a"), choice("stop", 1)], False),
        ([choice("stop", 1)], True),
        ([choice("stop", 0), choice("length", 1)], True),
    ],
    ids=str,
)
def test_an_answer_is_complete_when_every_choice_that_began_has_its_finish_reason(
    choices: list[dict[str, Any]], *, complete: bool
) -> None:
    one_by_one = read(*(chunk(part) for part in choices))
    together = read(chunk(*choices))
    for reader in (one_by_one, together):
        assert reader.complete == complete
        assert reader.end_reason == ("finish_reason_only" if complete else "truncated")
        reader.read(event(b"[DONE]"))
        assert reader.end_reason == ("done" if complete else "done_only")


# --- errors ------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
@pytest.mark.parametrize("name", ["message", "error"])
def test_every_shape_of_an_error_is_one_in_a_stream(shape: Shape, name: str) -> None:
    error = error_of(shape.payload, name)
    assert type(error) is shape.inside
    assert error.status_code == 200
    assert error.request_id == "id-1"
    if isinstance(error, SDKError):
        assert error.error == shape.says
        assert error.retry_after == 7


def test_a_chunk_with_an_error_beside_its_empty_choices_is_an_error() -> None:
    assert type(error_of(chunk(error={"message": "No", "code": "1300"}))) is RateLimitError


def test_the_error_is_found_after_its_name_in_capitals_too() -> None:
    assert type(error_of({"object": "Error"})) is InternalServerError


@pytest.mark.parametrize("raw", [b"the model is gone", b'"the model is gone"', b"[]", b""])
def test_an_event_named_error_is_one_whatever_it_holds(raw: bytes) -> None:
    error = error_of(raw, "error")
    assert type(error) is InternalServerError
    assert raw.decode().strip('"') in str(error)
    assert error.error.message == raw.decode()


def test_an_event_of_a_name_that_the_api_does_not_have_is_passed_over() -> None:
    for payload in ({"message": "hello"}, b"ping", b"", [1], {"type": "ping"}):
        reader = new_reader()
        assert reader.read(event(payload, "ping")) is None
        assert not reader.over


def test_a_chunk_under_another_name_is_an_event() -> None:
    got = new_reader().read(event(chunk(choice(content="x")), "completion"))
    assert got is not None


def test_a_finish_reason_error_ends_the_stream_after_its_event() -> None:
    reader = new_reader()
    last = reader.read(event(chunk(choice("error", content="so f"))))
    assert last is not None
    assert last.data.choices[0].delta.content == "so f"
    assert type(reader.error) is InternalServerError
    assert "finish_reason 'error'" in str(reader.error)
    assert reader.over


def test_a_finish_reason_error_may_come_with_what_is_wrong() -> None:
    reader = new_reader()
    reader.read(event(chunk(choice("error"), error={"message": "Full", "code": "3505"})))
    assert type(reader.error) is CapacityExceededError


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"{", "an event that is no JSON"),
        (b"Hello", "an event that is no JSON"),
        (b"\xff\xfe", "an event that is no JSON"),
        (b"[" * 100_000, "an event that is no JSON"),
        (b"[1]", "JSON that is no chunk"),
        (b'"x"', "JSON that is no chunk"),
        (b"5", "JSON that is no chunk"),
        (b'{"choices": "x"}', "JSON that is no chunk"),
        (b'{"choices": ["x"]}', "JSON that is no chunk"),
        (b'{"choices": [{"delta": "x"}]}', "JSON that is no chunk"),
        (b'{"choices": [{"index": "x"}]}', "JSON that is no chunk"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_what_is_no_chunk_is_an_error_that_shows_it(raw: bytes, what: str) -> None:
    error = error_of(raw)
    shown = raw[:200].decode("utf-8", "replace")
    assert type(error) is ResponseValidationError
    assert str(error) == f"the stream has {what}: {shown}"
    assert isinstance(error.cause, ValueError)
    assert error.body == raw[:EXCERPT].decode("utf-8", "replace")


def test_an_error_keeps_no_more_than_the_beginning_of_a_long_event() -> None:
    for payload in (b"x" * 10**6, chunk(choice("error", content="x" * 10**6))):
        reader = new_reader()
        reader.read(event(payload))
        assert reader.error is not None
        assert len(reader.error.body) == EXCERPT
        assert len(str(reader.error)) < 1000


# --- content -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "content"),
    [
        (chunk(choice(role="assistant", content="")), False),
        (chunk(choice(role="assistant", content=None)), False),
        (chunk(choice()), False),
        (chunk(choice(index=3)), False),
        (chunk({"index": 0, "delta": {"role": "assistant", "index": 1, "content": ""}}), False),
        (chunk(choice(content=[])), False),
        (chunk(choice(tool_calls=[])), False),
        (chunk(choice(metadata={})), False),
        (chunk(choice(refusal=None, reasoning_content="")), False),
        (chunk(), False),
        (chunk(service_tier="standard"), False),
        (chunk(usage=None), False),
        (chunk(choice(content="x")), True),
        (chunk(choice(content=" ")), True),
        (chunk(choice(content=[{"type": "text", "text": "x"}])), True),
        (chunk(choice(tool_calls=[{"function": {"name": "f", "arguments": ""}}])), True),
        (chunk(choice(tool_call_id="x")), True),
        (chunk(choice(metadata={"a": 1})), True),
        (chunk(choice(reasoning_content="x")), True),
        (chunk(choice("stop")), True),
        (chunk(choice("stop", content="")), True),
        (chunk(choice(content=""), choice("stop", 1)), True),
        (chunk(choice(content=""), choice(None, 1, content="x")), True),
        (chunk(usage={"prompt_tokens": 1}), True),
        (chunk(usage={}), True),
    ],
    ids=repr,
)
def test_content_is_a_finish_reason_usage_or_a_delta_that_says_something(
    payload: object, *, content: bool
) -> None:
    got = new_reader().read(event(payload))
    assert got is not None
    assert has_content(got) == content
