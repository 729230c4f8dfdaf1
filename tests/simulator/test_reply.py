"""Replies of the simulated model: presets, and the fields of a request that they honour."""

import json

import pytest

from mistralai.simulator import PRESETS, Call, Reply, Scenario, Simulator
from support.naive_reader import read_answer, read_chunks
from support.raw_answer import ask
from support.raw_client import request_bytes
from support.replies import POEM, USER, WEATHER, body, saying, streamed, whole


def test_every_preset_has_the_same_content_with_and_without_streaming(subtests):
    for preset in PRESETS:
        with subtests.test(preset=preset):
            stream = streamed(preset, messages=[POEM])
            for index, choice in enumerate(whole(preset, messages=[POEM])):
                message = choice["message"]
                content = message["content"]
                if isinstance(content, list):
                    thought, said = content
                    assert stream.thinking[index] == thought["thinking"][0]["text"]
                    content = said["text"]
                assert stream.text[index] == content
                assert stream.finish_reasons[index] == choice["finish_reason"]
                calls = [call["function"] for call in message["tool_calls"] or []]
                assert [
                    {"name": call["name"], "arguments": call["arguments"]}
                    for call in stream.tool_calls[index]
                ] == calls


def test_lorem_has_a_number_of_words_and_depends_on_the_request():
    text = whole(saying(source="lorem", tokens=30))[0]["message"]["content"]
    other = whole(saying(source="lorem", tokens=30), random_seed=1)[0]["message"]["content"]
    assert len(text.split()) == 30
    assert text != other


def deltas(preset):
    chunks = read_chunks(body(preset, stream=True))
    return [chunk["choices"][0]["delta"].get("content") for chunk in chunks[1:]]


def test_thinking_ends_in_each_recorded_way(subtests):
    with subtests.test("in a delta shared with text"):
        [shared] = [delta for delta in deltas("thinking") if isinstance(delta, list) and delta[1:]]
        assert [chunk["type"] for chunk in shared] == ["thinking", "text"]
        assert shared[1]["text"] == "Hello"
    with subtests.test("in a chunk without text"):
        contents = deltas("thinking-empty")
        place = contents.index([{"type": "thinking", "thinking": []}])
        assert isinstance(contents[place - 1], list)
        assert contents[place + 1 :] == ["Hello", " there", ""]
    with subtests.test("before plain text, `closed` long before the end"):
        *thinking, first, second, last = deltas("thinking-plain")
        assert [first, second, last] == ["Hello", " there", ""]
        assert all(isinstance(content, list) and content[0]["thinking"] for content in thinking)
        closed = ["closed" in content[0] for content in thinking]
        assert closed == sorted(closed)
        assert closed.count(True) > 2


def test_json_conforms_to_the_schema_of_the_request():
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer", "maximum": 120}},
        "required": ["name", "age"],
        "additionalProperties": False,
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "person", "schema": schema}}
    person = json.loads(streamed("auto", response_format=wanted).text[0])
    assert set(person) == {"name", "age"}
    assert person["age"] <= 120


def test_json_without_a_schema_is_a_small_object(subtests):
    for preset, fields in [("auto", {"response_format": {"type": "json_object"}}), ("json", {})]:
        with subtests.test(preset=preset):
            assert json.loads(streamed(preset, **fields).text[0]) == {"answer": "Hello there"}


def refused(**fields):
    with Simulator() as sim:
        asked = {"model": "m", "messages": [USER]} | fields
        answer = ask(sim, request_bytes(asked))
    assert answer.status == 400
    return json.loads(answer.body)["message"]


def test_a_request_that_cannot_be_answered_is_rejected(subtests):
    schema = {"properties": {"a": {"not": {}}}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    named = {"type": "function", "function": {"name": "nothing"}}
    rows = [
        (
            {"response_format": wanted},
            (
                "response_format.json_schema.schema.properties.a.not: "
                "this keyword is not supported by the simulator"
            ),
        ),
        (
            {"tools": [tool], "tool_choice": "any"},
            (
                "tools[0].function.parameters.properties.a.not: "
                "this keyword is not supported by the simulator"
            ),
        ),
        (
            {"tools": [WEATHER], "tool_choice": named},
            "tool_choice.function.name: 'nothing' is not one of the tools",
        ),
        (
            {"messages": [{"role": "user", "content": " a" * 131_073}]},
            (
                "Prompt contains 131073 tokens and 0 draft tokens, too large for model with 131072 "
                "maximum context length"
            ),
        ),
    ]
    for fields, message in rows:
        with subtests.test(message):
            assert refused(**fields) == message
    with subtests.test("the longest prompt"):
        fits = [{"role": "user", "content": " a" * 131_072}]
        assert whole("poem", messages=fits)[0]["finish_reason"] == "stop"


def test_choices_come_interleaved_and_differ(subtests):
    for count in [1, 2, 4]:
        with subtests.test(count=count):
            answer = streamed("auto", n=count)
            indexes = [chunk["choices"][0]["index"] for chunk in answer.chunks]
            assert indexes[: 2 * count] == [*range(count)] * 2
            assert len(set(answer.text)) == count
            assert answer.finish_reasons == ["stop"] * count
            assert [chunk for chunk in answer.chunks if "usage" in chunk] == answer.chunks[-1:]
    with subtests.test("a preset with three"):
        assert len(streamed("choices").text) == 3


def test_tokens_of_all_choices_count_and_the_prompt_once():
    one, three = streamed("poem").usage, streamed("poem", n=3).usage
    assert one["prompt_tokens"] == three["prompt_tokens"] == 2
    assert three["completion_tokens"] == 3 * one["completion_tokens"] + 2
    assert three["total_tokens"] == three["prompt_tokens"] + three["completion_tokens"]


STOPPED = [
    ("auto", {"stop": "there"}, "Hello ", "stop"),
    ("auto", {"stop": ["x", "llo"]}, "He", "stop"),
    ("auto", {"stop": ""}, "Hello there", "stop"),
    ("auto", {"max_tokens": 0}, "", "length"),
    ("auto", {"max_tokens": 1}, "Hello", "length"),
    ("auto", {"max_tokens": 2}, "Hello there", "stop"),
    ("auto", {"max_tokens": 3}, "Hello there", "stop"),
    ("thinking", {"max_tokens": 3}, "", "length"),
    ("length", {}, None, "length"),
    (Scenario(Reply(calls=(Call(name="f"),), finish_reason="error")), {}, "", "error"),
]


def test_an_answer_ends_with_its_reason(subtests):
    for scenario, fields, text, reason in STOPPED:
        with subtests.test(str(scenario), **fields):
            answer = streamed(scenario, **fields)
            assert answer.finish_reasons == [reason]
            assert answer.text == [text] or text is None
            if scenario == "auto" and "max_tokens" in fields:
                assert answer.usage["completion_tokens"] == min(fields["max_tokens"], 2)
            if scenario == "thinking":
                assert answer.thinking == ["The user wants"]


PREFIXED = [USER, {"role": "assistant", "content": "Well, I think ", "prefix": True}]


PREFIXES = [
    ("prefix", ["Well, I think ", "Hello"]),
    ("prefix-split", ["Well,", " I", " think", " ", "Hello"]),
    ("prefix-trimmed", ["Well, I think", "Hello"]),
    ("prefix-absent", ["Hello"]),
]


def test_a_prefix_is_repeated_in_each_known_way(subtests):
    for preset, first in PREFIXES:
        with subtests.test(preset=preset):
            chunks = read_chunks(body(preset, stream=True, messages=PREFIXED))
            contents = [chunk["choices"][0]["delta"]["content"] for chunk in chunks[1:]]
            assert contents == [*first, " there", ""]
            assert whole(preset, messages=PREFIXED)[0]["message"]["content"] == "".join(contents)


USAGES = [
    ("usage-2024", []),
    ("usage-2026-01", ["num_cached_tokens"]),
    ("usage-2026-02", ["prompt_tokens_details"]),
    ("usage-2026-07", ["prompt_tokens_details", "completion_tokens_details"]),
    ("usage-2026-08", ["prompt_tokens_details", "service_tier"]),
]


def test_usage_has_every_recorded_shape(subtests):
    for preset, fields in USAGES:
        with subtests.test(preset=preset):
            usage = streamed(preset).usage
            assert list(usage) == ["prompt_tokens", "total_tokens", "completion_tokens", *fields]
    with subtests.test("reasoning tokens"):
        usage = streamed(saying(thinking="one two three", usage="2026-07")).usage
        assert usage["completion_tokens_details"] == {"reasoning_tokens": 3}


def test_other_completions_answer_like_the_chat(subtests):
    fim, agents = "/v1/fim/completions", "/v1/agents/completions"
    mean = {"model": "codestral-latest", "prompt": "def mean(values):\n", "suffix": "\n"}
    code = "    return sum(values) / len(values)\n"
    rows = [
        ("auto", fim, mean, code, "codestral-latest"),
        ("echo", fim, {"model": "m", "prompt": "def f():"}, "def f():", "m"),
        (
            "auto",
            agents,
            {"agent_id": "ag:1", "messages": [USER]},
            "Hello there",
            "mistral-medium-latest",
        ),
    ]
    for preset, path, fields, text, model in rows:
        with subtests.test(path, **fields), Simulator(preset) as sim:
            streaming = ask(sim, request_bytes({**fields, "stream": True}, path=path))
            answer = json.loads(ask(sim, request_bytes(fields, path=path)).body)
            assert read_answer(streaming.body).text == [text]
            assert read_answer(streaming.body).chunks[0]["model"] == model
            assert answer["choices"][0]["message"]["content"] == text


def test_an_impossible_reply_is_rejected(subtests):
    rows = [
        (lambda: Reply(call_count=0), "call_count"),
        (lambda: Reply(n=0), "n"),
        (lambda: Simulator("thinkng"), "'thinkng' is not a preset; did you mean 'thinking'"),
        (lambda: Simulator("nonsense"), "'nonsense' is not a preset; use one of auto, echo"),
    ]
    for make, message in rows:
        with subtests.test(message), pytest.raises(ValueError, match=message):
            make()
