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


def test_thinking_may_end_in_a_delta_that_it_shares_with_text():
    [shared] = [delta for delta in deltas("thinking") if isinstance(delta, list) and delta[1:]]
    assert [chunk["type"] for chunk in shared] == ["thinking", "text"]
    assert shared[1]["text"] == "Hello"


def test_thinking_may_end_in_a_chunk_without_text():
    contents = deltas("thinking-empty")
    place = contents.index([{"type": "thinking", "thinking": []}])
    assert isinstance(contents[place - 1], list)
    assert contents[place + 1 :] == ["Hello", " there", ""]


def test_thinking_may_be_followed_by_plain_text():
    contents = deltas("thinking-plain")
    assert contents[-3:] == ["Hello", " there", ""]
    assert all(isinstance(content, list) and content[0]["thinking"] for content in contents[:-3])


def test_closed_stands_long_before_the_thinking_ends():
    closed = ["closed" in content[0] for content in deltas("thinking-plain")[:-3]]
    assert closed == sorted(closed)
    assert closed.count(True) > 2


def calls(preset, **fields):
    chunks = read_chunks(body(preset, stream=True, **fields))
    return [
        (delta["tool_calls"], chunk["choices"][0]["finish_reason"])
        for chunk in chunks
        if "tool_calls" in (delta := chunk["choices"][0]["delta"])
    ]


def test_a_tool_call_comes_in_one_delta_with_the_finish_reason():
    [(made, reason)] = calls("tool-call")
    assert reason == "tool_calls"
    assert [list(call) for call in made] == [["id", "type", "function", "index"]]
    assert made[0]["function"] == {"name": "get_weather", "arguments": '{"city": "Paris"}'}
    assert len(made[0]["id"]) == 9


def test_parallel_calls_come_together_with_an_index_each():
    [(made, _)] = calls("tool-calls", tools=[WEATHER, SEARCH])
    assert [(call["index"], call["function"]["name"]) for call in made] == [
        (0, "get_weather"),
        (1, "web_search"),
    ]


def test_parallel_calls_may_lack_index_and_type():
    [(made, _)] = calls("tool-calls-no-index")
    assert [list(call) for call in made] == [["id", "function"]] * 2


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


def test_one_call_is_made_where_no_parallel_ones_are_wanted():
    [(made, _)] = calls("tool-calls", tools=[WEATHER, SEARCH], parallel_tool_calls=False)
    assert len(made) == 1


def test_a_tool_is_called_where_the_request_wants_it(subtests):
    for choice in ["any", "required"]:
        with subtests.test(choice=choice):
            [answer] = whole("auto", tools=[WEATHER], tool_choice=choice)
            [call] = answer["message"]["tool_calls"]
            arguments = json.loads(call["function"]["arguments"])
            assert answer["finish_reason"] == "tool_calls"
            assert isinstance(arguments["city"], str)
            assert arguments["days"] >= 1


def test_the_tool_that_is_named_is_called():
    named = {"type": "function", "function": {"name": "web_search"}}
    [answer] = whole("auto", tools=[WEATHER, SEARCH], tool_choice=named)
    assert answer["message"]["tool_calls"][0]["function"]["name"] == "web_search"


def test_a_tool_is_called_whose_name_is_mentioned():
    asked = [{"role": "user", "content": "How is the weather in Rome?"}]
    mentioned = whole("auto", tools=[SEARCH, WEATHER], messages=asked)[0]
    unasked = whole("auto", tools=[SEARCH, WEATHER], messages=asked, tool_choice="none")[0]
    other = whole("auto", tools=[SEARCH, WEATHER])[0]
    assert mentioned["message"]["tool_calls"][0]["function"]["name"] == "get_weather"
    assert unasked["message"]["tool_calls"] is None
    assert other["message"]["tool_calls"] is None


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


def test_a_keyword_that_is_not_covered_is_named():
    schema = {"properties": {"a": {"not": {}}}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    assert refused(response_format=wanted) == (
        "response_format.json_schema.schema.properties.a.not: this keyword is not covered by the "
        "simulator"
    )
    assert refused(tools=[tool], tool_choice="any") == (
        "tools[0].function.parameters.properties.a.not: this keyword is not covered by the "
        "simulator"
    )


def test_a_tool_choice_that_is_no_tool_is_refused():
    named = {"type": "function", "function": {"name": "nothing"}}
    assert refused(tools=[WEATHER], tool_choice=named) == (
        "tool_choice.function.name: 'nothing' is none of the tools"
    )


def test_a_prompt_that_is_too_long_is_refused():
    fits = [{"role": "user", "content": " a" * 131_072}]
    message = refused(messages=[{"role": "user", "content": " a" * 131_073}])
    assert whole("poem", messages=fits)[0]["finish_reason"] == "stop"
    assert message == (
        "Prompt contains 131073 tokens and 0 draft tokens, too large for model with 131072 "
        "maximum context length"
    )


def test_choices_come_interleaved_and_differ(subtests):
    for count in [1, 2, 4]:
        with subtests.test(count=count):
            answer = streamed("auto", n=count)
            indexes = [chunk["choices"][0]["index"] for chunk in answer.chunks]
            assert indexes[: 2 * count] == [*range(count)] * 2
            assert len(set(answer.text)) == count
            assert answer.finish_reasons == ["stop"] * count
            assert [chunk for chunk in answer.chunks if "usage" in chunk] == answer.chunks[-1:]


def test_a_preset_may_have_choices_of_its_own():
    assert len(streamed("choices").text) == 3


def test_tokens_of_all_choices_count_and_the_prompt_once():
    one, three = streamed("poem").usage, streamed("poem", n=3).usage
    assert one["prompt_tokens"] == three["prompt_tokens"] == 2
    assert three["completion_tokens"] == 3 * one["completion_tokens"] + 2
    assert three["total_tokens"] == three["prompt_tokens"] + three["completion_tokens"]


def test_an_answer_ends_before_a_stop_text(subtests):
    for stop, text in [("there", "Hello "), (["x", "llo"], "He"), ("", None)]:
        with subtests.test(stop=stop):
            answer = streamed("auto", stop=stop)
            assert answer.text == ["Hello there" if text is None else text]
            assert answer.finish_reasons == ["stop"]


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


def test_a_call_that_has_no_token_left_is_no_call():
    [answer] = whole("tool-call", max_tokens=0)
    assert answer["message"] == {"role": "assistant", "tool_calls": None, "content": ""}


def test_calls_may_end_for_another_reason():
    given = (Call(name="f"),)
    assert streamed(saying(calls=given, finish_reason="error")).finish_reasons == ["error"]


def test_max_tokens_cuts_an_answer(subtests):
    for limit in [0, 1, 2, 3]:
        with subtests.test(limit=limit):
            answer = streamed("auto", max_tokens=limit)
            assert answer.text == ["".join(["Hello", " there"][:limit])]
            assert answer.finish_reasons == ["length" if limit < 2 else "stop"]
            assert answer.usage["completion_tokens"] == min(limit, 2)


def test_max_tokens_counts_thinking():
    answer = streamed("thinking", max_tokens=3)
    assert (answer.thinking, answer.text) == (["The user wants"], [""])


def test_a_preset_may_end_by_length():
    assert streamed("length").finish_reasons == ["length"]


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


def test_reasoning_tokens_are_counted_where_usage_has_them():
    scenario = saying(thinking="one two three", usage="2026-07")
    assert streamed(scenario).usage["completion_tokens_details"] == {"reasoning_tokens": 3}


def test_fill_in_the_middle_answers_with_code():
    with Simulator() as sim:
        asked = {"model": "codestral-latest", "prompt": "def mean(values):\n", "suffix": "\n"}
        answers = [
            ask(sim, request_bytes({**asked, "stream": stream}, path="/v1/fim/completions"))
            for stream in (True, False)
        ]
    text = "    return sum(values) / len(values)\n"
    assert read_answer(answers[0].body).text == [text]
    assert json.loads(answers[1].body)["choices"][0]["message"]["content"] == text


def test_fill_in_the_middle_may_echo():
    with Simulator("echo") as sim:
        asked = {"model": "m", "prompt": "def f():"}
        answer = ask(sim, request_bytes(asked, path="/v1/fim/completions"))
    assert json.loads(answer.body)["choices"][0]["message"]["content"] == "def f():"


def test_agents_answer_like_the_chat():
    with Simulator() as sim:
        asked = {"agent_id": "ag:1", "messages": [USER], "stream": True}
        answer = read_answer(ask(sim, request_bytes(asked, path="/v1/agents/completions")).body)
    assert answer.text == ["Hello there"]
    assert answer.chunks[0]["model"] == "mistral-medium-latest"


def test_a_reply_that_cannot_be_is_refused(subtests):
    for field, value in [("call_count", 0), ("n", 0)]:
        with subtests.test(field=field), pytest.raises(ValueError, match=field):
            Reply(**{field: value})


def test_a_preset_that_was_misspelt_is_guessed():
    with pytest.raises(ValueError, match="'thinkng' is no preset; did you mean 'thinking'"):
        Simulator("thinkng")
