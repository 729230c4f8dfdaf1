"""Tool calls of the simulated model."""

import json

from mistralai.simulator import Call
from support.naive_reader import read_chunks
from support.replies import SEARCH, WEATHER, body, saying, streamed, whole


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


def test_a_tool_is_called_if_the_request_requires_it(subtests):
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


def test_exact_calls_and_texts_are_sent_unchanged():
    given = Call(name="f", arguments="{not json")
    [answer] = whole(saying(calls=(given,)))
    assert answer["message"]["tool_calls"][0]["function"] == {
        "name": "f",
        "arguments": "{not json",
    }
    assert whole(saying(text="Just so"))[0]["message"]["content"] == "Just so"


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
