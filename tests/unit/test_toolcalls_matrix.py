from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from support import naive_reader
from support.callpieces import added, fields, piece

PARIS = ("a1B2c3D4e", "get_weather", '{"city": "Paris", "days": [1, 2]}')
OSLO = ("f5G6h7I8j", "get_weather", '{"city": "Oslo \\u2600"}')


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
    """Yield the pieces of a call: the first names it, the later ones have the fields of `later`."""
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


def test_calls_come_out_whole(subtests: pytest.Subtests) -> None:
    for calls, cut, (index, places), (kind, later) in product(
        ([PARIS], [PARIS, OSLO]), (whole, in_two, in_characters), INDEXES.items(), LATER.items()
    ):
        with subtests.test(f"{len(calls)} {cut.__name__}, {index}, {kind}"):
            expected = [complete(call, place) for call, place in zip(calls, places, strict=False)]
            for cuts in zip(*map(cut, calls), strict=False):
                pieces = [
                    each
                    for call, place, arguments in zip(calls, places, cuts, strict=False)
                    for each in pieces_of(call, place, arguments, later=later(call))
                ]
                assert fields(*pieces) == expected
                assert added(pieces).fields() == expected  # all in one delta
                assert naively(pieces) == [*calls] or kind == "later pieces have null ids"


def complete(call: tuple[str, str, str], place: int | None) -> dict[str, Any]:
    function = {"name": call[1], "arguments": call[2]}
    index = {} if place is None else {"index": place}
    return {"id": call[0], "type": "function", "function": function, **index}


def naively(pieces: list[dict[str, Any]]) -> list[tuple[str | None, str, str]]:
    """Return the calls that the naive reader reads from pieces."""
    calls: list[naive_reader.Call] = []
    for each in pieces:
        naive_reader.add_piece(calls, each)
    return [(call.id, call.name, call.arguments) for call in calls]


def test_pieces_of_calls_with_indexes_may_be_mixed(subtests: pytest.Subtests) -> None:
    for ids in (True, False):
        with subtests.test("ids in the first pieces" if ids else "no ids at all"):
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
