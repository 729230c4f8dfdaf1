"""`POST /v1/chat/completions`: the framing and the shapes as they were recorded."""

import json
import re

from mistralai.simulator import Scenario, Simulator, Timing
from support.naive_reader import read_answer, read_chunks
from support.spoiling import recorded_sleep

POEM_PROMPT = [{"role": "user", "content": "Write a short poem about coding."}]


def test_a_stream_has_the_recorded_framing(post):
    body = post(stream=True).content
    events = body.split(b"\n\n")
    assert events[-2:] == [b"data: [DONE]", b""]
    assert all(event.startswith(b'data: {"id":"') for event in events[:-2])
    assert b"\r" not in body
    assert b": " not in body.replace(b"data: ", b"")


def test_the_chunks_of_a_stream_have_the_recorded_fields_in_order(post):
    first, *middle, last = read_chunks(post(stream=True).content)
    base = ["id", "object", "created", "model", "choices"]
    assert list(first) == base
    assert all(list(chunk) == [*base, "p"] for chunk in middle)
    assert list(last) == [*base, "usage", "p"]
    assert {chunk["object"] for chunk in (first, *middle, last)} == {"chat.completion.chunk"}
    assert len({(chunk["id"], chunk["created"]) for chunk in (first, *middle, last)}) == 1


def test_only_the_first_chunk_has_the_role_and_only_the_last_a_finish_reason(post):
    chunks = read_chunks(post(stream=True).content)
    assert chunks[0]["choices"] == [
        {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
    ]
    assert [chunk["choices"][0]["delta"] for chunk in chunks[1:]] == [
        {"content": "Hello"},
        {"content": " there"},
        {"content": ""},
    ]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[1:]] == [None, None, "stop"]


def test_the_padding_is_a_prefix_of_the_recorded_alphabet(post):
    padding = [chunk["p"] for chunk in read_chunks(post(stream=True).content)[1:]]
    assert all("abcdefghijklmnopqrstuvwxyz0123456789".startswith(p) and p for p in padding)


def test_text_is_utf_8_and_not_escaped(post):
    messages = [{"role": "user", "content": "h\u00e9 \U0001f642 \u2028"}]
    body = post(stream=True, messages=messages).content
    assert "h\u00e9".encode() in body
    assert read_answer(body).text == ["h\u00e9 \U0001f642 \u2028"]


def test_a_lone_surrogate_is_answered_with_a_question_mark(auto, http):
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "\ud800"}]})
    answer = http.post(f"{auto.url}/v1/chat/completions", content=body).json()
    assert answer["choices"][0]["message"]["content"] == "?"


def test_the_poem_is_given_for_its_prompt_and_an_echo_for_any_other(post):
    poem = post(messages=POEM_PROMPT).json()["choices"][0]["message"]["content"]
    assert poem.startswith("A cursor blinks")
    assert post().json()["choices"][0]["message"]["content"] == "Hello there"


def test_a_whole_answer_has_the_recorded_shape(post):
    response = post()
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert list(answer) == ["id", "object", "created", "model", "choices", "usage"]
    assert answer["choices"] == [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "tool_calls": None, "content": "Hello there"},
        }
    ]
    assert answer["usage"] == {
        "prompt_tokens": 2,
        "total_tokens": 4,
        "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 0},
        "service_tier": "standard",
    }


def test_a_stream_and_a_whole_answer_agree(post):
    whole = post(messages=POEM_PROMPT).json()
    stream = read_answer(post(messages=POEM_PROMPT, stream=True).content)
    assert stream.text == [whole["choices"][0]["message"]["content"]]
    assert stream.usage == whole["usage"]
    assert stream.chunks[0]["id"] == whole["id"]
    assert stream.chunks[0]["created"] == whole["created"]


def test_the_same_request_and_seed_give_the_same_body(http):
    body = {"model": "m", "messages": POEM_PROMPT, "stream": True}

    def answers(seed, times):
        with Simulator(seed=seed) as sim:
            url = f"{sim.url}/v1/chat/completions"
            return [http.post(url, json=body).content for _ in range(times)]

    first, second = answers(seed=1, times=2)
    assert first == second
    assert [first] == answers(seed=1, times=1)
    assert [first] != answers(seed=2, times=1)


def test_another_request_gets_another_id(post):
    assert post().json()["id"] != post(random_seed=1).json()["id"]


def test_request_ids_are_uuids_of_version_7_and_new_for_each_request(post):
    headers = [post().headers for _ in range(2)]
    ids = [each["mistral-correlation-id"] for each in headers]
    pattern = re.compile(r"01[0-9a-f]{6}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    assert all(map(pattern.fullmatch, ids))
    assert len(set(ids)) == 2
    assert ids == [each["x-kong-request-id"] for each in headers]


def test_a_stream_is_chunked(post):
    headers = post(stream=True).headers
    assert headers["transfer-encoding"] == "chunked"
    assert headers["content-type"] == "text/event-stream; charset=utf-8"


def test_max_tokens_ends_an_answer_with_its_last_text(post):
    chunks = read_chunks(post(stream=True, messages=POEM_PROMPT, max_tokens=3).content)
    assert chunks[-1]["choices"] == [
        {"index": 0, "delta": {"content": " blinks,"}, "finish_reason": "length"}
    ]
    assert chunks[-1]["usage"]["completion_tokens"] == 3


def test_time_is_as_the_scenario_says(http):
    slept = []

    scenario = Scenario("echo", timing=Timing(first=2.0, tokens_per_second=4))
    with Simulator(scenario, sleep=recorded_sleep(slept)) as sim:
        body = {"model": "m", "messages": [{"role": "user", "content": "a b"}], "stream": True}
        http.post(f"{sim.url}/v1/chat/completions", json=body)
    assert slept == [2.0, 0.25, 0.25, 0.25]
