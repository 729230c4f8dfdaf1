from functools import partial
from typing import Any

import pytest

from mistralai.client._answer import accumulate
from mistralai.client._answer.accumulate import Accumulator
from mistralai.client.models import ChatCompletionResponse, CompletionChunk
from support.accumulating import accumulated, choice, chunk, parsed, said, thinking
from support.work import count_steps, measure_memory

KINDS = {
    "text": lambda n: {"content": f" word {n}"},
    "thinking": lambda n: {"content": [thinking(f" word {n}")]},
    "tool call": lambda n: {
        "tool_calls": [{"index": 0, "function": {"name": "" if n else "f", "arguments": "[1, "}}]
    },
    "unknown string": lambda n: {"reasoning_content": f" word {n}"},
    "two choices": lambda n: {"content": f" word {n}"},
}


def many(kind: str, count: int) -> list[CompletionChunk]:
    index = (lambda n: n % 2) if kind == "two choices" else (lambda _: 0)
    return parsed(chunk(choice(index=index(n), **KINDS[kind](n))) for n in range(count))


def add_all(chunks: list[CompletionChunk]) -> ChatCompletionResponse:
    accumulator = Accumulator()
    for each in chunks:
        accumulator.add(each)
    return accumulator.snapshot()


def test_twice_as_many_deltas_are_twice_the_work(subtests: pytest.Subtests) -> None:
    for kind in KINDS:
        with subtests.test(kind):
            once, twice = many(kind, 200), many(kind, 400)
            add_all(once)  # builds what is built at first use
            steps = count_steps(partial(add_all, twice))
            assert steps < 2.05 * count_steps(partial(add_all, once))
            assert steps < 80 * len(twice)


def allocated_for(chunks: list[CompletionChunk]) -> int:
    accumulator = Accumulator()
    return measure_memory(partial(accumulator.add, each) for each in chunks).allocated


def test_a_delta_is_kept_without_copying_those_before_it(subtests: pytest.Subtests) -> None:
    for kind in KINDS:
        with subtests.test(kind):
            allocated_for(many(kind, 10))
            assert allocated_for(many(kind, 1000)) < 2.5 * allocated_for(many(kind, 500))


def test_the_snapshot_is_built_when_it_is_read_and_not_again_until_a_chunk_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built: list[object] = []
    read = accumulate._response_validator()

    def spy(fields: dict[str, Any]) -> ChatCompletionResponse:
        built.append(fields)
        return read(fields)

    monkeypatch.setattr(accumulate, "_response_validator", lambda: spy)
    accumulator = accumulated(*(said(f"word {n} ") for n in range(1000)))
    assert built == []
    first = accumulator.snapshot()
    assert accumulator.snapshot() is first
    assert len(built) == 1
    accumulator.add(parsed([said("more")])[0])
    assert accumulator.snapshot() is not first
    assert len(built) == 2
    assert first.model_dump()["choices"][0]["message"]["content"].endswith("word 999 ")


def test_the_text_is_joined_when_it_is_read_and_not_again_until_it_grows() -> None:
    size = 1_000_000
    accumulator = accumulated(*(said("x" * (size // 100)) for _ in range(100)))
    more = parsed([said("y")])[0]
    assert measure_memory([lambda: accumulator.add(more)]).peak < size / 100
    assert measure_memory([lambda: accumulator.choices[0].text]).peak > size
    assert measure_memory([accumulator.choices[0].fields]).peak < size / 100
    assert measure_memory([lambda: accumulator.add(more)]).peak < size / 100
