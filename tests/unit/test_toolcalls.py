import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mistralai.client._answer.toolcalls import ToolCalls
from mistralai.client.deltas import ToolCallDelta
from mistralai.client.models import ToolCall
from support import naive_reader
from support.chunks import chunk_of, read
from support.work import count_steps

PARIS = ("a1B2c3D4e", "get_weather", '{"city": "Paris", "days": [1, 2]}')
OSLO = ("f5G6h7I8j", "get_weather", '{"city": "Oslo \\u2600"}')


def piece(arguments: Any = None, name: Any = None, **fields: Any) -> dict[str, Any]:
    """A piece of a call as the wire has it; what is `None` is absent."""
    function = {"name": name, "arguments": arguments}
    given = {key: value for key, value in fields.items() if value is not None}
    return given | {"function": {k: v for k, v in function.items() if v is not None}}


def added(*deltas: list[dict[str, Any]]) -> ToolCalls:
    calls = ToolCalls()
    for delta in deltas:
        calls.add([ToolCall.model_validate(each) for each in delta])
    return calls


def fields(*pieces: dict[str, Any]) -> list[dict[str, Any]]:
    """What pieces, each in a delta of its own, come to."""
    return added(*([each] for each in pieces)).fields()


# --- the matrix --------------------------------------------------------------

INDEXES: dict[str, tuple[Any, Any]] = {
    "index present": (0, 1),
    "index absent": (None, None),
    "index always 0": (0, 0),
    "index reused with a new id": (3, 3),
}


def whole(call: tuple[str, str, str]) -> list[list[str]]:
    return [[call[2]]]


def in_two(call: tuple[str, str, str]) -> list[list[str]]:
    return [[call[2][:cut], call[2][cut:]] for cut in range(len(call[2]) + 1)]


def in_characters(call: tuple[str, str, str]) -> list[list[str]]:
    return [["", *call[2]]]


def pieces_of(
    call: tuple[str, str, str], index: int | None, arguments: list[str], *, later: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """The pieces of a call: the first names it, the later ones say what `later` says."""
    yield piece(arguments[0], id=call[0], name=call[1], type="function", index=index)
    for more in arguments[1:]:
        yield piece(more, index=index, **later)


LATER: dict[str, Callable[[tuple[str, str, str]], dict[str, Any]]] = {
    "later pieces have nothing": lambda _: {},
    "later pieces have empty names": lambda _: {"name": ""},
    "later pieces have null ids": lambda _: {"id": "null", "name": ""},
    "later pieces have the id": lambda call: {"id": call[0]},
    "later pieces have the id and the name": lambda call: {"id": call[0], "name": call[1]},
}


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("cut", [whole, in_two, in_characters])
@pytest.mark.parametrize("calls", [[PARIS], [PARIS, OSLO]], ids=["one call", "two calls"])
@pytest.mark.parametrize("index", INDEXES)
def test_calls_come_out_whole(
    index: str,
    calls: list[tuple[str, str, str]],
    cut: Callable[[tuple[str, str, str]], list[list[str]]],
    later: str,
) -> None:
    for cuts in zip(*map(cut, calls), strict=False):
        pieces = [
            each
            for call, place, arguments in zip(calls, INDEXES[index], cuts, strict=False)
            for each in pieces_of(call, place, arguments, later=LATER[later](call))
        ]
        expected = [
            {
                "id": call[0],
                "type": "function",
                "function": {"name": call[1], "arguments": call[2]},
                **({} if place is None else {"index": place}),
            }
            for call, place in zip(calls, INDEXES[index], strict=False)
        ]
        assert fields(*pieces) == expected
        assert added(pieces).fields() == expected  # all in one delta
        assert naively(pieces) == [*calls] or later == "later pieces have null ids"


def naively(pieces: list[dict[str, Any]]) -> list[tuple[str | None, str, str]]:
    """What the naive reader makes of pieces."""
    calls: list[naive_reader.Call] = []
    for each in pieces:
        naive_reader.add_piece(calls, each)
    return [(call.id, call.name, call.arguments) for call in calls]


@pytest.mark.parametrize("ids", [True, False], ids=["ids in the first pieces", "no ids at all"])
def test_pieces_of_calls_with_indexes_may_be_mixed(ids: bool) -> None:
    both = [
        list(pieces_of(call, index, list(call[2]), later={}))
        for index, call in enumerate([PARIS, OSLO])
    ]
    if not ids:
        del both[0][0]["id"], both[1][0]["id"]
    mixed = [each for pair in zip(*both, strict=False) for each in pair]
    shorter = len(both[1])
    calls = added(mixed, both[0][shorter:])
    assert [(call.id, call.arguments) for call in calls] == [
        (PARIS[0] if ids else None, PARIS[2]),
        (OSLO[0] if ids else None, OSLO[2]),
    ]


# --- written out -------------------------------------------------------------


def test_two_calls_in_one_delta_without_an_index_are_two() -> None:
    """As the API sent them until 2026; what keys on the index alone makes one broken call."""
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


def test_arguments_without_a_name_go_on_with_the_call_that_has_one() -> None:
    """As servers do that speak OpenAI's format to the letter."""
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


# --- what tells calls apart --------------------------------------------------

DOCUMENT = Path(__file__).parents[2] / "docs" / "wire-format.md"
NAMES = {"name again": "f", "name empty": ""}
VALUES = {
    "same": [(("a", 0), ("a", 0))],
    "different": [(("a", 0), ("b", 1))],
    "absent": [(("a", 0), (None, None)), ((None, None), (None, None))],
}
"""Ids and indexes of two pieces. What is absent is so in the second, or in both."""


def documented() -> list[tuple[str, str, str, int]]:
    """The table of the documentation: id, index, name, and the number of calls."""
    text = DOCUMENT.read_text(encoding="utf-8")
    _, *rows = re.findall(r"^  \| (\w+) \| (\w+) \| (.+) \| (.+) \|$", text, re.MULTILINE)
    return [
        (id_, index, name, {"one call": 1, "two calls": 2}[outcome])
        for id_, index, *outcomes in rows
        for name, outcome in zip(NAMES, outcomes, strict=True)
    ]


def test_two_pieces_are_the_calls_that_the_documentation_says() -> None:
    table = documented()
    assert len(table) == 18
    for id_, index, name, count in table:
        for (first_id, _), (second_id, _) in VALUES[id_]:
            for (_, first_index), (_, second_index) in VALUES[index]:
                first = piece("[1", id=first_id, index=first_index, name="f")
                second = piece("]", id=second_id, index=second_index, name=NAMES[name])
                one = [(first_id, "f", "[1]")]
                two = [(first_id, "f", "[1"), (second_id, NAMES[name] or None, "]")]
                expected = one if count == 1 else two
                for deltas in ([[first], [second]], [[first, second]]):
                    case = (id_, index, name, deltas)
                    answer, came = read(*(chunk_of({"tool_calls": delta}) for delta in deltas))
                    choice = answer.choice(0)
                    assert choice is not None
                    calls = [(call.id, call.name, call.arguments) for call in choice.calls]
                    assert calls == expected, case
                    assert came == [
                        ToolCallDelta(0, 0, first_id, "f", "[1"),
                        ToolCallDelta(0, count - 1, *expected[-1][:2], "]"),
                    ], case


def test_a_piece_without_an_id_goes_on_with_the_newest_call_of_its_index() -> None:
    calls = added(
        [piece("a", id="one", index=0), piece("b", id="two", index=1)],
        [piece("c", index=0), piece("d", index=1), piece("e", id="three", index=0)],
        [piece("f", index=0), piece("g", index=1), piece("h", id="one", index=0)],
        [piece("i", index=0)],
    )
    arguments = [(call.id, call.place, call.arguments) for call in calls]
    assert arguments == [("one", 0, "achi"), ("two", 1, "bdg"), ("three", 2, "ef")]


def test_calls_of_one_id_are_told_apart_by_their_indexes_to_the_end() -> None:
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


def test_a_piece_without_id_and_index_goes_on_with_the_last_call() -> None:
    assert [c.arguments for c in added([piece("a", id="x", index=4), piece("b")])] == ["ab"]


def test_without_ids_another_name_is_another_call() -> None:
    calls = added([piece("1", name="f"), piece("2", name=""), piece("3", name="f")])
    assert [(call.name, call.arguments) for call in calls] == [("f", "123")]
    calls = added([piece("1", name="f"), piece("2", name="g"), piece("3")])
    assert [(call.name, call.arguments) for call in calls] == [("f", "1"), ("g", "23")]


@pytest.mark.parametrize("id_", ["", "null", None])
def test_an_id_that_names_nothing_is_none(id_: str | None) -> None:
    (call,) = added([{"id": id_, "function": {"name": "f", "arguments": "{}"}}])
    assert call.id is None
    assert "id" not in call.fields()


def test_each_piece_is_told_to_which_call_it_belongs() -> None:
    calls = ToolCalls()
    pieces = [piece(id="a", index=0), piece(id="b", index=1), piece("x", index=0)]
    found = calls.add([ToolCall.model_validate(each) for each in pieces])
    assert [call.place for call in found] == [0, 1, 0]
    assert list(calls) == found[:2]
    assert len(calls) == 2
    assert not ToolCalls()


# --- whatever a server sends -------------------------------------------------


def test_ids_that_are_numbers_tell_calls_apart_too() -> None:
    calls = added([piece("a", id=1, name="f"), piece("b", id=2, name="f"), piece("c", id=1)])
    assert [(call.id, call.arguments) for call in calls] == [(1, "ac"), (2, "b")]


@pytest.mark.parametrize("odd", [{"a": 1}, ["a"], 1.5, False])
def test_ids_that_are_neither_strings_nor_numbers_tell_nothing_apart(odd: Any) -> None:
    calls = added([piece("a", id=odd, name="f"), piece("b", id=odd)])
    assert [(call.id, call.arguments) for call in calls] == [(None, "ab")]


def test_an_index_that_is_no_number_counts_as_none_and_is_kept() -> None:
    assert fields(piece("a", id="x", index=["odd"]), piece("b", index="odd")) == [
        {
            "id": "x",
            "index": ["odd"],
            "type": "function",
            "function": {"name": "", "arguments": "ab"},
        }
    ]


@pytest.mark.parametrize("arguments", [{"x": 1}, {}, ["x"], 5])
def test_arguments_that_are_no_string_are_kept_as_they_came(arguments: Any) -> None:
    assert fields(piece(arguments, id="a", name="f"), piece("", name="")) == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": arguments}}
    ]


def test_a_null_function_adds_nothing() -> None:
    nothing = {"index": 0, "function": None}
    assert fields(nothing, piece("{}", id="a", name="f", index=0), nothing, {"index": 0}) == [
        {"index": 0, "type": "function", "function": {"name": "", "arguments": ""}},
        {"id": "a", "index": 0, "type": "function", "function": {"name": "f", "arguments": "{}"}},
    ]


def test_a_name_that_comes_late_is_taken() -> None:
    assert fields(piece("", id="a"), piece("{}", name="f")) == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    ]


def test_the_type_is_the_first_that_came() -> None:
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
    assert count_steps(grow(2000)) < 2.05 * count_steps(grow(1000))
    calls = added([piece("ab", id="a"), piece("cd")])
    (call,) = calls
    assert call.arguments is call.arguments
