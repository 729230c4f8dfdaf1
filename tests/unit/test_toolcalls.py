import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mistralai.client._answer.toolcalls import ToolCalls
from mistralai.client.deltas import ToolCallDelta
from mistralai.client.models import ToolCall
from support.callpieces import added, fields, piece
from support.chunks import chunk_of, read
from support.work import count_steps

# --- written out --------------------------------------------------------------


def test_two_calls_in_one_delta_without_an_index_are_two() -> None:
    """The API sent them so until 2026; a reader that goes by the index alone breaks them."""
    delta = [
        {"id": "aaaaaaaaa", "function": {"name": "f", "arguments": '{"x": 1}'}},
        {"id": "bbbbbbbbb", "function": {"name": "f", "arguments": '{"x": 2}'}},
    ]
    assert added(delta).fields() == [
        {
            "id": "aaaaaaaaa",
            "type": "function",
            "function": {"name": "f", "arguments": '{"x": 1}'},
        },
        {
            "id": "bbbbbbbbb",
            "type": "function",
            "function": {"name": "f", "arguments": '{"x": 2}'},
        },
    ]


def test_an_index_that_is_used_again_with_a_new_id_is_a_new_call() -> None:
    assert fields(
        {"id": "a", "index": 0, "type": "function", "function": {"name": "f", "arguments": ""}},
        {"index": 0, "function": {"name": "", "arguments": '{"x"'}},
        {"index": 0, "function": {"name": "", "arguments": ": 1}"}},
        {"id": "b", "index": 0, "type": "function", "function": {"name": "g", "arguments": ""}},
        {"index": 0, "function": {"name": "", "arguments": "{}"}},
    ) == [
        {
            "id": "a",
            "index": 0,
            "type": "function",
            "function": {"name": "f", "arguments": '{"x": 1}'},
        },
        {"id": "b", "index": 0, "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ]


def test_arguments_without_a_name_continue_the_call_that_has_one() -> None:
    """Servers that follow OpenAI's format to the letter send them so."""
    assert fields(
        {"id": "a", "index": 0, "type": "function", "function": {"name": "f"}},
        {"index": 0, "function": {"arguments": '{"x"'}},
        {"index": 0, "function": {"arguments": ": 1}"}},
    ) == [
        {
            "id": "a",
            "index": 0,
            "type": "function",
            "function": {"name": "f", "arguments": '{"x": 1}'},
        }
    ]


# --- how calls are distinguished ----------------------------------------------


DOCUMENT = Path(__file__).parents[2] / "docs" / "wire-format.md"
NAMES = {"name again": "f", "name empty": ""}
VALUES = {
    "same": [(("a", 0), ("a", 0))],
    "different": [(("a", 0), ("b", 1))],
    "absent": [(("a", 0), (None, None)), ((None, None), (None, None))],
}
"""Ids and indexes of two pieces: an absent one is absent in the second, or in both."""


def documented() -> list[tuple[str, str, str, int]]:
    """Return the table of the documentation: id, index, name, and the number of calls."""
    text = DOCUMENT.read_text(encoding="utf-8")
    _, *rows = re.findall(r"^  \| (\w+) \| (\w+) \| (.+) \| (.+) \|$", text, re.MULTILINE)
    return [
        (id_, index, name, {"one call": 1, "two calls": 2}[outcome])
        for id_, index, *outcomes in rows
        for name, outcome in zip(NAMES, outcomes, strict=True)
    ]


def test_two_pieces_are_the_calls_that_the_documentation_says(subtests: pytest.Subtests) -> None:
    table = documented()
    assert len(table) == 18
    for id_, index, name, count in table:
        with subtests.test(id=id_, index=index, name=name):
            for (first_id, _), (second_id, _) in VALUES[id_]:
                for (_, first_index), (_, second_index) in VALUES[index]:
                    first = piece("[1", id=first_id, index=first_index, name="f")
                    second = piece("]", id=second_id, index=second_index, name=NAMES[name])
                    check_two_pieces(first, second, count)


def check_two_pieces(first: dict[str, Any], second: dict[str, Any], count: int) -> None:
    """Check that two pieces, in one delta and in two, are as many calls as `count`."""
    one = [(first.get("id"), "f", "[1]")]
    two = [
        (first.get("id"), "f", "[1"),
        (second.get("id"), second["function"]["name"] or None, "]"),
    ]
    expected = one if count == 1 else two
    for deltas in ([[first], [second]], [[first, second]]):
        answer, received = read(*(chunk_of({"tool_calls": delta}) for delta in deltas))
        choice = answer.choice(0)
        assert choice is not None
        assert [(call.id, call.name, call.arguments) for call in choice.calls] == expected, deltas
        assert received == [
            ToolCallDelta(0, 0, first.get("id"), "f", "[1"),
            ToolCallDelta(0, count - 1, *expected[-1][:2], "]"),
        ], deltas


def test_a_piece_without_an_id_continues_the_newest_call_of_its_index() -> None:
    calls = added(
        [piece("a", id="one", index=0), piece("b", id="two", index=1)],
        [piece("c", index=0), piece("d", index=1), piece("e", id="three", index=0)],
        [piece("f", index=0), piece("g", index=1), piece("h", id="one", index=0)],
        [piece("i", index=0)],
    )
    arguments = [(call.id, call.place, call.arguments) for call in calls]
    assert arguments == [("one", 0, "achi"), ("two", 1, "bdg"), ("three", 2, "ef")]


def test_calls_of_one_id_are_distinguished_by_their_indexes_to_the_end() -> None:
    calls = added(
        [piece("a", id="x", name="f", index=0), piece("b", id="x", name="g", index=1)],
        [piece("c", id="x", index=0), piece("d", id="x", index=1), piece("e", id="x")],
        [piece("f", index=0), piece("g", index=1), piece("h", id="x", name="f", index=2)],
    )
    found = [(call.place, call.name, call.index, call.arguments) for call in calls]
    assert found == [(0, "f", 0, "acf"), (1, "g", 1, "bdeg"), (2, "f", 2, "h")]


def test_a_call_that_had_no_index_takes_the_first_that_comes() -> None:
    calls = added([piece("a", id="x"), piece("b", id="x", index=1), piece("c", id="x", index=2)])
    assert [(call.index, call.arguments) for call in calls] == [(1, "ab"), (2, "c")]


def test_an_absent_index_is_not_0() -> None:
    calls = added([piece("a", id="one", index=0), piece("b", id="two")])
    calls.add(
        [ToolCall.model_validate(piece(text, index=i)) for text, i in [("c", 0), ("d", None)]]
    )
    assert [call.arguments for call in calls] == ["ac", "bd"]
    assert [call.index for call in calls] == [0, None]


def test_a_piece_without_id_and_index_continues_the_last_call() -> None:
    assert [c.arguments for c in added([piece("a", id="x", index=4), piece("b")])] == ["ab"]


def test_without_ids_another_name_is_another_call() -> None:
    calls = added([piece("1", name="f"), piece("2", name=""), piece("3", name="f")])
    assert [(call.name, call.arguments) for call in calls] == [("f", "123")]
    calls = added([piece("1", name="f"), piece("2", name="g"), piece("3")])
    assert [(call.name, call.arguments) for call in calls] == [("f", "1"), ("g", "23")]


def test_an_id_that_names_nothing_is_none(subtests: pytest.Subtests) -> None:
    for id_ in ["", "null", None]:
        with subtests.test(id_=id_):
            (call,) = added([{"id": id_, "function": {"name": "f", "arguments": "{}"}}])
            assert call.id is None
            assert "id" not in call.fields()


def test_adding_pieces_returns_the_call_of_each() -> None:
    calls = ToolCalls()
    pieces = [piece(id="a", index=0), piece(id="b", index=1), piece("x", index=0)]
    found = calls.add([ToolCall.model_validate(each) for each in pieces])
    assert [call.place for call in found] == [0, 1, 0]
    assert list(calls) == found[:2]
    assert len(calls) == 2
    assert not ToolCalls()


# --- whatever a server sends --------------------------------------------------


def test_ids_that_are_numbers_distinguish_calls_too() -> None:
    calls = added([piece("a", id=1, name="f"), piece("b", id=2, name="f"), piece("c", id=1)])
    assert [(call.id, call.arguments) for call in calls] == [(1, "ac"), (2, "b")]


def test_ids_that_are_neither_strings_nor_numbers_distinguish_nothing(
    subtests: pytest.Subtests,
) -> None:
    for odd in [{"a": 1}, ["a"], 1.5, False]:
        with subtests.test(odd=odd):
            calls = added([piece("a", id=odd, name="f"), piece("b", id=odd)])
            assert [(call.id, call.arguments) for call in calls] == [(None, "ab")]


def test_an_index_that_is_not_a_number_counts_as_absent_and_is_kept() -> None:
    assert fields(piece("a", id="x", index=["odd"]), piece("b", index="odd")) == [
        {
            "id": "x",
            "index": ["odd"],
            "type": "function",
            "function": {"name": "", "arguments": "ab"},
        }
    ]


def test_arguments_that_are_not_a_string_are_kept_as_they_are(subtests: pytest.Subtests) -> None:
    for arguments in [{"x": 1}, {}, ["x"], 5]:
        with subtests.test(arguments=arguments):
            assert fields(piece(arguments, id="a", name="f"), piece("", name="")) == [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": arguments}}
            ]


def test_a_null_function_adds_nothing() -> None:
    nothing = {"index": 0, "function": None}
    assert fields(nothing, piece("{}", id="a", name="f", index=0), nothing, {"index": 0}) == [
        {"index": 0, "type": "function", "function": {"name": "", "arguments": ""}},
        {"id": "a", "index": 0, "type": "function", "function": {"name": "f", "arguments": "{}"}},
    ]


def test_a_name_in_a_later_piece_is_taken() -> None:
    assert fields(piece("", id="a"), piece("{}", name="f")) == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    ]


def test_the_type_of_the_first_piece_is_kept() -> None:
    assert fields(piece(id="a", type="custom"), piece("x", type="function"))[0]["type"] == "custom"


def test_unknown_fields_are_kept_and_a_null_takes_nothing_away() -> None:
    (call,) = fields(
        piece(id="a", index=0, extra_content={"signature": "s"}, seen=1),
        {"index": 0, "function": {}, "extra_content": None, "seen": 2, "other": None},
    )
    assert (call["extra_content"], call["seen"], call["other"]) == ({"signature": "s"}, 2, None)


def test_a_call_in_many_pieces_is_joined_once_for_each_read() -> None:
    def grow(count: int) -> Callable[[], object]:
        pieces = [ToolCall.model_validate(piece("[1, ", index=0)) for _ in range(count)]
        return lambda: [ToolCalls().add(pieces)[-1].arguments]

    grow(1)()
    assert count_steps(grow(1000)) < 2.05 * count_steps(grow(500))
    calls = added([piece("ab", id="a"), piece("cd")])
    (call,) = calls
    assert call.arguments is call.arguments
