"""`Ask` as Ray Data calls it: with a row, or with a batch of columns. Here without Ray."""

import json
import math

import pytest

from mistralai.bulk import Limits
from mistralai.bulk.ray import Ask
from mistralai.simulator import Scenario, Simulator, faults


@pytest.fixture
def anyio_backend():
    return "asyncio"  # as Ray


class Array(list):
    """A column as NumPy has it."""

    def tolist(self):
        return [*self]


def said(response):
    return json.loads(response)["choices"][0]["message"]["content"]


@pytest.mark.anyio
async def test_rows_and_batches_get_their_answers_in_order_beside_their_columns(subtests):
    hello = [{"role": "user", "content": "hello", "name": None}]  # Arrow adds fields
    with Simulator() as sim:
        ask = Ask({"api_key": "k", "server_url": sim.url}, {"model": "m"})
        rows = {
            "a prompt": {"prompt": "hello", "score": 3},
            "messages": {"messages": Array(hello), "score": 3},
            "a body": {"body": {"messages": Array(hello), "top_p": 0.5}, "score": 3},
        }
        for name, row in rows.items():
            with subtests.test(name):
                answered = await ask(row)
                assert said(answered["response"]) == "hello"
                assert {key: answered[key] for key in row} == row
                assert (answered["error"], answered["attempts"]) == (None, 1)
                assert answered["timing"].keys() == {"ttft", "answer", "total"}
        with subtests.test("a batch, more of it than the level"):
            count = 50
            batch = {"prompt": Array(f"Prompt {n}" for n in range(count)), "n": Array(range(count))}
            answered = await ask(batch)
            assert [said(one) for one in answered["response"]] == batch["prompt"]
            assert answered["n"] == batch["n"]
            assert answered["attempts"] == [1] * count
        with subtests.test("a batch of messages"):
            answered = await ask({"messages": Array([Array(hello), Array(hello)])})
            assert [said(one) for one in answered["response"]] == ["hello"] * 2


@pytest.mark.anyio
async def test_a_row_that_fails_has_an_error_and_nothing_is_raised(subtests):
    refusal = faults.Status(status=400, first=1)
    with Simulator(Scenario(faults=[refusal])) as sim:
        settings = {"api_key": "k", "server_url": sim.url}
        ask = Ask(settings, {"model": "m"}, Limits(concurrency=1))
        with subtests.test("by the server"):
            answered = await ask({"prompt": Array(["one", "two"])})
            assert answered["response"][0] is None
            assert json.loads(answered["error"][0])["type"] == "BadRequestError"
            assert answered["error"][1] is None
        bad = {
            "an empty batch of questions": ({"score": Array([1, 2])}, ["InvalidRow"] * 2),
            "a row without a question": ({"score": 1}, "InvalidRow"),
            "a prompt that is not text": ({"prompt": 5}, "InvalidRow"),
            "a value that JSON does not have": (
                {"body": {"messages": [{"role": object()}]}},
                "InvalidRow",
            ),
        }
        for name, (rows, kind) in bad.items():
            with subtests.test(name):
                answered = await ask(rows)
                errors = answered["error"]
                if isinstance(kind, list):
                    assert [json.loads(one)["type"] for one in errors] == kind
                else:
                    assert json.loads(errors)["type"] == kind
                    assert math.isnan(answered["timing"]["ttft"])
