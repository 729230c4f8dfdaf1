"""From the bytes of a conversation's stream to its events and its answer."""

import json

import httpx2
import pytest

from mistralai.client import errors
from mistralai.client._answer.conversation import ConversationAnswer
from mistralai.client._call.conversationreader import CONVERSATIONS, ConversationReader
from mistralai.client._call.response import Head
from mistralai.client.models import (
    ConversationResponse,
    MessageOutputEntry,
    MessageOutputEvent,
    ResponseDoneEvent,
    UnknownConversationEventsData,
)
from mistralai.client.sse import SSEDecoder
from support.conversations import DONE, STARTED, STREAM, USAGE, named, said
from support.transcripts import transcript_files

RECORDED = {path.name: path for path in transcript_files("other-endpoints", "conversations-*")}
NOW = 1_700_000_000.0


def reader():
    response = httpx2.Response(200)
    return ConversationReader(Head(200, response.headers, response), NOW)


def read(*pieces):
    """Read the pieces of a body; return the reader and its events."""
    decoder, made, events = SSEDecoder(), reader(), []
    for piece in pieces:
        for sse in decoder.pieces(piece):
            event = None if made.done or made.error else made.read(sse)
            if event is not None:
                events.append(event)
    return made, events


def answer_of(events):
    answer = ConversationAnswer()
    for event in events:
        answer.add(event.data)
    return answer


def plain(events):
    return [(event.event, event.data.model_dump(mode="json")) for event in events]


@pytest.mark.uncounted
@pytest.mark.skipif(not RECORDED, reason="the recordings are not beside the project")
def test_a_recorded_stream_cut_at_any_byte_gives_its_events(subtests):
    for name, path in RECORDED.items():
        body = path.read_bytes()
        blocks = body.decode().strip().split("\n\n")
        sent = [tuple(line.partition(": ")[2] for line in block.split("\n")) for block in blocks]
        with subtests.test(name):
            whole, events = read(body)
            assert plain(events) == [(event, json.loads(data)) for event, data in sent]
            assert (whole.end_reason, whole.error) == ("done", None)
            for place in range(1, len(body)):
                assert plain(read(body[:place], body[place:])[1]) == plain(events)
            assert plain(read(*(bytes([byte]) for byte in body))[1]) == plain(events)


@pytest.mark.skipif(not RECORDED, reason="the recordings are not beside the project")
def test_a_recorded_stream_adds_up_to_what_is_recorded_of_a_whole_answer():
    """Ids, times and the sampled text differ from one call to the other."""
    path = RECORDED["conversations-start-stream-tool.sse"]
    _, events = read(path.read_bytes())
    made = answer_of(events).snapshot()
    whole = ConversationResponse.model_validate_json(
        (path.parent / "conversations-start-tool.body").read_bytes()
    )
    apart = {"__all__": {"id", "created_at", "completed_at"}}
    ours, theirs = (
        each.model_dump(exclude={"outputs": apart, "conversation_id": True, "guardrails": True})
        for each in (made, whole)
    )
    assert ours == theirs


ERRORS = {
    "of the API": (
        named("conversation.response.error", message="Slow down", code=429),
        errors.RateLimitError,
    ),
    "with a code of four digits": (
        named("conversation.response.error", message="Full", code=3505),
        errors.CapacityExceededError,
    ),
    "of the API without a name": (
        b'data: {"type": "conversation.response.error", "message": "Bad", "code": 400}\n\n',
        errors.BadRequestError,
    ),
    "without its fields": (
        b"event: conversation.response.error\ndata: {}\n\n",
        errors.InternalServerError,
    ),
    "that is not JSON": (
        b"event: conversation.response.error\ndata: it broke\n\n",
        errors.InternalServerError,
    ),
    "by the type of another name": (
        b'event: x\ndata: {"type": "conversation.response.error", "message": "x","code": 429}\n\n',
        errors.RateLimitError,
    ),
    "named error": (b'event: error\ndata: {"message": "x"}\n\n', errors.InternalServerError),
    "of a chat": (
        b'data: {"object": "error", "message": "x", "type": "t", "code": "1300"}\n\n',
        errors.RateLimitError,
    ),
    "of a proxy": (
        b'data: {"error": {"message": "x", "code": 404}}\n\n',
        errors.NotFoundError,
    ),
    "data that is not JSON": (b"data: <html>\n\n", errors.ResponseValidationError),
    "JSON that is no event": (b"data: [1]\n\n", errors.ResponseValidationError),
}


def test_an_error_is_of_the_class_of_its_code_and_no_event(subtests):
    for name, (sent, cls) in ERRORS.items():
        with subtests.test(name):
            made, events = read(STARTED, sent, DONE)
            assert len(events) == 1
            assert type(made.error) is cls
            assert made.error.status_code == 200
            assert made.end_reason == "truncated"


def test_the_end_of_an_answer_is_told_from_the_end_of_a_body(subtests):
    done = b"data: [DONE]\n\n"
    ends = {
        "done": [*STREAM],
        "done, then more": [*STREAM, said("more"), done],
        "truncated": [STARTED, said("Hel")],
        "truncated, but for a proxy's end": [STARTED, said("Hel"), done],
        "done, by the type of another name": [
            STARTED,
            DONE.replace(b"event: conversation.response.done", b"event: end"),
        ],
        "truncated, pings": [STARTED, b": ping\n\n", b"data: null\n\n", b"data:\n\n"],
    }
    for name, pieces in ends.items():
        with subtests.test(name):
            made, events = read(*pieces)
            assert made.end_reason == name.partition(",")[0]
            assert len(events) <= len(STREAM)
            assert made.error is None


def test_an_event_that_is_newer_or_sloppier_than_the_schema_is_an_event_all_the_same(subtests):
    unknown = {
        "a new type": named("weather.changed", degrees=3),
        "a known type without its fields": named("message.output.delta", role="assistant"),
        "no type": b'event: weather.changed\ndata: {"degrees": 3}\n\n',
    }
    for name, sent in unknown.items():
        with subtests.test(name):
            made, [_, event, *_] = read(STARTED, sent, DONE)
            assert type(event.data) is UnknownConversationEventsData
            assert made.end_reason == "done"
    with subtests.test("without names"):
        bare = [b"data: " + piece.partition(b"\ndata: ")[2] for piece in STREAM]
        made, events = read(*bare)
        assert [type(event.data) for event in events[1:]] == [
            *[MessageOutputEvent] * 2,
            ResponseDoneEvent,
        ]
        assert (made.end_reason, events[1].event) == ("done", "message.output.delta")
    with subtests.test("the end without usage"):
        made, events = read(STARTED, named("conversation.response.done"))
        assert (made.end_reason, len(events)) == ("done", 2)
        assert (answer_of(events).usage, answer_of(events).complete) == (None, True)
    with subtests.test("unknown fields are kept"):
        _, events = read(STARTED, said("Hi", colour="red"), DONE)
        assert answer_of(events).snapshot().outputs[0].colour == "red"


SLOPPY = {
    "a time that is none": {"created_at": "soon"},
    "no time, model or agent": {"created_at": None, "model": None, "agent_id": 5},
    "no number": {"output_index": None, "content_index": "first"},
    "no id": {"id": None},
    "no role": {"role": None},
    "another role": {"role": "model"},
}


def test_no_text_is_lost_with_an_event_that_is_sloppier_than_the_schema(subtests):
    for name, fields in SLOPPY.items():
        with subtests.test(name):
            _, events = read(STARTED, said("Hel", **fields), said("lo", **fields), DONE)
            answer = answer_of(events)
            assert answer.text == "Hello"
            [output] = answer.snapshot().outputs
            assert (type(output), output.content) == (MessageOutputEntry, "Hello")


def test_a_call_is_whole_whatever_its_later_pieces_leave_empty():
    first = {"output_index": 0, "id": "f", "name": "weather", "tool_call_id": "1"}
    later = {**first, "name": "", "tool_call_id": "", "arguments": "{}", "created_at": "soon"}
    _, events = read(
        STARTED,
        named("function.call.delta", **first, arguments=None),
        named("function.call.delta", **later),
        DONE,
    )
    [call] = answer_of(events).snapshot().outputs
    assert (call.name, call.tool_call_id, call.arguments) == ("weather", "1", "{}")


def test_an_answer_that_is_cut_is_valid_and_says_what_came():
    _, events = read(
        STARTED,
        said("Hel", 1),
        named(
            "agent.handoff.started",
            output_index=0,
            id="h",
            previous_agent_id="a",
            previous_agent_name="Ann",
        ),
    )
    answer = answer_of(events)
    snapshot = answer.snapshot()
    assert snapshot.outputs[0].raw["previous_agent_name"] == "Ann"
    assert (snapshot.outputs[1].content, answer.text) == ("Hel", "Hel")
    assert (answer.complete, snapshot.usage.total_tokens) == (False, 0)
    assert answer_of([]).snapshot().outputs == []


def test_a_snapshot_is_built_once_per_event():
    _, events = read(*STREAM)
    answer = answer_of(events[:2])
    assert answer.snapshot() is answer.snapshot()
    before = answer.snapshot()
    answer.add(events[2].data)
    assert (before.outputs[0].content, answer.snapshot().outputs[0].content) == ("Hel", "Hello")
    answer.add(events[3].data)
    assert answer.facts().usage.model_dump() == USAGE
    assert (answer.facts().id, answer.facts().model) == ("conv_1", "mistral-small-latest")


def test_an_event_with_content_is_any_but_the_start_and_an_empty_piece():
    _, events = read(STARTED, said(""), said("Hi"), named("weather.changed"), DONE)
    assert [*map(CONVERSATIONS.has_content, events)] == [False, False, True, True, True]
