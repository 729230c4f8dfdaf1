"""Answers of Mistral's and of compatible servers (wire-format sections 5, 10 and 12)."""

import copy
import json
import pickle
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from mistralai.client.models import (
    BaseModelCard,
    ChatCompletionChoice,
    ChatCompletionResponse,
    CompletionChunk,
    CompletionEvent,
    CompletionResponseStreamChoice,
    DeltaMessage,
    EmbeddingResponse,
    FIMCompletionResponse,
    FTModelCard,
    ModelList,
    UnknownContentChunk,
    UnknownModelListData,
    UsageInfo,
)
from mistralai.client.models.parse import event_of, parse_chunk
from mistralai.client.types import UNSET

TEXT = st.text('a"\\é\u2028😀', max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


def read(chunk: dict[str, Any]) -> CompletionChunk:
    return parse_chunk(json.dumps(chunk).encode())


def test_absent_fields_read_as_none_and_are_distinguished_from_null() -> None:
    chunk = read({"id": None, "choices": [{"delta": {"content": None}}]})
    assert (chunk.id, chunk.model, chunk.created, chunk.usage) == (None, None, None, None)
    assert chunk.model_fields_set == {"id", "choices"}
    delta = chunk.choices[0].delta
    assert (delta.content, delta.tool_calls, delta.role) == (None, None, None)
    assert delta.model_fields_set == {"content"}
    assert delta.model_dump() == {"content": None}


def test_a_delta_that_is_empty_null_or_absent_reads_as_an_empty_one(
    subtests: pytest.Subtests,
) -> None:
    for delta in [{"delta": {}}, {"delta": None}, {"index": None}, {}]:
        with subtests.test(delta=delta):
            choice = read({"choices": [delta]}).choices[0]
            assert choice.delta == DeltaMessage()
            assert choice.finish_reason is None
            assert choice.index == 0


def test_choices_that_are_empty_null_or_absent_read_as_none_at_all(
    subtests: pytest.Subtests,
) -> None:
    for choices in [{"choices": []}, {"choices": None}, {}]:
        with subtests.test(choices=choices):
            assert read({"usage": {"prompt_tokens": 1}, **choices}).choices == []
            assert ChatCompletionResponse.model_validate(choices).choices == []


def test_a_value_of_the_wrong_type_is_kept_unchanged(subtests: pytest.Subtests) -> None:
    for field, value in [("id", 5), ("created", 1.5), ("created", "now"), ("model", ["a"])]:
        with subtests.test(field=field, value=value):
            chunk = read({field: value})
            assert getattr(chunk, field) == value
            assert chunk.model_dump(exclude_unset=True) == {field: value}


@given(st.dictionaries(st.sampled_from(["id", "model", "object", "created", "later"]), JSON))
def test_any_json_in_a_plain_field_is_kept(fields: dict[str, Any]) -> None:
    """Any JSON in a field that the package does not interpret is dumped as it was received."""
    chunk = read({**fields, "choices": []})
    assert chunk.model_dump(exclude_unset=True) == {**fields, "choices": []}
    assert json.loads(chunk.model_dump_json(exclude_unset=True)) == {**fields, "choices": []}


@given(JSON)
def test_a_delta_keeps_any_content(content: Any) -> None:
    """Any JSON as content is text, a list of chunks that dump unchanged, or is kept as it is."""
    chunk = read({"choices": [{"delta": {"content": content}}]})
    assert chunk.model_dump()["choices"][0]["delta"]["content"] == content


def test_a_value_that_breaks_the_structure_is_an_error(subtests: pytest.Subtests) -> None:
    for wrong in [{"choices": "?"}, {"choices": [{"delta": "?"}]}, {"usage": "?"}]:
        with subtests.test(wrong=wrong), pytest.raises(ValidationError):
            read(wrong)


def test_what_is_not_a_json_object_is_an_error(subtests: pytest.Subtests) -> None:
    for wrong in [b"", b"[DONE]", b"{", b"[]", b"null", b'"text"', b"\xff"]:
        with subtests.test(wrong=wrong), pytest.raises(ValidationError):
            parse_chunk(wrong)


def test_an_error_object_reads_as_a_chunk_without_choices_that_has_it_in_its_extras() -> None:
    chunk = parse_chunk(b'{"object":"error","message":"no","code":1300}')
    assert chunk.choices == []
    assert chunk.object == "error"
    assert chunk.model_extra == {"message": "no", "code": 1300}


def test_a_finish_reason_is_null_where_it_is_empty_and_else_unchanged() -> None:
    cases = [("", None), (None, None), ("stop", "stop"), ("new", "new"), (" ", " "), (5, 5)]
    for cls in (CompletionResponseStreamChoice, ChatCompletionChoice):
        for given_, expected in [*cases, (["stop"], ["stop"]), (True, True)]:
            parsed = cls.model_validate_json(json.dumps({"finish_reason": given_}))
            for choice in (parsed, cls(finish_reason=given_)):
                assert choice.finish_reason == expected, (cls, given_)
                assert choice.model_dump()["finish_reason"] == expected, (cls, given_)
        schema = cls.model_json_schema()["properties"]["finish_reason"]
        assert [each["type"] for each in schema["anyOf"]] == ["string", "string", "null"]


def test_new_finish_reasons_and_roles_pass() -> None:
    choice = read({"choices": [{"finish_reason": "bored", "delta": {"role": "ghost"}}]}).choices[0]
    assert (choice.finish_reason, choice.delta.role) == ("bored", "ghost")
    assert type(choice.finish_reason) is str


PIECES: list[tuple[dict[str, Any], str, str, str | None, int | None]] = [
    ({"id": "a", "index": 0, "function": {"name": "f"}}, "f", "", "a", 0),
    ({"index": 0, "function": {"arguments": '{"x'}}, "", '{"x', None, 0),
    ({"function": {"name": "", "arguments": ""}}, "", "", None, None),
    ({"function": {"name": None, "arguments": None}}, "", "", None, None),
    ({"index": None, "id": None, "function": None}, "", "", None, None),
    ({}, "", "", None, None),
]


def test_pieces_of_a_tool_call_may_lack_anything(subtests: pytest.Subtests) -> None:
    for piece, *expected in PIECES:
        with subtests.test(piece=piece):
            chunk = read({"choices": [{"delta": {"tool_calls": [piece]}}]})
            calls = chunk.choices[0].delta.tool_calls
            assert calls is not None
            (call,) = calls
            found = [call.function.name, call.function.arguments, call.id, call.index]
            assert found == expected


def test_extra_keys_anywhere_are_kept_and_reachable() -> None:
    chunk = read(
        {
            "system_fingerprint": "x",
            "choices": [
                {"token_ids": [1], "stop_reason": None, "delta": {"reasoning_content": "so"}}
            ],
        }
    )
    assert chunk.system_fingerprint == "x"  # type: ignore[attr-defined]  # not declared, but kept
    choice = chunk.choices[0]
    assert choice.model_extra == {"token_ids": [1], "stop_reason": None}
    assert choice.delta.model_extra == {"reasoning_content": "so"}
    assert choice.model_dump()["stop_reason"] is None


def test_padding_is_dropped_without_a_trace() -> None:
    padded = read({"id": "a", "p": "abc"})
    assert padded == read({"id": "a"})
    assert padded.model_fields_set == {"id"}
    assert padded.model_extra == {}
    assert not hasattr(padded, "p")


def test_a_bytearray_is_read_like_bytes() -> None:
    assert parse_chunk(bytearray(b'{"id":"a"}')).id == "a"


def test_an_event_holds_the_very_chunk() -> None:
    chunk = read({"id": "a"})
    event = event_of(chunk)
    assert type(event) is CompletionEvent
    assert event.data is chunk
    assert event == CompletionEvent(data=chunk)
    assert event.model_dump(exclude_unset=True) == {"data": {"id": "a"}}


def test_hand_made_stream_models_take_unset() -> None:
    delta = DeltaMessage(content="x", role=UNSET, tool_calls=UNSET)  # type: ignore[arg-type]  # as the generated SDK took it
    assert delta.model_dump() == {"content": "x"}
    assert delta.tool_calls is None


def test_logprobs_are_typed_where_they_fit_and_kept_where_not() -> None:
    token = {"token": "a", "logprob": -0.5, "bytes": [97], "token_id": 1, "top_logprobs": None}
    choice = read({"choices": [{"logprobs": {"content": [token]}, "prompt_logprobs": [1]}]})
    found = choice.choices[0].logprobs
    assert found is not None
    assert found.content is not None
    assert (found.content[0].bytes_, found.content[0].logprob) == ([97], -0.5)
    assert choice.choices[0].prompt_logprobs == [1]  # type: ignore[comparison-overlap]  # kept as it came
    assert found.model_dump() == {"content": [token]}


def test_usage_reads_as_none_where_unknown_and_keeps_new_fields() -> None:
    assert UsageInfo().prompt_tokens is None
    usage = UsageInfo.model_validate(
        {
            "prompt_tokens": 10,
            "prompt_tokens_details": {"cached_tokens": 4, "later": 1},
            "num_cached_tokens": None,
            "service_tier": "standard",
        }
    )
    assert usage.additional_properties == {"num_cached_tokens": None}
    assert usage.num_cached_tokens is None  # type: ignore[attr-defined]  # not declared, but kept
    details = usage.prompt_tokens_details
    assert details is not None
    assert (details.cached_tokens, details["cached_tokens"], details.get("later")) == (4, 4, 1)
    assert details.get("absent", 0) == 0
    with pytest.raises(KeyError):
        details["absent"]
    assert isinstance(details, Mapping)  # agent-framework adds up the mappings of a usage
    assert (len(details), dict(details)) == (2, {"cached_tokens": 4, "later": 1})
    assert details == {"cached_tokens": 4, "later": 1}
    assert details == type(details)(cached_tokens=4, later=1)  # type: ignore[call-arg]  # kept too
    assert details != {"cached_tokens": 4}
    assert usage.prompt_tokens is not None
    usage.prompt_tokens += 1
    usage.additional_properties = {"x": 1}
    assert usage.model_dump() == {
        "prompt_tokens": 11,
        "prompt_tokens_details": {"cached_tokens": 4, "later": 1},
        "service_tier": "standard",
        "x": 1,
    }


def test_additional_properties_of_a_constructed_usage_can_be_filled() -> None:
    usage = UsageInfo.model_construct(prompt_tokens=1)
    usage.additional_properties["x"] = 2
    assert usage.model_dump() == {"prompt_tokens": 1, "x": 2}


ANSWERS: list[type[BaseModel]] = [ChatCompletionResponse, FIMCompletionResponse, EmbeddingResponse]


def test_an_answer_may_lack_everything(subtests: pytest.Subtests) -> None:
    for cls in ANSWERS:
        with subtests.test(cls.__name__):
            answer = cls.model_validate({})
            assert {value for _, value in answer if not isinstance(value, list)} == {None}


def test_an_answer_knows_its_headers_outside_dumps_copies_and_comparisons() -> None:
    answer = ChatCompletionResponse.model_validate({"id": "a"})
    assert (dict(answer.headers), answer.request_id) == ({}, None)
    twin = answer.model_copy(deep=True)
    assert answer.attach_response({"x": "y"}, "123") is answer
    assert (answer.headers["x"], answer.request_id) == ("y", "123")
    assert answer == twin
    assert answer.model_dump() == twin.model_dump()
    assert pickle.loads(pickle.dumps(answer)) == copy.deepcopy(answer) == twin


def test_the_messages_of_an_agent_are_read() -> None:
    answer = ChatCompletionResponse.model_validate(
        {"choices": [{"messages": [{"role": "tool", "content": "4", "tool_call_id": "a"}]}]}
    )
    messages = answer.choices[0].messages
    assert messages is not None
    assert messages[0].tool_call_id == "a"


def test_model_cards_are_distinguished_and_foreign_ones_are_read_too() -> None:
    cards = ModelList.model_validate(
        {
            "data": [
                {
                    "id": "a",
                    "type": "base",
                    "capabilities": {"vision": True},
                    "deprecation": "soon",
                },
                {
                    "id": "b",
                    "type": "fine-tuned",
                    "job": "j",
                    "deprecation": "2026-01-02T03:04:05Z",
                },
                {"id": "c", "object": "model", "max_model_len": 9},
                {"id": "d", "type": "dreamt"},
            ]
        }
    ).data
    base, tuned, foreign, unknown = cards
    assert isinstance(base, BaseModelCard)
    assert (base.id, base.capabilities.vision, base.capabilities.ocr) == ("a", True, None)
    assert base.deprecation == "soon"  # type: ignore[comparison-overlap]  # kept as it came
    assert isinstance(tuned, FTModelCard)
    assert tuned.deprecation is not None
    assert tuned.deprecation.year == 2026
    assert isinstance(foreign, BaseModelCard)
    assert foreign.model_extra == {"max_model_len": 9}
    assert isinstance(unknown, UnknownModelListData)
    assert (unknown.type, unknown.raw["id"]) == ("dreamt", "d")


def test_embeddings_are_numbers_or_text() -> None:
    data = EmbeddingResponse.model_validate(
        {"data": [{"embedding": [0.5, 1], "index": 0}, {"embedding": "AAAA", "index": 1}]}
    ).data
    assert [vector.embedding for vector in data] == [[0.5, 1.0], "AAAA"]


def test_a_delta_can_have_text_chunks_and_unknown_ones() -> None:
    content = [{"type": "text", "text": "a"}, {"type": "hologram"}]
    delta = read({"choices": [{"delta": {"content": content}}]}).choices[0].delta
    assert isinstance(delta.content, list)
    assert [type(chunk).__name__ for chunk in delta.content] == ["TextChunk", "UnknownContentChunk"]
    assert isinstance(delta.content[1], UnknownContentChunk)
