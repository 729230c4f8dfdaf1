import copy
import json
import pickle
from typing import Any

import pytest
from pydantic import BaseModel as PydanticBaseModel

from mistralai.client import types
from mistralai.client.types import UNSET, BaseModel, OptionalNullable, Unset
from mistralai.client.types import basemodel as basemodel_module
from support.interpreter import modules_after


class Part(BaseModel):
    word: str
    note: str | None = None


class Whole(BaseModel):
    kind: str = "whole"
    part: Part | None = None
    parts: list[Part] | None = None
    number: int | None = None


def test_there_is_one_unset(subtests: pytest.Subtests) -> None:
    twins = {
        "made": Unset(),
        "copied": copy.copy(UNSET),
        "copied deeply": copy.deepcopy(UNSET),
        "copied in a list": copy.deepcopy([UNSET])[0],
    }
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        twins[f"pickled by {protocol}"] = pickle.loads(pickle.dumps(UNSET, protocol))
    for name, twin in twins.items():
        with subtests.test(name):
            assert twin is UNSET


def test_unset_is_false_and_says_its_name() -> None:
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    assert isinstance(UNSET, Unset)


def test_marks_for_absent_values_come_without_pydantic(subtests: pytest.Subtests) -> None:
    for name in ["UNSET", "Unset", "OptionalNullable", "Nullable"]:
        with subtests.test(name):
            loaded = modules_after(f"from mistralai.client.types import {name}")
            assert not [module for module in loaded if module.startswith("pydantic")]


def test_every_public_name_resolves_and_is_the_one_of_the_long_path() -> None:
    for name in types.__all__:
        assert getattr(types, name) is getattr(basemodel_module, name)
    assert set(types.__all__) <= set(dir(types))


def test_a_users_own_model_can_have_a_field_that_may_be_unset() -> None:
    class Mine(PydanticBaseModel):
        limit: OptionalNullable[int] = UNSET

    assert Mine(limit=UNSET).limit is UNSET
    assert Mine(limit=None).limit is None
    assert Mine().model_dump() == {"limit": None}
    assert Mine().model_dump_json() == '{"limit":null}'
    assert Mine.model_json_schema()["properties"]["limit"]["anyOf"] == [
        {"type": "integer"},
        {"type": "null"},
    ]


def test_a_dump_leaves_out_what_was_not_given_and_keeps_defaults() -> None:
    assert Whole().model_dump() == {"kind": "whole"}


def test_a_dump_keeps_a_null_that_was_given() -> None:
    assert Whole(number=None).model_dump() == {"kind": "whole", "number": None}


def test_unset_given_to_a_constructor_is_not_given() -> None:
    part = Whole(part=UNSET, number=UNSET)  # type: ignore[arg-type]  # as the generated SDK took it
    assert part.model_fields_set == set()
    assert part.part is None
    assert part.model_dump() == {"kind": "whole"}


def test_a_value_that_is_assigned_later_is_dumped_null_included() -> None:
    whole = Whole()
    whole.number = None
    whole.parts = []
    whole.parts.append(Part(word="a"))
    assert whole.model_dump() == {"kind": "whole", "number": None, "parts": [{"word": "a"}]}


def test_unknown_fields_are_kept_and_dumped() -> None:
    whole = Whole.model_validate({"later": {"x": None}, "empty": None})
    assert whole.model_extra == {"later": {"x": None}, "empty": None}
    assert whole.model_dump() == {"kind": "whole", "later": {"x": None}, "empty": None}


def test_plain_values_left_by_model_construct_are_dumped_as_they_are() -> None:
    whole = Whole.model_construct(part={"word": "a"}, parts=[{"word": "b"}, Part(word="c")])
    expected = {"kind": "whole", "part": {"word": "a"}, "parts": [{"word": "b"}, {"word": "c"}]}
    assert whole.model_dump() == expected
    assert whole.model_dump(mode="json") == expected
    assert Whole.model_validate_json(whole.model_dump_json()).model_dump() == expected


DUMPS: list[tuple[dict[str, Any], dict[str, object]]] = [
    ({"exclude_unset": True}, {"part": {"word": "a", "note": None}}),
    ({"exclude_none": True}, {"kind": "whole", "part": {"word": "a"}}),
    ({"exclude_defaults": True}, {"part": {"word": "a"}}),
    ({"include": {"kind"}}, {"kind": "whole"}),
    ({"exclude": {"part": {"note"}}}, {"kind": "whole", "part": {"word": "a"}}),
    ({"by_alias": True}, {"kind": "whole", "part": {"word": "a", "note": None}}),
    *[
        ({name: value}, {"kind": "whole", "part": {"word": "a", "note": None}})
        for name, value in {
            "mode": "json",
            "context": {"x": 1},
            "by_alias": False,
            "exclude_computed_fields": True,
            "round_trip": True,
            "warnings": False,
            "fallback": str,
            "serialize_as_any": True,
        }.items()
    ],
]


def test_the_arguments_of_model_dump_work(subtests: pytest.Subtests) -> None:
    for options, expected in DUMPS:
        with subtests.test(options=options):
            whole = Whole(part=Part(word="a", note=None))
            assert whole.model_dump(**options) == expected
            for_json = {name: value for name, value in options.items() if name != "mode"}
            assert json.loads(whole.model_dump_json(**for_json)) == expected


def test_json_is_indented_and_escaped_on_request() -> None:
    part = Part(word="é")
    assert part.model_dump_json() == '{"word":"é"}'
    assert part.model_dump_json(indent=1, ensure_ascii=True) == '{\n "word": "\\u00e9"\n}'


def test_a_fallback_writes_what_json_cannot_hold() -> None:
    part = Part.model_construct(word=1j)
    assert part.model_dump(mode="json", fallback=str, warnings=False) == {"word": "1j"}


def test_values_are_assigned_without_validation() -> None:
    part = Part(word="a")
    part.word = 3  # type: ignore[assignment]  # as libraries do
    assert part.model_dump(warnings="none") == {"word": 3}
    with pytest.warns(UserWarning, match="serializ"):
        part.model_dump()


def test_model_construct_takes_the_set_of_given_fields() -> None:
    part = Part.model_construct({"word"}, word="a", note=None)
    assert part.model_fields_set == {"word"}
    assert part.model_dump() == {"word": "a"}


def test_the_json_schema_shows_the_fields(subtests: pytest.Subtests) -> None:
    for mode in ["validation", "serialization"]:
        with subtests.test(mode=mode):
            fields = Whole.model_json_schema(mode=mode)["properties"]
            assert set(fields) == {"kind", "part", "parts", "number"}


def test_models_copy_compare_and_pickle() -> None:
    part = Part.model_validate({"word": "a", "extra": 1})
    for twin in (copy.copy(part), copy.deepcopy(part), part.model_copy()):
        assert twin == part
        assert twin.model_fields_set == {"word", "extra"}
    assert dict(part) == {"word": "a", "note": None, "extra": 1}


def test_enumerations_of_the_generated_sdk_can_be_named() -> None:
    assert types.UnrecognizedStr("new") == "new"
    assert types.UnrecognizedInt(3) == 3
