from typing import Any

import pytest

from mistralai.client._answer.accumulate import Accumulator
from mistralai.client.models import ChatCompletionChoice, ChatCompletionResponse
from support.accumulating import accumulated, choice, chunk, message, parsed, said, snapshot
from support.naive_reader import read_answer
from support.streams import hand_written
from support.transcripts import transcript_files

STREAMS = [*hand_written(), *transcript_files("chat-stream")]


# --- whole streams ------------------------------------------------------------


def texts(choice: ChatCompletionChoice, kind: str) -> str:
    """Return the text, or the text of the thinking, in a choice's content."""
    assert choice.message is not None
    content = choice.message.model_dump()["content"] or ""
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    if kind == "thinking":
        parts = [inner for part in parts for inner in part.get("thinking", [])]
    return "".join(part["text"] for part in parts if part["type"] == "text")


def calls(choice: ChatCompletionChoice) -> list[dict[str, Any]]:
    assert choice.message is not None
    return [
        {"id": call.id, "name": call.function.name, "arguments": call.function.arguments}
        for call in choice.message.tool_calls or []
    ]


@pytest.mark.uncounted
def test_a_whole_stream_adds_up_to_what_the_naive_reader_reads_and_reads_back(
    subtests: pytest.Subtests,
) -> None:
    for path in STREAMS:
        with subtests.test(path.stem):
            expected = read_answer(path.read_bytes())
            accumulator = accumulated(*expected.chunks)
            answer = accumulator.snapshot()
            assert [texts(choice, "text") for choice in answer.choices] == expected.text
            assert [choice.text for choice in accumulator.choices] == expected.text
            assert [texts(choice, "thinking") for choice in answer.choices] == expected.thinking
            assert [calls(choice) for choice in answer.choices] == expected.tool_calls
            assert [choice.finish_reason for choice in answer.choices] == expected.finish_reasons
            usage = answer.usage and answer.usage.model_dump(exclude_unset=True)
            assert usage == expected.usage
            first = expected.chunks[0]
            assert (answer.id, answer.model) == (first["id"], first["model"])
            assert answer.object == "chat.completion"
            again = ChatCompletionResponse.model_validate_json(answer.model_dump_json())
            assert again.model_dump() == answer.model_dump()


def test_reading_the_snapshot_at_every_chunk_changes_nothing(subtests: pytest.Subtests) -> None:
    for path in hand_written():
        with subtests.test(path.stem):
            chunks = read_answer(path.read_bytes()).chunks
            accumulator = Accumulator()
            for count, each in enumerate(parsed(chunks), 1):
                accumulator.add(each)
                assert accumulator.snapshot() == accumulated(*chunks[:count]).snapshot()


# --- the answer's own fields --------------------------------------------------


def test_before_the_first_chunk_the_answer_is_empty() -> None:
    assert Accumulator().snapshot().model_dump() == {"object": "chat.completion", "choices": []}


def test_a_short_answer_is_accumulated() -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
    assert snapshot(
        chunk(choice(role="assistant", content=""), object="chat.completion.chunk"),
        chunk(choice(content="Hello"), object="chat.completion.chunk"),
        chunk(choice("stop", content=" there"), object="chat.completion.chunk", usage=usage),
    ) == {
        "id": "1",
        "object": "chat.completion",
        "model": "m",
        "created": 7,
        "usage": usage,
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "Hello there"},
            }
        ],
    }


def test_the_first_id_model_and_time_that_are_not_empty_are_kept() -> None:
    empty = {"id": "", "model": None, "created": 0, "choices": [], "prompt_filter_results": []}
    later = {**said("b"), "id": "2", "model": "n", "created": 8}
    dump = snapshot(empty, {"choices": []}, said("a"), later)
    assert (dump["id"], dump["model"], dump["created"]) == ("1", "m", 7)


def test_empty_ones_are_kept_where_there_are_no_others() -> None:
    dump = snapshot({"id": "", "created": 0, "choices": []}, {"choices": []})
    assert dump == {"id": "", "created": 0, "object": "chat.completion", "choices": []}


def test_unknown_fields_of_chunks_are_kept_and_the_last_that_is_not_null_wins() -> None:
    one = chunk(system_fingerprint="a", provider={"name": "x"}, guardrails=[{"results": {}}])
    dump = snapshot(one, chunk(system_fingerprint="b", seen=None), chunk(system_fingerprint=None))
    assert dump["system_fingerprint"] == "b"
    assert dump["provider"] == {"name": "x"}
    assert dump["guardrails"] == [{"results": {}}]
    assert dump["seen"] is None


def test_the_last_usage_is_kept_with_its_unknown_fields() -> None:
    accumulator = accumulated(said("a"))
    assert accumulator.usage is None
    assert "usage" not in accumulator.snapshot().model_dump()
    dump = snapshot(
        chunk(choice("stop"), usage={"total_tokens": 1}),
        chunk(usage={"total_tokens": 2, "num_cached_tokens": 1, "tier": {"name": "x"}}),
        chunk(usage=None),
    )
    assert dump["usage"] == {"total_tokens": 2, "num_cached_tokens": 1, "tier": {"name": "x"}}


# --- choices ------------------------------------------------------------------


def test_choices_are_kept_apart_and_come_in_the_order_of_their_indexes() -> None:
    accumulator = accumulated(
        chunk(choice(index=1, content="b1")),
        chunk(choice(index=0, content="a1"), choice(index=1, content="b2")),
        chunk(choice("length", index=1)),
        chunk(choice("stop", index=0, content="a2")),
    )
    assert [(c.index, c.text, c.finish_reason) for c in accumulator.choices] == [
        (0, "a1a2", "stop"),
        (1, "b1b2", "length"),
    ]
    assert [c.index for c in accumulator.snapshot().choices] == [0, 1]


def test_unknown_fields_of_choices_are_kept() -> None:
    first = {**choice(content="a"), "stop_reason": None, "token_ids": [1], "delta_seq": 1}
    last = {**choice("stop"), "stop_reason": 2, "token_ids": [2], "delta_seq": None}
    (only,) = snapshot(chunk(first), chunk(last))["choices"]
    assert (only["stop_reason"], only["token_ids"], only["delta_seq"]) == (2, [2], 1)


def test_a_choice_has_no_message_or_delta_but_its_own() -> None:
    odd = {**choice(content="a"), "message": {"content": "z"}, "messages": "z"}
    (only,) = snapshot(chunk(odd))["choices"]
    assert only["message"] == {"role": "assistant", "content": "a"}
    assert only["messages"] == "z"


def test_a_message_is_the_assistants_whatever_role_the_stream_gives(
    subtests: pytest.Subtests,
) -> None:
    expected = {"role": "assistant", "content": "a"}
    for role in ["assistant", None, "", "bot", 5]:
        with subtests.test(role=role):
            assert message(chunk(choice(role=role, content="a"))) == expected


def test_unknown_strings_of_deltas_are_joined_and_a_null_takes_nothing_away() -> None:
    assert message(
        chunk(choice(role="assistant", reasoning_content=None)),
        chunk(choice(reasoning_content="Let me", refusal=None)),
        chunk(choice(reasoning_content=" think.")),
        chunk(choice(reasoning_content=None, content="Yes")),
        chunk(choice("stop", reasoning_content="", content="!")),
    ) == {
        "role": "assistant",
        "content": "Yes!",
        "reasoning_content": "Let me think.",
        "refusal": None,
    }


def test_of_other_unknown_values_of_deltas_the_last_is_kept() -> None:
    deltas = [{"audio": {"id": 1}}, {"audio": {"id": 2}}, {"audio": None}]
    assert message(*(chunk(choice(**d)) for d in deltas))["audio"] == {"id": 2}
    assert message(*(chunk(choice(odd=odd)) for odd in (1, "a", "b")))["odd"] == "ab"
    assert message(*(chunk(choice(odd=odd)) for odd in ("a", [1])))["odd"] == [1]


def test_the_rare_fields_of_a_delta_are_kept_too() -> None:
    deltas = [{"metadata": {"a": 1}}, {"tool_call_id": "t"}, {"metadata": None, "content": "A"}]
    answer = message(*(chunk(choice(**d)) for d in deltas))
    assert answer["metadata"] == {"a": 1}
    assert answer["tool_call_id"] == "t"


def test_probabilities_of_tokens_are_concatenated() -> None:
    def with_logprobs(*tokens: str, **fields: Any) -> dict[str, Any]:
        listed = [{"token": token, "logprob": -0.5} for token in tokens]
        return chunk({**choice(content="".join(tokens)), "logprobs": {"content": listed, **fields}})

    dump = snapshot(
        said(""),
        with_logprobs("a", refusal=None),
        {**said("b"), "choices": [{**choice(content="b"), "logprobs": None}]},
        with_logprobs("c", "d", seen="x"),
    )
    logprobs = dump["choices"][0]["logprobs"]
    assert [entry["token"] for entry in logprobs["content"]] == ["a", "c", "d"]
    assert (logprobs["refusal"], logprobs["seen"]) == (None, "x")


def test_probabilities_of_the_prompt_are_kept_too() -> None:
    odd = {**choice(content="a"), "prompt_logprobs": {"content": [{"token": "p"}]}}
    (only,) = snapshot(chunk(odd), said("b"))["choices"]
    assert only["prompt_logprobs"] == {"content": [{"token": "p"}]}


def test_probabilities_of_another_form_are_kept_unchanged() -> None:
    def kept(*odd: object) -> object:
        chunks = [chunk({**choice(content="a"), "logprobs": each}) for each in odd]
        return snapshot(*chunks)["choices"][0]["logprobs"]

    assert kept([1], "x") == "x"
    assert kept("x", {"content": None, "tokens": ["a"]}, {"content": 5, "tokens": ["b"]}) == {
        "content": 5,
        "tokens": ["a", "b"],
    }
