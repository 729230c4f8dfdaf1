import json

import pytest

from mistralai.client._answer.deltas import (
    FinishDelta,
    ReferenceDelta,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    UnknownDelta,
    UsageDelta,
    text_of,
)
from mistralai.client.models import ImageURLChunk, UnknownContentChunk
from mistralai.client.models.parse import parse_chunk
from support.chunks import chunk_of, read
from support.naive_reader import read_answer, read_chunks
from support.streams import hand_written
from support.transcripts import transcript_files


def thinking(*texts):
    parts = [{"type": "text", "text": text} for text in texts]
    return {"type": "thinking", "thinking": parts}


def text(value):
    return {"type": "text", "text": value}


def call(arguments=None, **fields):
    function = {name: fields.pop(name) for name in ("name",) if name in fields}
    return {"function": {**function, "arguments": arguments}, **fields}


EMPTY = [
    {},
    {"role": "assistant"},
    {"role": "assistant", "content": ""},
    {"content": None},
    {"content": []},
    {"content": [text("")]},
    {"content": [thinking()]},
    {"content": [thinking("")]},
    {"tool_calls": []},
    {"tool_calls": [{"index": 0}]},
    {"reasoning_content": ""},
    {"reasoning": None},
    {"reasoning": {"effort": 1}},
]


def test_an_empty_delta_gives_nothing(subtests):
    for delta in EMPTY:
        with subtests.test(delta=delta):
            answer, deltas = read(chunk_of(delta))
            assert deltas == []
            assert text_of(parse_chunk(json.dumps(chunk_of(delta)).encode())) == ""
            assert answer.choice(1) is None


WITH_PIECES = [
    ({"content": "Hi"}, [TextDelta(0, "Hi")]),
    ({"content": [text("a"), text("b")]}, [TextDelta(0, "a"), TextDelta(0, "b")]),
    ({"content": [thinking("x", "y")]}, [ThinkingDelta(0, "x"), ThinkingDelta(0, "y")]),
    (
        {"content": [thinking("so"), text("An"), "swer"]},
        [ThinkingDelta(0, "so"), TextDelta(0, "An"), TextDelta(0, "swer")],
    ),
    (
        {"content": [{"type": "reference", "reference_ids": [1, "b"]}]},
        [ReferenceDelta(0, (1, "b"))],
    ),
    (
        {"content": [{"type": "image_url", "image_url": "https://x"}]},
        [UnknownDelta(0, ImageURLChunk(image_url="https://x"))],
    ),
    (
        {"content": [{"type": "hologram", "data": 1}]},
        [UnknownDelta(0, UnknownContentChunk(raw={"type": "hologram", "data": 1}))],
    ),
    (
        {"content": [{"type": "thinking", "thinking": [{"type": "new"}]}]},
        [UnknownDelta(0, UnknownContentChunk(raw={"type": "new"}))],
    ),
    ({"content": 5}, [UnknownDelta(0, 5)]),
    ({"reasoning_content": "hm", "content": "A"}, [ThinkingDelta(0, "hm"), TextDelta(0, "A")]),
    ({"reasoning": "hm"}, [ThinkingDelta(0, "hm")]),
    ({"reasoning": "hm", "reasoning_content": "hm"}, [ThinkingDelta(0, "hm")]),
    (
        {"tool_calls": [call({"a": 1}, id="i", name="f")]},
        [ToolCallDelta(0, 0, "i", "f", '{"a":1}')],
    ),
]


def test_a_delta_gives_its_pieces_in_order(subtests):
    for delta, expected in WITH_PIECES:
        with subtests.test(delta=delta):
            assert read(chunk_of(delta))[1] == expected


def test_a_piece_of_a_call_knows_the_place_the_id_and_the_name_of_its_call():
    chunks = [
        chunk_of({"tool_calls": [call("", id="a", name="f", index=0)]}),
        chunk_of({"tool_calls": [call('{"x"', id="null", name="", index=0)]}),
        chunk_of({"tool_calls": [call(":1}", index=0), call("{}", id="b", name="g", index=1)]}),
    ]
    assert read(*chunks)[1] == [
        ToolCallDelta(0, 0, "a", "f", ""),
        ToolCallDelta(0, 0, "a", "f", '{"x"'),
        ToolCallDelta(0, 0, "a", "f", ":1}"),
        ToolCallDelta(0, 1, "b", "g", "{}"),
    ]


def test_pieces_of_calls_keep_their_places_in_a_chunk_with_several_entries():
    choices = [
        {"index": index, "delta": {"tool_calls": [call("{}", id=id_, name=id_)]}}
        for index, id_ in [(0, "a"), (0, "b"), (1, "c")]
    ]
    assert read({"id": "1", "choices": choices})[1] == [
        ToolCallDelta(0, 0, "a", "a", "{}"),
        ToolCallDelta(0, 1, "b", "b", "{}"),
        ToolCallDelta(1, 0, "c", "c", "{}"),
    ]


def test_every_choice_has_its_deltas_and_usage_has_none():
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    answer, deltas = read(
        chunk_of({"content": "A"}, index=1),
        chunk_of({"content": "B"}, "stop", index=0),
        chunk_of(usage=usage),
    )
    assert deltas[:3] == [TextDelta(1, "A"), TextDelta(0, "B"), FinishDelta(0, "stop")]
    assert deltas[3:] == [UsageDelta(answer.usage)]
    assert answer.usage.total_tokens == 3


def test_deltas_are_made_for_match_and_cannot_be_changed():
    match read(chunk_of({"content": "A"}))[1]:
        case [TextDelta(0, text=piece) as delta]:
            assert piece == "A"
        case _:
            pytest.fail("no match")
    with pytest.raises(AttributeError):
        delta.text = "B"


STREAMS = [*hand_written(), *transcript_files("chat-stream")]


def concatenated(deltas, kind):
    return "".join(delta.text for delta in deltas if isinstance(delta, kind))


def calls_of(deltas):
    """Return the tool calls that the pieces among the deltas make up, in order."""
    calls = {}
    for delta in deltas:
        if isinstance(delta, ToolCallDelta):
            so_far = calls.get(delta.call_index, {"arguments": ""})["arguments"]
            arguments = so_far + delta.arguments
            calls[delta.call_index] = {"id": delta.id, "name": delta.name, "arguments": arguments}
    return [calls[place] for place in range(len(calls))]


@pytest.mark.uncounted
def test_the_deltas_of_a_stream_add_up_to_what_the_plain_reader_has(subtests):
    for path in STREAMS:
        with subtests.test(path.stem):
            expected = read_answer(path.read_bytes())
            _, deltas = read(*read_chunks(path.read_bytes()))
            for index, reason in enumerate(expected.finish_reasons):
                mine = [d for d in deltas if getattr(d, "choice_index", None) == index]
                assert concatenated(mine, TextDelta) == expected.text[index]
                assert concatenated(mine, ThinkingDelta) == expected.thinking[index]
                assert [d.reason for d in mine if isinstance(d, FinishDelta)][-1:] == [reason]
                assert calls_of(mine) == expected.tool_calls[index]
            usages = [d.usage for d in deltas if isinstance(d, UsageDelta)]
            usage = usages[-1].model_dump(exclude_unset=True) if usages else None
            assert usage == expected.usage
