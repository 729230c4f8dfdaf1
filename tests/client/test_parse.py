"""Structured output, sync and async, on real sockets."""

import inspect
import json
from typing import ClassVar

import pytest
from pydantic import BaseModel, field_validator

from mistralai import Mistral
from mistralai.client._api.pending import PendingStream
from mistralai.client._stream.parsed import ParsedEventStream, ParsedEventStreamAsync
from mistralai.client.chat import Chat
from mistralai.client.errors import (
    IncompleteStreamError,
    StreamTruncatedError,
    StructuredOutputError,
)
from mistralai.client.utils.eventstreaming import EventStream, EventStreamAsync
from mistralai.extra import (
    ParsedChatCompletionResponse,
    convert_to_parsed_chat_completion_response,
    response_format_from_pydantic_model,
)
from mistralai.extra.struct_chat import ParsedAssistantMessage
from mistralai.extra.utils.response_format import pydantic_model_from_json
from mistralai.simulator import Answer, Gate, Simulator
from support.chunks import chunk_of
from support.serving import ASK, DONE, event


class Book(BaseModel):
    title: str
    pages: int
    validated: ClassVar[list[str]] = []

    @field_validator("title")
    @classmethod
    def _count(cls, title: str) -> str:
        cls.validated.append(title)
        return title


BOOKS = [Book(title='A "b"]', pages=1), Book(title="Ç}", pages=2)]
ONE = json.dumps(BOOKS[0].model_dump())
LIST = json.dumps({"items": [book.model_dump() for book in BOOKS]}, ensure_ascii=False)


@pytest.fixture(autouse=True)
def validated():
    Book.validated.clear()
    return Book.validated


def events(text, reason="stop", size=3):
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    chunks = [*(chunk_of({"content": piece}) for piece in pieces), chunk_of({}, reason)]
    return [event(chunk) for chunk in chunks]


@pytest.fixture
def serve(colour):
    """A client whose requests have one answer, and the server."""
    simulators = []

    def start(answer):
        sim = Simulator(answer if isinstance(answer, Answer) else Answer(body=[*answer, DONE]))
        sim.start()
        simulators.append(sim)
        return colour.client(server_url=sim.url, retry_config=None), sim

    yield start
    for sim in simulators:
        sim.stop()


@pytest.fixture
def parse(colour, serve):
    def open_stream(form, body):
        client, _ = serve(body)
        return colour.ask(client.chat, "parse_stream", response_format=form, **ASK)

    return open_stream


def whole(content, reason="stop", **fields):
    message = {"role": "assistant", "content": content, **fields}
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return Answer.of_json({"id": "1", "model": "m", "choices": [choice], "new": 1})


def test_a_whole_answer_is_parsed(colour, serve):
    client, sim = serve(whole(ONE))
    answer = colour.ask(client.chat, "parse", response_format=Book, **ASK)
    assert isinstance(answer, ParsedChatCompletionResponse)
    message = answer.choices[0].message
    assert isinstance(message, ParsedAssistantMessage)
    assert (message.parsed, message.content) == (BOOKS[0], ONE)
    assert answer.request_id == answer.headers["mistral-correlation-id"]
    dump = answer.model_dump()
    assert dump["choices"][0]["message"].pop("parsed") == BOOKS[0].model_dump()
    assert dump == json.loads(json.dumps(whole_dump(ONE)))
    asked = response_format_from_pydantic_model(Book)
    assert sim.requests[0].json["response_format"] == asked


def whole_dump(content):
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "1", "model": "m", "choices": [choice], "new": 1}


def test_a_parsed_message_goes_back_without_what_was_parsed(colour, serve):
    client, sim = serve(whole(ONE))
    answer = colour.ask(client.chat, "parse", response_format=Book, **ASK)
    messages = [*ASK["messages"], answer.choices[0].message, *ASK["messages"]]
    colour.complete(client, model="m", messages=messages)
    assert sim.requests[1].json["messages"][1] == {"role": "assistant", "content": ONE}


THOUGHT = {"type": "thinking", "thinking": []}
CALLED = {"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}]}
MESSAGES = {
    "a thought and text": ([THOUGHT, {"type": "text", "text": ONE}], {}, BOOKS[0]),
    "a thought alone": ([THOUGHT], {}, None),
    "no content": (None, {}, None),
    "no text but a call": ("", CALLED, None),
}


def test_the_text_of_a_message_is_parsed_if_there_is_some(colour, serve, subtests):
    for name, (content, fields, parsed) in MESSAGES.items():
        with subtests.test(name):
            client, _ = serve(whole(content, **fields))
            answer = colour.ask(client.chat, "parse", response_format=Book, **ASK)
            assert answer.choices[0].message.parsed == parsed


def test_a_list_is_parsed_and_a_choice_without_message_is_left(colour, serve):
    client, _ = serve(whole(LIST))
    assert (
        colour.ask(client.chat, "parse", response_format=list[Book], **ASK)
        .choices[0]
        .message.parsed
        == BOOKS
    )
    client, _ = serve(Answer.of_json({"id": "1", "choices": [{"index": 0}]}))
    answer = colour.ask(client.chat, "parse", response_format=Book, **ASK)
    assert answer.choices[0].message is None


def test_an_answer_that_is_not_of_the_form_is_an_error(colour, serve, subtests):
    for content, reason in [("no JSON", "stop"), ("", "stop"), ("{", "length")]:
        with subtests.test(f"{content!r}, {reason}"):
            client, _ = serve(whole(content, reason))
            with pytest.raises(StructuredOutputError) as raised:
                colour.ask(client.chat, "parse", response_format=Book, **ASK)
            error = raised.value
            assert (error.body, error.finish_reason) == (content, reason)
            assert error.partial.choices[0].message.content == content
            assert error.request_id == error.partial.request_id is not None
            assert (error.status_code, error.raw_response.status_code) == (200, 200)
            assert error.headers == error.raw_response.headers == error.partial.headers
            assert error.raw_response.json()["choices"][0]["message"]["content"] == content


def test_a_stream_is_validated_once_at_its_end(colour, parse, validated):
    stream = parse(Book, events(ONE))
    assert isinstance(stream, EventStream | EventStreamAsync)
    assert colour.next(stream).data.choices[0].delta.content == ONE[:3]
    assert colour.call(stream.get_final_parsed) == BOOKS[0]
    assert colour.call(stream.get_final_parsed) is colour.call(stream.get_final_parsed)
    assert validated == [BOOKS[0].title]
    assert colour.call(stream.get_final_text) == ONE
    assert stream.message.content == ONE
    assert stream.end_reason == "done"


def test_partials_grow_and_the_last_is_whole(colour, parse, validated):
    gate = Gate()
    stream = parse(Book, [b"".join(events(ONE[:16])[:-1]), gate, *events(ONE[16:])])
    partials = stream.partials
    assert colour.next(partials) == {"title": 'A "b'}
    gate.open()
    assert colour.collect(partials)[-1] == BOOKS[0].model_dump()
    assert colour.collect(stream.partials) == []
    assert validated == []


def test_partials_know_the_text_that_was_read_as_text(colour, parse):
    stream = parse(Book, events(ONE))
    assert "".join(colour.collect(stream.text_stream)) == ONE
    assert colour.collect(stream.partials) == [BOOKS[0].model_dump()]


def test_the_partials_of_a_list_are_lists(colour, parse):
    stream = parse(list[Book], events(LIST))
    assert colour.collect(stream.partials)[-1] == [book.model_dump() for book in BOOKS]


def test_items_are_given_as_soon_as_they_are_complete_and_validated_once(colour, parse, validated):
    gate = Gate()
    end = LIST.index("},") + 1
    stream = parse(list[Book], [*events(LIST[:end])[:-1], gate, *events(LIST[end:])])
    items = stream.items()
    assert colour.next(items) == BOOKS[0]
    assert validated == [BOOKS[0].title]
    gate.open()
    assert colour.collect(stream.items()) == [BOOKS[1]]
    assert colour.call(stream.get_final_parsed) == BOOKS
    assert validated == [book.title for book in BOOKS]


def test_null_is_an_element_like_others(colour, parse):
    elements = [None, BOOKS[0], None, None, BOOKS[1], None]
    listed = [book and book.model_dump() for book in elements]
    for text in (json.dumps({"items": listed}), json.dumps({"note": 1, "items": listed})):
        stream = parse(list[Book | None], events(text))
        assert colour.collect(stream.items()) == elements, text
        assert colour.call(stream.get_final_parsed) == elements, text


def test_items_that_are_written_otherwise_come_at_the_end(colour, parse):
    text = json.dumps({"note": [], "items": [book.model_dump() for book in BOOKS]})
    stream = parse(list[Book], events(text))
    assert colour.collect(stream.items()) == BOOKS
    assert colour.call(stream.get_final_parsed) == BOOKS


CUT_OFF = [
    (LIST[:-12], "length", "max_tokens"),
    (LIST[:-12], "stop", "EOF while parsing"),
    ("[]", "stop", "no list under the key 'items'"),
    ('{"items": {}}', "stop", "no list under the key 'items'"),
]


def test_a_list_that_is_cut_off_does_not_end_as_if_it_were_whole(colour, parse, subtests):
    for text, reason, message in CUT_OFF:
        with subtests.test(f"{text}, {reason}"):
            stream = parse(list[Book], events(text, reason))
            with pytest.raises(StructuredOutputError, match=message):
                colour.collect(stream.items())
            with pytest.raises(StructuredOutputError, match=message) as raised:
                colour.call(stream.get_final_parsed)
            assert (raised.value.body, raised.value.finish_reason) == (text, reason)
            assert raised.value.partial == stream.snapshot
            assert raised.value.raw_response is stream.response


def test_an_element_of_another_form_is_an_error_with_its_text(colour, parse):
    stream = parse(list[Book], events('{"items": [{"title": "x"}]}'))
    for _ in range(2):
        with pytest.raises(StructuredOutputError, match="pages") as raised:
            colour.next(stream.items())
        error = raised.value
        assert error.body == '{"title": "x"}'
        assert error.raw_response is stream.response
        assert (error.partial, error.events_received) == (stream.snapshot, stream.timing.events)


def test_items_are_for_lists(parse, colour):
    stream = parse(Book, events(ONE))
    with pytest.raises(TypeError, match=r"items\(\) is for a response_format that is a list"):
        stream.items()
    colour.close(stream)


def test_a_stream_that_broke_off_raises_that(colour, parse):
    stream = parse(list[Book], Answer(body=events(LIST)[:-3]))
    items = stream.items()
    assert colour.next(items) == BOOKS[0]
    with pytest.raises(StreamTruncatedError) as raised:
        colour.next(items)
    with pytest.raises(StreamTruncatedError) as again:
        colour.call(stream.get_final_parsed)
    assert again.value is raised.value


def test_a_stream_that_was_closed_early_has_no_object_and_no_more_items(colour, parse):
    stream = parse(list[Book], [*events(LIST)[:3], Gate()])
    colour.next(stream)
    colour.call(stream.partials.close)
    with pytest.raises(IncompleteStreamError):
        colour.call(stream.get_final_parsed)
    assert colour.collect(stream.items()) == []


def test_parse_goes_through_complete_and_parse_stream_through_stream(serve, monkeypatch, colour):
    """Tracers replace those two, and wrap the iteration of what they give."""
    client, _ = serve(events(ONE))
    calls = []
    for name in ("stream", "stream_async"):
        original = getattr(Chat, name)

        def traced(self, original=original, **params):
            calls.append(params["response_format"])
            return original(self, **params)

        monkeypatch.setattr(Chat, name, traced)
    stream = colour.ask(client.chat, "parse_stream", response_format=Book, **ASK)
    assert colour.call(stream.get_final_parsed) == BOOKS[0]
    assert calls == [response_format_from_pydantic_model(Book)]


def test_a_tracer_sees_each_event_of_a_parsed_stream(monkeypatch):
    seen = []
    original = EventStream.__iter__

    def traced(self):
        source = original(self)
        while (event_ := next(source, None)) is not None:
            if not isinstance(self, ParsedEventStream):
                seen.append(event_)
            yield event_

    with Simulator(Answer(body=[*events(ONE), DONE])) as sim, Mistral("k", server_url=sim.url) as c:
        monkeypatch.setattr(EventStream, "__iter__", traced)
        stream = c.chat.parse_stream(Book, **ASK)
        assert stream.get_final_parsed() == BOOKS[0]
        assert len(seen) == len(events(ONE))


def test_the_async_call_has_its_three_forms_and_sends_nothing_when_dropped():
    pending = Mistral("k").chat.parse_stream_async(response_format=Book, **ASK)
    assert isinstance(pending, PendingStream)
    assert inspect.iscoroutinefunction(Chat.parse_stream_async)


@pytest.mark.anyio
async def test_the_async_call_is_awaited_entered_or_iterated():
    with Simulator(Answer(body=[*events(ONE), DONE])) as sim:
        async with Mistral("k", server_url=sim.url) as client:
            call = client.chat.parse_stream_async
            async with call(response_format=Book, **ASK) as stream:
                assert isinstance(stream, ParsedEventStreamAsync)
                assert await stream.get_final_parsed() == BOOKS[0]
            stream = await call(Book, **ASK)
            assert [partial async for partial in stream.partials][-1] == BOOKS[0].model_dump()
            assert len([event async for event in call(Book, **ASK)]) == len(events(ONE))


def test_wrong_arguments_are_refused_by_the_name_of_the_method(subtests):
    chat = Mistral("k").chat
    for method in ("parse", "parse_async", "parse_stream", "parse_stream_async"):

        def call(*args, method=method, **params):
            result = getattr(chat, method)(*args, **params)
            if method == "parse_async":
                result.send(None)

        with subtests.test(method):
            parameters = inspect.signature(getattr(chat, method)).parameters
            assert next(iter(parameters)) == "response_format"
            assert {"model", "messages", "temperature", "retries"} <= {*parameters}
            missing = rf"^{method}\(\) missing 1 required .*'messages'"
            with pytest.raises(TypeError, match=missing):
                call(Book, model="m")
            with pytest.raises(TypeError, match="response_format takes a pydantic model"):
                call({"type": "text"}, **ASK)


def test_an_answer_from_elsewhere_can_be_parsed():
    from mistralai.models import ChatCompletionResponse

    answer = ChatCompletionResponse.model_validate(whole_dump(ONE))
    parsed = convert_to_parsed_chat_completion_response(answer, Book)
    assert parsed.choices[0].message.parsed == BOOKS[0]
    assert pydantic_model_from_json(json.loads(ONE), Book) == BOOKS[0]
