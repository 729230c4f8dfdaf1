"""JSON that conforms to a schema."""

import datetime as dt
import enum
import ipaddress
import json
import pathlib
import random
import uuid
from functools import partial
from typing import Annotated, Literal

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from mistralai.simulator.jsonschema import SchemaError, example
from mistralai.simulator.jsonschema.conforming import conforms
from mistralai.simulator.jsonschema.formats import FORMATS


class Size(enum.Enum):
    SMALL = "s"
    LARGE = "l"


class Address(BaseModel):
    model_config = ConfigDict(extra="forbid")

    street: str = Field(min_length=3, max_length=12, description="Where")
    code: str = Field(pattern=r"^[A-Z]{2}-\d{4}$")


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: Annotated[int, Field(ge=1, le=9)]


class Dog(BaseModel):
    kind: Literal["dog"]
    weight: Annotated[float, Field(gt=0, lt=100, multiple_of=0.5)]


class Node(BaseModel):
    name: str
    children: list["Node"]
    parent: "Node | None" = None


class Person(BaseModel):
    name: str
    age: Annotated[int, Field(gt=17, lt=100)]
    size: Size
    born: dt.date
    seen: dt.datetime
    wakes: dt.time
    id: uuid.UUID
    home: Address
    others: list[Address] = Field(min_length=2, max_length=3)
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    pair: tuple[int, str]
    tags: set[int] = Field(min_length=2)
    scores: dict[str, float]
    maybe: int | None
    either: bool | None = True
    tree: Node
    debts: pydantic.NegativeFloat
    counts: dict[Literal["a", "b"], int] = Field(min_length=1)
    few: dict[str, int] = Field(min_length=2, max_length=3)


@settings(deadline=None)  # a busy machine is not a failure
@given(st.integers())
def test_a_pydantic_model_accepts_the_examples_of_its_schema(seed):
    """Whatever the seed: an example of a model's schema is valid for the model."""
    value = example(Person.model_json_schema(), random.Random(seed))
    Person.model_validate_json(json.dumps(value))


SCHEMAS = [
    True,
    {},
    {"const": [1, {"a": None}]},
    {"enum": ["a", 1, None]},
    {"type": ["integer", "null"]},
    {"type": "integer", "minimum": 5, "maximum": 5},
    {"type": "integer", "exclusiveMinimum": 5, "exclusiveMaximum": 7},
    {"type": "integer", "maximum": -5},
    {"type": "integer", "minimum": 3, "multipleOf": 7},
    {"type": "number", "exclusiveMinimum": 0, "maximum": 0.001},
    {"type": "string", "minLength": 40},
    {"type": "string", "maxLength": 2},
    {"type": "string", "format": "unheard-of"},
    {"type": "array", "minItems": 4, "uniqueItems": True, "items": {"enum": [1, 2, 3, 4]}},
    {"type": "array", "minItems": 9, "uniqueItems": True, "items": {"type": "integer", "minimum": 1,
                                                                   "maximum": 9}},
    {"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "items": False},
    {"type": "array", "items": False},
    {"type": "array", "maxItems": 0},
    {"type": "array", "maxItems": 1_000_000},
    {"type": "string", "pattern": "^a{2,100000}$"},
    {"properties": {"a": {"type": "null"}}, "additionalProperties": False},
    {"required": ["a", "b"], "properties": {"a": {"type": "integer"}}},
    {"type": "object", "additionalProperties": {"type": "integer"}},
    {"type": "object", "minProperties": 3, "additionalProperties": {"type": "integer"}},
    {"minProperties": 60},
    {"propertyNames": {"enum": ["a", "b"]}, "minProperties": 2},
    {"type": "object", "additionalProperties": True, "propertyNames": {"pattern": "^x-"}},
    {"allOf": [{"propertyNames": {"minLength": 3}}, {"propertyNames": {"maxLength": 4}}],
     "minProperties": 1},
    {"type": "number", "exclusiveMaximum": 0},
    {"type": "number", "maximum": 0},
    {"type": "object", "maxProperties": 0, "additionalProperties": {"type": "integer"}},
    {"properties": {"a": True, "b": True, "c": True}, "required": ["c"], "maxProperties": 2},
    {"allOf": [{"minProperties": 1, "maxProperties": 3}, {"minProperties": 2, "maxProperties": 2}]},
    {"allOf": [{"minimum": 3, "type": "number"}, {"maximum": 4, "type": "integer"}]},
    {"allOf": [{"required": ["a"]}, {"properties": {"a": {"const": 1}}}], "type": "object"},
    {"anyOf": [{"type": "integer"}, {"type": "string"}], "title": "T"},
    {"anyOf": [{"type": "boolean"}], "allOf": [{"anyOf": [{"const": True}]}]},
    {"allOf": [{"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"anyOf": [{"const": 7}]}]},
    {"allOf": [{"type": "integer"}, {"type": "number"}]},
    {"allOf": [{"items": True, "type": "array"}, {"items": {"const": 1}}]},
    {"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]},
               {"properties": {"a": {"minimum": 5}, "b": {"const": 1}}, "required": ["b"]}]},
    {"allOf": [{"additionalProperties": False, "type": "object"},
               {"additionalProperties": {"type": "null"}}]},
    {"allOf": [{"enum": [1, 2, 3]}, {"enum": [3, 4]}]},
    {"oneOf": [{"type": "number"}, {"type": "integer"}]},
    {"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}],
     "$defs": {"a": {"required": ["x"]}, "b": {"required": ["y"], "type": "object"}}},
    {"$ref": "#/definitions/a~1b", "definitions": {"a/b": {"const": 1}}},
    {"$ref": "#/$defs/a", "maximum": 3, "$defs": {"a": {"type": "integer", "minimum": 3}}},
    {"type": "object", "properties": {"next": {"$ref": "#"}}},
    {"type": "object", "required": ["a", "b", "c"],
     "properties": {key: {"anyOf": [{"$ref": "#"}, {"type": "null"}]} for key in "abc"}},
    {"properties": {"a": {"type": "array", "items": {"$ref": "#"}}}, "required": ["a"]},
]  # fmt: skip


def found_in(schema, reference):
    for name in reference.split("/")[1:]:
        schema = schema[name.replace("~1", "/")]
    return schema


def test_an_example_conforms(subtests):
    for schema in SCHEMAS:
        with subtests.test(schema=schema):
            for seed in range(20):
                value = example(schema, random.Random(seed))
                assert conforms(value, schema, partial(found_in, schema)), value


NOT_CONFORMING = [
    ({"type": "integer"}, True),
    ({"type": "integer"}, 1.5),
    ({"const": 1}, True),
    ({"minimum": 2}, 1),
    ({"exclusiveMaximum": 1}, 1),
    ({"multipleOf": 0.1}, 0.35),
    ({"pattern": "^a$"}, "ba"),
    ({"maxLength": 1}, "ab"),
    ({"uniqueItems": True}, [1, 1]),
    ({"minItems": 1}, []),
    ({"minProperties": 1}, {}),
    ({"propertyNames": {"maxLength": 1}}, {"ab": 1}),
    ({"maxProperties": 0}, {"a": 1}),
    ({"required": ["a"]}, {}),
    ({"additionalProperties": False}, {"a": 1}),
    ({"properties": {"a": False}}, {"a": 1}),
    ({"prefixItems": [{"type": "null"}]}, [1]),
    ({"items": {"type": "null"}}, [None, 1]),
    ({"oneOf": [{}, {"type": "null"}]}, None),
    ({"anyOf": [{"type": "null"}]}, 1),
    ({"allOf": [{}, False]}, 1),
    ({"enum": ["1"]}, 1),
    (False, 1),
]


def test_other_values_do_not_conform(subtests):
    for schema, value in NOT_CONFORMING:
        with subtests.test(schema=schema):
            assert not conforms(value, schema, lambda _: {})


IMPOSSIBLE = [
    ({"not": {}}, "not", "not supported"),
    ({"properties": {"a": {"items": [{}]}}}, "properties.a.items", "must be a schema"),
    ({"anyOf": [{}, {"if": {}}]}, r"anyOf\[1\].if", "not supported"),
    ({"$defs": {"A": {"patternProperties": {}}}}, r"\$defs.A.patternProperties", "not supported"),
    ({"type": "text"}, "type", "must be one of null, boolean"),
    ({"pattern": "("}, "pattern", "must be a regular expression"),
    ({"enum": []}, "enum", "must be a non-empty list"),
    ({"minimum": "1"}, "minimum", "must be a number"),
    ({"minLength": 10_001, "type": "string"}, "", "more than 10000"),
    ({"minItems": 10_001}, "", "more than 10000"),
    ({"minProperties": 10_001}, "", "more than 10000"),
    ({"minProperties": 2, "propertyNames": {"const": "a"}}, "", "no conforming value was found"),
    ({"minProperties": 1, "additionalProperties": False}, "", "no conforming value was found"),
    ({"minItems": 1.5}, "minItems", "must be a count"),
    ({"maximum": float("inf")}, "maximum", "must be a number"),
    ({"pattern": "a{1001}"}, "pattern", "more than 1000 repetitions"),
    ({"multipleOf": 0}, "multipleOf", "must be a number above 0"),
    ({"required": "a"}, "required", "must be a list of names"),
    ({"properties": {"a": 5}}, "properties.a", "a schema is an object"),
    ({"$ref": "#/$defs/none"}, r"\$ref", "names nothing"),
    ({"$ref": "#"}, "", "never ends"),
    ({"anyOf": [{"$ref": "#"}]}, "", "never ends"),
    ({"properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "a", "never ends"),
    ({"type": "string", "pattern": "(?=a)"}, "pattern", "is not supported"),
    ({"type": "integer", "minimum": 3, "maximum": 2}, "", "no number"),
    ({"allOf": [{"type": "null"}, {"type": "string"}]}, "", "nothing conforms"),
    ({"type": "string", "enum": [1]}, "", "no conforming value was found"),
    (False, "", "nothing conforms"),
]


def test_an_impossible_schema_is_an_error_with_place_and_reason(subtests):
    for schema, path, problem in IMPOSSIBLE:
        with (
            subtests.test(schema=schema),
            pytest.raises(SchemaError, match=f"^{path}.*{problem}"),
        ):
            example(schema, random.Random(0))


def test_annotations_are_ignored(subtests):
    for keyword in [
        "title",
        "description",
        "default",
        "examples",
        "$schema",
        "discriminator",
        "deprecated",
    ]:
        with subtests.test(keyword=keyword):
            assert example({"const": 1, keyword: "x"}, random.Random(0)) == 1


def test_the_same_seed_gives_the_same_value():
    schema = Person.model_json_schema()
    first, second, third = (example(schema, random.Random(seed)) for seed in (1, 1, 2))
    assert first == second != third


PYDANTIC_FORMATS = [
    (dt.datetime, "date-time"),
    (dt.date, "date"),
    (dt.time, "time"),
    (dt.timedelta, "duration"),
    (uuid.UUID, "uuid"),
    (pydantic.UUID1, "uuid1"),
    (pydantic.UUID3, "uuid3"),
    (pydantic.UUID4, "uuid4"),
    (pydantic.UUID5, "uuid5"),
    (pydantic.UUID6, "uuid6"),
    (pydantic.UUID7, "uuid7"),
    (pydantic.UUID8, "uuid8"),
    (pydantic.Base64Str, "base64"),
    (pydantic.IPvAnyAddress, "ipvanyaddress"),
    (pydantic.IPvAnyInterface, "ipvanyinterface"),
    (pydantic.IPvAnyNetwork, "ipvanynetwork"),
    (pydantic.Json[str], "json-string"),
    (pydantic.Base64UrlStr, "base64url"),
    (pathlib.Path, "path"),
    (ipaddress.IPv4Address, "ipv4"),
    (ipaddress.IPv4Interface, "ipv4interface"),
    (ipaddress.IPv4Network, "ipv4network"),
    (ipaddress.IPv6Address, "ipv6"),
    (ipaddress.IPv6Interface, "ipv6interface"),
    (ipaddress.IPv6Network, "ipv6network"),
]


def test_pydantic_accepts_the_examples_of_its_formats(subtests):
    for kind, form in PYDANTIC_FORMATS:
        with subtests.test(kind=kind, form=form):
            adapter = TypeAdapter(kind)
            schema = {"type": "string", "format": form}
            # pydantic writes these two differently, or not for validation.
            if form not in {"json-string", "base64url"}:
                assert adapter.json_schema() == schema
            for seed in range(20):
                adapter.validate_json(json.dumps(example(schema, random.Random(seed))))


def test_every_format_has_examples(subtests):
    for form in FORMATS:
        with subtests.test(form=form):
            value = example({"type": "string", "format": form, "minLength": 2}, random.Random(1))
            assert len(value) >= 2
