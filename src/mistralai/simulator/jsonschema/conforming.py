"""Validation of JSON against a JSON Schema, for the keywords that the simulator supports."""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from ..jsonvalues import is_list, is_number, is_object

Schema: TypeAlias = Any
"""A schema: an object, or `true` or `false`."""

Resolve: TypeAlias = Callable[[str], Schema]
"""Returns the schema that a `$ref` names."""

_Bound: TypeAlias = Callable[[Any, Any], bool]


def _is_integer(value: Any) -> bool:
    return is_number(value) and math.isfinite(value) and value == int(value)


TYPES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is_integer,
    "number": is_number,
    "string": lambda value: isinstance(value, str),
    "array": is_list,
    "object": is_object,
}
"""The types of JSON Schema, each with a test for its values."""


def same(one: Any, other: Any) -> bool:
    """Return True if two JSON values are equal; `true` is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _is_multiple(value: float, of: float) -> bool:
    return abs(value / of - round(value / of)) < 1e-9


def _are_unique(value: list[Any], required: bool) -> bool:
    return not required or len({json.dumps(item, sort_keys=True) for item in value}) == len(value)


_BOUNDS: Final[Mapping[str, tuple[str, _Bound]]] = {
    "minimum": ("number", lambda value, bound: value >= bound),
    "maximum": ("number", lambda value, bound: value <= bound),
    "exclusiveMinimum": ("number", lambda value, bound: value > bound),
    "exclusiveMaximum": ("number", lambda value, bound: value < bound),
    "multipleOf": ("number", _is_multiple),
    "minLength": ("string", lambda value, bound: len(value) >= bound),
    "maxLength": ("string", lambda value, bound: len(value) <= bound),
    "pattern": ("string", lambda value, pattern: re.search(pattern, value) is not None),
    "minItems": ("array", lambda value, bound: len(value) >= bound),
    "maxItems": ("array", lambda value, bound: len(value) <= bound),
    "uniqueItems": ("array", _are_unique),
    "minProperties": ("object", lambda value, bound: len(value) >= bound),
    "maxProperties": ("object", lambda value, bound: len(value) <= bound),
    "required": ("object", lambda value, names: all(name in value for name in names)),
}
"""Keywords that constrain the values of one type."""


def conforms(value: Any, schema: Schema, resolve: Resolve) -> bool:
    """Return True if a value conforms to a schema whose keywords are all supported.

    Args:
        value: A JSON value.
        schema: The schema.
        resolve: Returns the schema of a `$ref`.
    """
    if isinstance(schema, bool):
        return schema
    return (
        _has_type(value, schema)
        and _is_listed(value, schema)
        and all(
            bound(value, schema[key])
            for key, (kind, bound) in _BOUNDS.items()
            if key in schema and TYPES[kind](value)
        )
        and _combined(value, schema, resolve)
        and (not is_list(value) or _items(value, schema, resolve))
        and (not is_object(value) or _properties(value, schema, resolve))
    )


def _has_type(value: Any, schema: Schema) -> bool:
    kinds = schema.get("type", list(TYPES))
    return any(TYPES[kind](value) for kind in (kinds if is_list(kinds) else [kinds]))


def _is_listed(value: Any, schema: Schema) -> bool:
    if "const" in schema and not same(value, schema["const"]):
        return False
    return "enum" not in schema or any(same(value, member) for member in schema["enum"])


def _combined(value: Any, schema: Schema, resolve: Resolve) -> bool:
    def matches(branch: Schema) -> bool:
        return conforms(value, branch, resolve)

    return (
        ("$ref" not in schema or matches(resolve(schema["$ref"])))
        and all(map(matches, schema.get("allOf", ())))
        and ("anyOf" not in schema or any(map(matches, schema["anyOf"])))
        and ("oneOf" not in schema or sum(map(matches, schema["oneOf"])) == 1)
    )


def _items(value: list[Any], schema: Schema, resolve: Resolve) -> bool:
    first: list[Schema] = schema.get("prefixItems", [])
    rest = schema.get("items", True)
    schemas = [*first, *[rest] * (len(value) - len(first))]
    return all(conforms(item, each, resolve) for item, each in zip(value, schemas, strict=False))


def _properties(value: dict[str, Any], schema: Schema, resolve: Resolve) -> bool:
    known: Mapping[str, Schema] = schema.get("properties", {})
    rest = schema.get("additionalProperties", True)
    names = schema.get("propertyNames", True)
    return all(
        conforms(each, known.get(name, rest), resolve) and conforms(name, names, resolve)
        for name, each in value.items()
    )
