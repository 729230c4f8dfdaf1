"""What the simulated model says: presets, and what is honoured of a request."""

import json

import pytest

from mistralai.simulator import PRESETS, Call, Reply, Scenario, Simulator
from support.naive_reader import read_answer, read_chunks
from support.raw_answer import ask
from support.raw_client import request_bytes

USER = {"role": "user", "content": "Hello there"}
POEM = {"role": "user", "content": "Write a short poem about coding."}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
            "required": ["city"],
        },
    },
}
SEARCH = {"type": "function", "function": {"name": "web_search", "parameters": {}}}


def body(scenario, path="/v1/chat/completions", **fields):
    """Ask once; the body of a stream, or the JSON of an answer that does not stream."""
    asked = {"model": "m", "messages": [USER]} | fields
    with Simulator(scenario) as sim:
        answer = ask(sim, request_bytes(asked, path=path))
    framed = {"content-length", "transfer-encoding"} & answer.headers.keys()
    assert (answer.status, answer.end) == (200, "whole" if framed else "eof")
    return answer.body if fields.get("stream") else json.loads(answer.body)


def streamed(scenario, **fields):
    return read_answer(body(scenario, stream=True, **fields))


def whole(scenario, **fields):
    return body(scenario, **fields)["choices"]


def saying(**fields):
    return Scenario(Reply(**fields))


def test_every_preset_says_the_same_in_a_stream_and_as_a_whole(subtests):
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


def test_lorem_has_so_many_words_and_follows_the_request():
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


def calls(preset, **fields):
    chunks = read_chunks(body(preset, stream=True, **fields))
    return [
        (delta["tool_calls"], chunk["choices"][0]["finish_reason"])
        for chunk in chunks
        if "tool_calls" in (delta := chunk["choices"][0]["delta"])
    ]


def test_tool_calls_come_in_one_delta_with_the_finish_reason(subtests):
    both = {"tools": [WEATHER, SEARCH]}
    fields = ["id", "type", "function", "index"]
    rows = [
        ("tool-call", {}, ["get_weather"], fields),
        ("tool-calls", both, ["get_weather", "web_search"], fields),
        ("tool-calls", {**both, "parallel_tool_calls": False}, ["get_weather"], fields),
        ("tool-calls-no-index", {}, ["get_weather"] * 2, ["id", "function"]),
    ]
    for preset, options, names, keys in rows:
        with subtests.test(preset, options=options):
            [(made, reason)] = calls(preset, **options)
            assert reason == "tool_calls"
            assert [list(call) for call in made] == [keys] * len(names)
            assert [call["function"]["name"] for call in made] == names
            assert [len(call["id"]) for call in made] == [9] * len(names)
            assert [call.get("index", place) for place, call in enumerate(made)] == [
                *range(len(names))
            ]
            if preset == "tool-call":
                assert made[0]["function"]["arguments"] == '{"city": "Paris"}'


def test_arguments_may_come_in_fragments():
    pieces = [made[0] for made, reason in calls("tool-calls-fragments") if reason is None]
    openings = [piece for piece in pieces if "id" in piece]
    rest = [piece for piece in pieces if "id" not in piece]
    assert [piece["function"]["arguments"] for piece in openings] == ["", ""]
    assert {piece["function"]["name"] for piece in rest} == {""}
    for index in (0, 1):
        text = "".join(p["function"]["arguments"] for p in rest if p["index"] == index)
        assert json.loads(text) == {"city": "Paris"}


def test_calls_of_a_compatible_server_have_a_name_first_and_arguments_later():
    fields = {"tools": [WEATHER], "tool_choice": "any"}
    (first, *_), *rest = [made for made, _ in calls("compatible", **fields)]
    assert (list(first), list(first["function"])) == (["index", "id", "type", "function"], ["name"])
    assert all(list(piece) == ["index", "function"] for made in rest for piece in made)


def test_a_tool_is_called_where_the_request_wants_it(subtests):
    for choice in ["any", "required"]:
        with subtests.test(choice=choice):
            [answer] = whole("auto", tools=[WEATHER], tool_choice=choice)
            [call] = answer["message"]["tool_calls"]
            arguments = json.loads(call["function"]["arguments"])
            assert answer["finish_reason"] == "tool_calls"
            assert isinstance(arguments["city"], str)
            assert arguments["days"] >= 1


def test_the_tool_that_is_named_or_mentioned_is_called(subtests):
    named = {"type": "function", "function": {"name": "web_search"}}
    asked = {"messages": [{"role": "user", "content": "How is the weather in Rome?"}]}
    rows = {
        "named": ({"tool_choice": named}, "web_search"),
        "mentioned": (asked, "get_weather"),
        "mentioned, but not wanted": ({**asked, "tool_choice": "none"}, None),
        "neither": ({}, None),
    }
    for name, (fields, called) in rows.items():
        with subtests.test(name):
            [answer] = whole("auto", tools=[SEARCH, WEATHER], **fields)
            made = answer["message"]["tool_calls"]
            assert (made[0]["function"]["name"] if made else made) == called


def test_text_follows_the_result_of_a_tool(subtests):
    for preset in ["auto", "tool-call", "tool-call-fragments"]:
        with subtests.test(preset=preset):
            asked = [{"role": "user", "content": "How is the weather in Rome?"}]
            message = whole(preset, tools=[WEATHER], messages=asked)[0]["message"]
            result = {
                "role": "tool",
                "content": "Sunny",
                "tool_call_id": message["tool_calls"][0]["id"],
            }
            answer = whole(preset, tools=[WEATHER], messages=[*asked, message, result])[0]
            assert (answer["message"]["content"], answer["finish_reason"]) == ("Sunny", "stop")


def test_given_calls_and_texts_are_said_as_they_stand():
    given = Call(name="f", arguments="{not json")
    [answer] = whole(saying(calls=(given,)))
    assert answer["message"]["tool_calls"][0]["function"] == {
        "name": "f",
        "arguments": "{not json",
    }
    assert whole(saying(text="Just so"))[0]["message"]["content"] == "Just so"


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


def test_a_request_that_cannot_be_answered_is_refused(subtests):
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


def test_max_tokens_cuts_the_arguments_of_calls(subtests):
    for preset in ["tool-calls", "tool-calls-no-index", "tool-calls-fragments"]:
        with subtests.test(preset=preset):
            shortened = [
                [(call["name"], call["arguments"]) for call in answer.tool_calls[0]]
                for limit in range(8)
                if (answer := streamed(preset, max_tokens=limit)).usage["completion_tokens"]
                == min(limit, 6)
                and answer.finish_reasons == ["length" if limit < 6 else "tool_calls"]
            ]
            one, cut = ("get_weather", '{"city": "Paris"}'), ("get_weather", '{"city":')
            empty = ("get_weather", "")
            assert shortened == [
                [], [empty], [cut], [one], [one, empty], [one, cut], [one, one], [one, one],
            ]  # fmt: skip
    with subtests.test("no token is left for a call"):
        [answer] = whole("tool-call", max_tokens=0)
        assert answer["message"] == {"role": "assistant", "tool_calls": None, "content": ""}


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


def test_a_reply_that_cannot_be_is_refused(subtests):
    rows = [
        (lambda: Reply(call_count=0), "call_count"),
        (lambda: Reply(n=0), "n"),
        (lambda: Simulator("thinkng"), "'thinkng' is not a preset; did you mean 'thinking'"),
        (lambda: Simulator("nonsense"), "'nonsense' is not a preset; use one of auto, echo"),
    ]
    for make, message in rows:
        with subtests.test(message), pytest.raises(ValueError, match=message):
            make()
