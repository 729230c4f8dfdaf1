"""Scenario files whose answers depend on the request, and the scenarios of the package."""

import json
import math

from mistralai.simulator import Simulator, loads
from mistralai.simulator.files import shipped
from support.raw_answer import ask
from support.raw_client import request_bytes

CHOSEN = """
timing = { tokens_per_second = 10 }
[[cases]]
when = { text = "weather", role = "user" }
reply = { text = "asked" }
[[cases]]
when = { text = "weather", role = "tool" }
reply = { text = "told" }
[[cases]]
when = { question = "two calls", step = 1 }
reply = { calls = [{ name = "f" }] }
[[cases]]
when = { question = "two calls", step = 2 }
reply = { text = "second" }
[[cases]]
when = { question = "two calls" }
reply = { text = "later" }
[[cases]]
when = { model = "small" }
reply = { text = "small" }
[[cases]]
when = { text = "def " }
reply = { text = "code" }
[[cases]]
when = { text = "turns" }
cycle = true
answers = [{ reply = { text = "one" } }, { reply = { text = "two" } }]
"""
BOOK = '{"title": "Walden", "pages": 352}'
CALL = {"id": "abcdefghi", "function": {"name": "f", "arguments": "{}"}}
TOOL = [
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "abcdefghi", "content": "the weather"},
]
OTHER_TOOL = [TOOL[0], TOOL[1] | {"content": "done"}]
PIECES = [{"type": "image_url", "image_url": "u"}, {"type": "text", "text": "weather"}]
REQUESTS = [
    ({"messages": [{"role": "user", "content": "the weather?"}]}, "asked"),
    ({"messages": [{"role": "user", "content": PIECES}]}, "asked"),
    ({"messages": [{"role": "user", "content": "weather"}, *TOOL]}, "told"),
    ({"messages": [{"role": "user", "content": "two calls"}]}, ""),
    ({"messages": [{"role": "user", "content": "two calls"}, *OTHER_TOOL]}, "second"),
    ({"messages": [{"role": "user", "content": "two calls"}, *OTHER_TOOL, *OTHER_TOOL]}, "later"),
    ({"messages": [{"role": "user", "content": "Hi"}], "model": "small"}, "small"),
    ({"messages": [{"role": "user", "content": "Hi"}]}, "Hi"),
    ({"prompt": "def f():"}, "code"),
    *(
        ({"messages": [{"role": "user", "content": "turns"}]}, turn)
        for turn in ("one", "two", "one")
    ),
]


UNREADABLE = [
    b"{",
    b"[]",
    b"[" * 100_000,
    b'{"messages": 1}',
    b'{"messages": [1]}',
    b'{"messages": [{"role": "user", "content": [1, {"text": 1}]}], "model": "m"}',
]
"""Bodies that no case can match; the checks of the API reject them."""


def asked(sim, body):
    """Return the text of an answer."""
    path = "/v1/fim/completions" if "prompt" in body else "/v1/chat/completions"
    answer = ask(sim, request_bytes({"model": "m"} | body, path=path))
    return json.loads(answer.body)["choices"][0]["message"]["content"]


def test_the_first_case_that_matches_a_request_answers_it(subtests):
    with Simulator(loads(CHOSEN), speed=math.inf) as sim:
        for body, text in REQUESTS:
            with subtests.test(body=body, text=text):
                assert asked(sim, body) == text


def test_a_request_that_cannot_be_read_matches_no_case(subtests):
    with Simulator(loads(CHOSEN)) as sim:
        for body in UNREADABLE:
            with subtests.test(body[:60]):
                assert ask(sim, request_bytes(body)).status == 422


def test_a_scenario_of_the_package_is_taken_by_its_name():
    assert shipped() == ("guide",)
    with Simulator("guide", speed=math.inf) as sim:
        assert asked(sim, {"messages": [{"role": "user", "content": "Name a book."}]}) == BOOK
