"""The shapes of compatible servers (each point of wire-format section 12)."""

import json

from mistralai.simulator import PRESETS, Simulator
from support.naive_reader import read_answer, read_chunks
from support.raw_answer import ask
from support.raw_client import request_bytes

COMPATIBLE = [name for name in PRESETS if name.startswith("compatible")]
USAGE = {"stream_options": {"include_usage": True}}


def answer(preset, **fields):
    asked = {"model": "m", "messages": [{"role": "user", "content": "Hi you"}], "stream": True}
    with Simulator(preset) as sim:
        request = request_bytes(asked | fields, headers={"authorization": "none"})
        return ask(sim, request)


def chunks(preset, **fields):
    return read_chunks(answer(preset, **fields).body)


def choices(preset, **fields):
    return [chunk["choices"][0] for chunk in chunks(preset, **fields)]


def test_compatible_servers_have_this_in_common(subtests):
    for preset in COMPATIBLE:
        with subtests.test("no key, and unknown fields ignored", preset=preset):
            assert answer(preset, seed=1, max_completion_tokens=5).status == 200
        with subtests.test("no empty conversation", preset=preset):
            assert answer(preset, messages=[]).status == 400
        with subtests.test("no padding", preset=preset):
            unasked = chunks(preset)
            assert all("p" not in chunk for chunk in unasked)
        with subtests.test("usage alone and only where asked for", preset=preset):
            asked = chunks(preset, **USAGE)
            assert all("usage" not in chunk for chunk in (*unasked, *asked[:-1]))
            assert asked[-1]["choices"] == []
            assert asked[-1]["usage"]["prompt_tokens"] == 2


def test_the_finish_reason_is_absent_or_empty_until_the_last_chunk(subtests):
    for preset, reason in [("compatible-sparse", None), ("compatible-relay", "")]:
        with subtests.test(preset):
            *before, last = choices(preset)
            assert {choice.get("finish_reason") for choice in before} == {reason}
            assert all(("finish_reason" in choice) is (reason == "") for choice in before)
            assert last == {"index": 0, "delta": {}, "finish_reason": "stop"}


FIRST_DELTAS = [
    ("compatible", {"role": "assistant", "content": ""}),
    ("compatible-sparse", {"role": "assistant"}),
    ("compatible-bare", {"content": "Hi"}),
    (
        "compatible-extra",
        {"role": None, "content": None, "reasoning_content": None, "refusal": None},
    ),
]


def test_the_first_delta_has_each_known_form(subtests):
    for preset, delta in FIRST_DELTAS:
        with subtests.test(preset=preset):
            assert choices(preset)[0]["delta"] == delta


def test_created_may_be_absent_and_each_chunk_may_have_an_id_of_its_own():
    sparse = chunks("compatible-sparse")
    assert all("created" not in chunk for chunk in sparse)
    assert len({chunk["id"] for chunk in sparse}) == len(sparse)


def test_compatible_servers_have_additional_fields():
    assert chunks("compatible")[0]["system_fingerprint"] is None
    assert {"logprobs", "stop_reason", "token_ids"} <= choices("compatible-extra")[0].keys()


def test_comments_may_come_before_the_first_event():
    assert answer("compatible-extra").body.startswith(b": keepalive\n\n: keepalive\n\ndata: {")


def test_texts_may_look_like_framing():
    body = answer("compatible-text").body
    assert "\u2028" in (text := read_answer(body).text[0])
    assert "\u0085" in text
    assert "data: [DONE]" in text
    assert body.count(b"data: [DONE]\n\n") == 1


def test_a_body_may_end_with_its_connection_without_done_under_another_label():
    bare = answer("compatible-bare")
    assert bare.headers["content-type"] == "text/plain; charset=utf-8"
    assert not bare.headers.keys() & {"content-length", "transfer-encoding"}
    assert bare.end == "eof"
    assert b"[DONE]" not in bare.body
    assert read_answer(bare.body).finish_reasons == ["stop"]


def test_other_endpoints_of_a_compatible_server_are_checked():
    with Simulator("compatible") as sim:
        reply = ask(sim, request_bytes({"model": "m", "x": 1}, path="/v1/fim/completions"))
    assert reply.status == 422
    assert [detail["loc"] for detail in json.loads(reply.body)["detail"]] == [
        ["body", "prompt"],
        ["body", "x"],
    ]
