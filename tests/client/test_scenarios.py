"""One table of scenarios for the sync and async clients, on real sockets."""

import json
import random
from itertools import product

from mistralai.client.models import ReferenceChunk, TextChunk, ThinkChunk, UnknownContentChunk
from mistralai.simulator import Answer, Simulator
from support.naive_reader import read_answer, read_chunks
from support.serving import ASK, DONE, HELLO, POEM, chunk, cut_anywhere, event
from support.streams import STREAMS, hand_written

CUTTINGS = {
    "whole": lambda body: Answer(body=[body]),
    "by event": lambda body: Answer(body=[piece + b"\n\n" for piece in body.split(b"\n\n")[:-1]]),
    "anywhere": lambda body: cut_anywhere(body, random.Random(3), 40),
}


def without_padding(chunks):
    return [{name: value for name, value in each.items() if name != "p"} for each in chunks]


def test_a_stream_gives_what_was_sent_however_it_is_cut(colour, subtests):
    for path, (name, cut) in product(hand_written(), CUTTINGS.items()):
        body = path.read_bytes()
        with subtests.test(f"{path.stem}, {name}"), Simulator(cut(body)) as sim:
            client = colour.client(server_url=sim.url)
            events = colour.collect(colour.open(client, **ASK))
            received = [event.data.model_dump(exclude_unset=True) for event in events]
            assert received == without_padding(read_chunks(body))


def deltas_of(colour, name):
    """The deltas of the first choice of a hand-written stream."""
    with Simulator(Answer(body=[(STREAMS / f"{name}.sse").read_bytes()])) as sim:
        client = colour.client(server_url=sim.url)
        events = colour.collect(colour.open(client, **ASK))
    return [event.data.choices[0].delta for event in events if event.data.choices]


def expected(name):
    return read_answer((STREAMS / f"{name}.sse").read_bytes())


def test_a_tool_call_comes_as_objects(colour):
    calls = [call for delta in deltas_of(colour, "tool-call") for call in delta.tool_calls or ()]
    (want,) = expected("tool-call").tool_calls[0]
    (call,) = calls
    assert (call.id, call.function.name) == (want["id"], want["name"])
    assert json.loads(call.function.arguments) == json.loads(want["arguments"])


def test_pieces_of_a_tool_call_come_as_they_are(colour):
    name = "tool-calls-in-fragments"
    calls = [call for delta in deltas_of(colour, name) for call in delta.tool_calls or ()]
    arguments = "".join(call.function.arguments or "" for call in calls)
    assert arguments == "".join(call["arguments"] for call in expected(name).tool_calls[0])
    assert len(calls) > len(expected(name).tool_calls[0])


def test_thinking_comes_as_chunks_and_text_as_strings(colour):
    name = "thinking-ended-by-text"
    contents = [delta.content for delta in deltas_of(colour, name)]
    thoughts = [chunk for content in contents if isinstance(content, list) for chunk in content]
    assert all(isinstance(chunk, ThinkChunk) for chunk in thoughts)
    thinking = "".join(part.text for chunk in thoughts for part in chunk.thinking)
    text = "".join(content for content in contents if isinstance(content, str))
    assert ([thinking], [text]) == (expected(name).thinking, expected(name).text)


def test_lists_of_text_and_references_come_as_chunks(colour):
    contents = [delta.content for delta in deltas_of(colour, "text-with-references")]
    chunks = [chunk for content in contents if isinstance(content, list) for chunk in content]
    assert {type(chunk) for chunk in chunks} == {TextChunk, ReferenceChunk}


def test_what_nobody_knows_yet_comes_with_its_raw_payload(colour):
    contents = [delta.content for delta in deltas_of(colour, "unknown-parts")]
    chunks = [chunk for content in contents if isinstance(content, list) for chunk in content]
    unknown = [chunk for chunk in chunks if isinstance(chunk, UnknownContentChunk)]
    assert unknown
    assert all(chunk.raw["type"] == chunk.type for chunk in unknown)


def test_unicode_comes_as_it_was_sent(colour):
    text = "".join(delta.content or "" for delta in deltas_of(colour, "unicode"))
    assert [text] == expected("unicode").text


def text_of(events):
    return "".join(event.data.choices[0].delta.content or "" for event in events)


def test_the_poem_comes_in_many_events_and_is_the_whole_answers(colour, sim):
    client = colour.client(server_url=sim.url)
    events = colour.collect(colour.open(client, **POEM))
    whole = colour.complete(client, **POEM)
    assert text_of(events) == whole.choices[0].message.content
    assert text_of(events).startswith("A cursor blinks")
    assert len(events) > 20


def test_an_echo_comes_back(colour, sim):
    client = colour.client(server_url=sim.url)
    assert text_of(colour.collect(colour.open(client, **ASK))) == "Hello there"
    assert colour.complete(client, **ASK).choices[0].message.content == "Hello there"


def test_usage_is_in_the_last_event_and_in_the_whole_answer(colour, sim):
    client = colour.client(server_url=sim.url)
    *others, last = colour.collect(colour.open(client, **ASK))
    assert all(event.data.usage is None for event in others)
    usage = last.data.usage
    assert usage == colour.complete(client, **ASK).usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens > 0
    assert usage.service_tier == "standard"


# Each gives the two events of HELLO, and ends as it says.
FRAMINGS = {
    "[DONE]": (HELLO + DONE, "done"),
    "[DONE] without an empty line": (HELLO + b"data: [DONE]\n", "done"),
    "[DONE] without a line end": (HELLO + b"data: [DONE]", "done"),
    "[DONE] without blanks": (HELLO + b"data:[DONE]\n\n", "done"),
    "[DONE] with more blanks": (HELLO + b"data:  [DONE] \n\n", "done"),
    "[DONE] and more": (HELLO + DONE + b"data: what is this\n\n" + HELLO, "done"),
    "no [DONE]": (HELLO, "finish_reason_only"),
    "no finish reason": (event(chunk("Hel")) + event(chunk("lo")) + DONE, "done_only"),
    "comments": (b": 1\n\n" + HELLO.replace(b"\n\n", b"\n\n: 2\n\n") + DONE, "done"),
    "pings with data": (
        HELLO.replace(b"\n\n", b"\n\nevent: ping\ndata: {}\n\n") + DONE,
        "done",
    ),
    "pings without data": (b"event: ping\n\nid: 7\n\nretry: 5\n\n" + HELLO + DONE, "done"),
    "null": (b"data: null\n\n" + HELLO + b"data: null\n\n" + DONE, "done"),
    "empty data": (b"data:\n\n" + HELLO + b"data: \n\n" + DONE, "done"),
    "CRLF": ((HELLO + DONE).replace(b"\n", b"\r\n"), "done"),
    "CR": ((HELLO + DONE).replace(b"\n", b"\r"), "done"),
    "a byte-order mark": (b"\xef\xbb\xbf" + HELLO + DONE, "done"),
    "event types": (HELLO.replace(b"data:", b"event: message\ndata:") + DONE, "done"),
    "other event types": (HELLO.replace(b"data:", b"event: chunk\ndata:") + DONE, "done"),
    "data over two lines": (HELLO.replace(b', "delta"', b',\ndata: "delta"') + DONE, "done"),
}


def test_every_way_to_write_a_stream_gives_the_same_events(colour, subtests):
    for name, (body, end_reason) in FRAMINGS.items():
        with (
            subtests.test(name),
            Simulator(cut_anywhere(body, random.Random(5), 5)) as sim,
        ):
            client = colour.client(server_url=sim.url)
            stream = colour.open(client, **ASK)
            events = colour.collect(stream)
            assert [event.data.choices[0].delta.content for event in events] == ["Hel", "lo"]
            assert stream.end_reason == end_reason


LABELS = {
    "text/plain": {"content_type": "text/plain"},
    "no label": {"content_type": None},
    "a wrong label": {"content_type": "application/json"},
    "a content-length": {"framing": "length"},
    "the end of the connection": {"framing": "close"},
}


def test_a_stream_is_judged_by_what_it_is_and_not_by_its_label(colour, subtests):
    for name, settings in LABELS.items():
        with subtests.test(name), Simulator(Answer(body=[HELLO + DONE], **settings)) as sim:
            client = colour.client(server_url=sim.url)
            assert text_of(colour.collect(colour.open(client, **ASK))) == "Hello"


def test_a_whole_answer_knows_what_it_came_with(colour, sim):
    answer = colour.complete(colour.client(server_url=sim.url), **ASK)
    assert answer.headers["content-type"] == "application/json"
    assert answer.request_id == answer.headers["mistral-correlation-id"]
    assert not {"headers", "request_id"} & answer.model_dump().keys()
