import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mistralai.client._answer import accumulate
from mistralai.client._answer.accumulate import Accumulator
from mistralai.client.models import ChatCompletionChoice, ChatCompletionResponse, CompletionChunk
from mistralai.client.models.parse import parse_chunk
from support.naive_reader import read_answer
from support.streams import hand_written
from support.transcripts import transcript_files
from support.work import count_steps, measure_memory

STREAMS = [*hand_written(), *transcript_files("chat-stream")]


def chunk(*choices: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": "1", "model": "m", "created": 7, "choices": list(choices), **fields}


def choice(finish_reason: str | None = None, index: int = 0, **delta: Any) -> dict[str, Any]:
    return {"index": index, "delta": delta, "finish_reason": finish_reason}


def said(content: Any) -> dict[str, Any]:
    """A chunk whose delta has this content."""
    return chunk(choice(content=content))


def thinking(*parts: Any, **fields: Any) -> dict[str, Any]:
    """A chunk of thinking; a part that is a string stands for its text."""
    parts = tuple({"type": "text", "text": p} if isinstance(p, str) else p for p in parts)
    return {"type": "thinking", "thinking": list(parts), **fields}


def parsed(chunks: Iterable[dict[str, Any]]) -> list[CompletionChunk]:
    return [parse_chunk(json.dumps(chunk).encode()) for chunk in chunks]


def accumulated(*chunks: dict[str, Any]) -> Accumulator:
    accumulator = Accumulator()
    for each in parsed(chunks):
        accumulator.add(each)
    return accumulator


def snapshot(*chunks: dict[str, Any]) -> dict[str, Any]:
    """What chunks add up to, dumped; with warnings as errors a dump that warns fails."""
    answer = accumulated(*chunks).snapshot()
    dump = answer.model_dump()
    assert json.loads(answer.model_dump_json()) == json.loads(json.dumps(dump))
    return dump


def message(*chunks: dict[str, Any]) -> Any:
    (only,) = snapshot(*chunks)["choices"]
    return only["message"]


def content(*contents: Any) -> Any:
    """The content of the message that deltas with these contents add up to."""
    return message(*(said(each) for each in contents))["content"]


# --- whole streams -----------------------------------------------------------


def texts(choice: ChatCompletionChoice, kind: str) -> str:
    """The text, or the text of the thinking, in a choice's content."""
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


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_a_whole_stream_adds_up_to_what_the_naive_reader_reads(path: Path) -> None:
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
    assert (answer.id, answer.model) == (expected.chunks[0]["id"], expected.chunks[0]["model"])
    assert answer.object == "chat.completion"


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_its_snapshot_reads_back_as_a_whole_answer(path: Path) -> None:
    answer = accumulated(*read_answer(path.read_bytes()).chunks).snapshot()
    again = ChatCompletionResponse.model_validate_json(answer.model_dump_json())
    assert again.model_dump() == answer.model_dump()


@pytest.mark.parametrize("path", hand_written(), ids=lambda path: path.stem)
def test_reading_the_snapshot_at_every_chunk_changes_nothing(path: Path) -> None:
    chunks = read_answer(path.read_bytes()).chunks
    accumulator = Accumulator()
    for count, each in enumerate(parsed(chunks), 1):
        accumulator.add(each)
        assert accumulator.snapshot() == accumulated(*chunks[:count]).snapshot()


# --- the answer's own fields -------------------------------------------------


def test_before_the_first_chunk_there_is_an_answer_that_says_nothing() -> None:
    assert Accumulator().snapshot().model_dump() == {"object": "chat.completion", "choices": []}


def test_a_short_answer_is_what_it_looks_like() -> None:
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


def test_the_first_id_model_and_time_that_say_something_are_kept() -> None:
    empty = {"id": "", "model": None, "created": 0, "choices": [], "prompt_filter_results": []}
    later = {**said("b"), "id": "2", "model": "n", "created": 8}
    dump = snapshot(empty, {"choices": []}, said("a"), later)
    assert (dump["id"], dump["model"], dump["created"]) == ("1", "m", 7)


def test_empty_ones_are_kept_where_no_others_come() -> None:
    dump = snapshot({"id": "", "created": 0, "choices": []}, {"choices": []})
    assert dump == {"id": "", "created": 0, "object": "chat.completion", "choices": []}


def test_unknown_fields_of_chunks_are_kept_and_the_last_that_is_not_null_wins() -> None:
    one = chunk(system_fingerprint="a", provider={"name": "x"}, guardrails=[{"results": {}}])
    dump = snapshot(one, chunk(system_fingerprint="b", seen=None), chunk(system_fingerprint=None))
    assert dump["system_fingerprint"] == "b"
    assert dump["provider"] == {"name": "x"}
    assert dump["guardrails"] == [{"results": {}}]
    assert dump["seen"] is None


def test_usage_is_the_last_that_came_with_its_unknown_fields() -> None:
    accumulator = accumulated(said("a"))
    assert accumulator.usage is None
    assert "usage" not in accumulator.snapshot().model_dump()
    dump = snapshot(
        chunk(choice("stop"), usage={"total_tokens": 1}),
        chunk(usage={"total_tokens": 2, "num_cached_tokens": 1, "tier": {"name": "x"}}),
        chunk(usage=None),
    )
    assert dump["usage"] == {"total_tokens": 2, "num_cached_tokens": 1, "tier": {"name": "x"}}


# --- choices -----------------------------------------------------------------


def test_choices_are_told_apart_and_come_in_the_order_of_their_indexes() -> None:
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


@pytest.mark.parametrize("role", ["assistant", None, "", "bot", 5])
def test_a_message_is_the_assistants_whatever_role_the_stream_gives(role: object) -> None:
    assert message(chunk(choice(role=role, content="a"))) == {"role": "assistant", "content": "a"}


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


def test_probabilities_of_tokens_are_strung_together() -> None:
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


def test_those_of_the_prompt_are_kept_too() -> None:
    odd = {**choice(content="a"), "prompt_logprobs": {"content": [{"token": "p"}]}}
    (only,) = snapshot(chunk(odd), said("b"))["choices"]
    assert only["prompt_logprobs"] == {"content": [{"token": "p"}]}


def test_probabilities_of_another_form_are_kept_as_they_came() -> None:
    def kept(*odd: object) -> object:
        chunks = [chunk({**choice(content="a"), "logprobs": each}) for each in odd]
        return snapshot(*chunks)["choices"][0]["logprobs"]

    assert kept([1], "x") == "x"
    assert kept("x", {"content": None, "tokens": ["a"]}, {"content": 5, "tokens": ["b"]}) == {
        "content": 5,
        "tokens": ["a", "b"],
    }


# --- content -----------------------------------------------------------------

NOTHING: list[Any] = [(), ("",), (None,), ([],), ("", None, [])]


@pytest.mark.parametrize("contents", NOTHING, ids=repr)
def test_a_content_of_nothing_is_an_empty_string(contents: tuple[Any, ...]) -> None:
    assert message(chunk(choice()), *(said(each) for each in contents))["content"] == ""


@pytest.mark.parametrize("contents", NOTHING, ids=repr)
def test_beside_tool_calls_it_is_null(contents: tuple[Any, ...]) -> None:
    call = chunk(choice(tool_calls=[{"id": "a", "function": {"name": "f", "arguments": "{}"}}]))
    assert message(*(said(each) for each in contents), call)["content"] is None


TEXT = {"type": "text", "text": "b"}
REFERENCE = {"type": "reference", "reference_ids": [1, "x"]}
UNKNOWN = {"type": "hologram", "text": "not a text"}


def test_text_is_a_string_whether_it_came_as_strings_or_as_chunks() -> None:
    assert content("a", [TEXT], [TEXT, TEXT], "c") == "abbbc"
    assert content([TEXT]) == "b"


def test_chunks_of_other_types_keep_their_place_in_the_text() -> None:
    assert content("a", [REFERENCE, TEXT, UNKNOWN], "c", [TEXT]) == [
        {"type": "text", "text": "a"},
        REFERENCE,
        TEXT,
        UNKNOWN,
        {"type": "text", "text": "cb"},
    ]
    accumulator = accumulated(*map(said, ["a", [REFERENCE, TEXT, UNKNOWN], "c", [TEXT]]))
    assert accumulator.choices[0].text == "abcb"


ODD: list[tuple[Any, Any, str]] = [
    (["a", "b"], "ab", "ab"),
    (["a", 5, TEXT], [{"type": "text", "text": "a"}, 5, TEXT], "ab"),
    ([TEXT, None, TEXT], [TEXT, None, TEXT], "bb"),
    ([TEXT, ["a"]], [TEXT, ["a"]], "b"),
    (TEXT, "b", "b"),
    ({"text": "no type"}, [{"text": "no type"}], ""),
    ([{"type": "text", "text": None}], [{"type": "text", "text": None}], ""),
    (5, [5], ""),
]


@pytest.mark.parametrize(("odd", "expected", "text"), ODD, ids=[repr(odd) for odd, *_ in ODD])
def test_nothing_of_an_odd_content_is_lost(odd: Any, expected: Any, text: str) -> None:
    assert content(odd) == expected
    assert accumulated(said(odd)).choices[0].text == text


# --- thinking ----------------------------------------------------------------


def test_adjacent_thinking_is_one_thought_whatever_closed_says() -> None:
    assert content(
        [thinking("One", closed=True)],
        [thinking(" two")],
        "",
        [thinking(" three", closed=True), thinking(), thinking(" four")],
        [{"type": "text", "text": ""}],
        [thinking(" five"), {"type": "text", "text": "So"}],
        " be it",
    ) == [
        thinking("One two three four five", closed=True),
        {"type": "text", "text": "So be it"},
    ]


def test_thinking_after_text_is_another_thought() -> None:
    assert content([thinking("a")], "b", [thinking("c")], [thinking("d")]) == [
        thinking("a"),
        {"type": "text", "text": "b"},
        thinking("cd"),
    ]


def test_an_empty_thought_is_kept() -> None:
    assert content([thinking()]) == [thinking()]


def test_references_keep_their_place_in_a_thought() -> None:
    tool = {"type": "tool_reference", "tool": "web_search", "title": "A page"}
    assert content([thinking("a", REFERENCE)], [thinking(tool, "b"), thinking("c", UNKNOWN)]) == [
        thinking("a", REFERENCE, tool, "bc", UNKNOWN)
    ]


def test_of_the_other_fields_of_thinking_the_last_that_is_not_null_is_kept() -> None:
    first = thinking("a", signature="old", closed=False, level=1)
    last = thinking("b", signature=None, closed=None, level=None, seen="x")
    assert content([first], [thinking("", signature="new")], [last]) == [
        thinking("ab", signature="new", closed=False, level=1, seen="x")
    ]


def test_a_thoughts_text_can_be_read_as_the_answers_text_can() -> None:
    accumulator = accumulated(said([thinking("a", REFERENCE, "b")]), said([thinking("c")]))
    (thought,) = accumulator.choices[0]._parts
    assert isinstance(thought, accumulate.Thought)
    assert thought.text == "abc"
    assert accumulator.choices[0].text == ""


# --- whatever a server sends -------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab"), inner, max_size=2),
    max_leaves=4,
)


def object_of(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of the fields, each as it should be or anything."""
    optional = {name: field | JSON for name, field in fields.items()}
    return st.fixed_dictionaries({}, optional={**optional, "unknown": JSON})


PARTS = st.lists(
    JSON
    | st.just(TEXT)
    | object_of(type=st.just("text"), text=st.text("ab"))
    | object_of(
        type=st.just("thinking"), thinking=st.lists(st.just(TEXT) | JSON), closed=st.booleans()
    ),
    max_size=3,
)
PIECES = st.lists(
    object_of(
        id=st.sampled_from(["a", "b", "", "null"]),
        index=st.integers(0, 1),
        type=st.just("function"),
        function=object_of(name=st.sampled_from(["f", ""]), arguments=st.text("ab")),
    ),
    max_size=2,
)
CHOICES = st.lists(
    object_of(
        index=st.integers(0, 1),
        finish_reason=st.sampled_from(["stop", None]),
        delta=object_of(
            role=st.just("assistant"), content=st.text("ab") | PARTS, tool_calls=PIECES
        ),
        logprobs=object_of(content=st.lists(object_of(token=st.text("ab")), max_size=2)),
        messages=JSON,
        message=JSON,
    ),
    max_size=2,
)
CHUNKS = st.lists(
    object_of(id=st.text("ab"), choices=CHOICES, usage=object_of(total_tokens=st.integers())),
    max_size=4,
)


@given(CHUNKS)
def test_whatever_is_read_as_a_chunk_adds_up(chunks: list[dict[str, Any]]) -> None:
    """Any sequence of events that parse gives a snapshot, and one that dumps without a warning.

    It has all the text that the events have as strings and as text chunks.
    """
    accumulator = Accumulator()
    text: dict[int, str] = {}
    for each in chunks:
        try:
            event = parse_chunk(json.dumps(each).encode())
        except ValidationError:
            continue
        for one, sent in zip(event.choices, each.get("choices") or [], strict=True):
            content = (sent.get("delta") or {}).get("content")
            text[one.index] = text.get(one.index, "") + text_in(content)
        accumulator.add(event)
        accumulator.snapshot().model_dump_json()
    assert {choice.index: choice.text for choice in accumulator.choices} == text


def text_in(content: Any) -> str:
    """The text in a delta's content, as the wire has it."""
    return "".join(map(text_of, content if isinstance(content, list) else [content]))


def text_of(part: Any) -> str:
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else part
    return text if isinstance(text, str) else ""


# --- the cost ----------------------------------------------------------------

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


@pytest.mark.parametrize("kind", KINDS)
def test_twice_as_many_deltas_are_twice_the_work(kind: str) -> None:
    once, twice = many(kind, 500), many(kind, 1000)
    add_all(once)  # what is made at first use
    ratio = count_steps(lambda: add_all(twice)) / count_steps(lambda: add_all(once))
    assert ratio < 2.05
    assert count_steps(lambda: add_all(twice)) < 80 * len(twice)


@pytest.mark.parametrize("kind", KINDS)
def test_a_delta_is_kept_without_copying_those_before_it(kind: str) -> None:
    def allocated(count: int) -> int:
        accumulator = Accumulator()
        chunks = many(kind, count)
        return measure_memory(lambda c=c: accumulator.add(c) for c in chunks).allocated

    allocated(10)
    assert allocated(2000) < 2.5 * allocated(1000)


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
    assert measure_memory([accumulator.choices[0].content]).peak < size / 100
    assert measure_memory([lambda: accumulator.add(more)]).peak < size / 100
