"""The keywords of JSON Schema that the simulator supports."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ..jsonvalues import is_list, is_number, is_object
from .conforming import TYPES, Schema

ANNOTATIONS: Final = frozenset(
    {
        "title", "description", "default", "examples", "example", "deprecated", "readOnly",
        "writeOnly", "$schema", "$id", "$comment", "discriminator", "contentEncoding",
        "contentMediaType", "contentSchema",
    }
)  # fmt: skip
"""Keywords without a constraint."""

_SCHEMAS: Final = frozenset({"items", "additionalProperties", "propertyNames"})
_LISTS_OF_SCHEMAS: Final = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_NAMED_SCHEMAS: Final = frozenset({"properties", "$defs", "definitions"})


class SchemaError(ValueError):
    """No value can be made for a schema.

    Args:
        path: The place in the schema, such as `properties.city.if`; empty for the schema itself.
        problem: The problem at that place.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)


def _is_type(value: Any) -> bool:
    kinds = value if is_list(value) else [value]
    return bool(kinds) and all(isinstance(kind, str) and kind in TYPES for kind in kinds)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_bound(value: Any) -> bool:
    return is_number(value) and math.isfinite(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_pattern(value: Any) -> bool:
    try:
        return _is_text(value) and bool(re.compile(value))
    except re.error:
        return False


def _is_names(value: Any) -> bool:
    return is_list(value) and all(map(_is_text, value))


def _is_schema(value: Any) -> bool:
    return isinstance(value, bool) or is_object(value)


_VALUES: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    "type": (f"one of {', '.join(TYPES)}, or a list of these", _is_type),
    "enum": ("a non-empty list", lambda value: is_list(value) and bool(value)),
    "const": ("any value", lambda _: True),
    "properties": ("an object", is_object),
    "$defs": ("an object", is_object),
    "definitions": ("an object", is_object),
    "required": ("a list of names", _is_names),
    "items": ("a schema", _is_schema),
    "additionalProperties": ("a schema", _is_schema),
    "propertyNames": ("a schema", _is_schema),
    "prefixItems": ("a list of schemas", is_list),
    "anyOf": ("a list of schemas", lambda value: is_list(value) and bool(value)),
    "oneOf": ("a list of schemas", lambda value: is_list(value) and bool(value)),
    "allOf": ("a list of schemas", is_list),
    "$ref": ("a text", _is_text),
    "pattern": ("a regular expression", _is_pattern),
    "format": ("a text", _is_text),
    "uniqueItems": ("true or false", lambda value: isinstance(value, bool)),
    "multipleOf": ("a number above 0", lambda value: _is_bound(value) and value > 0),
    "minimum": ("a number", _is_bound),
    "maximum": ("a number", _is_bound),
    "exclusiveMinimum": ("a number", _is_bound),
    "exclusiveMaximum": ("a number", _is_bound),
    "minLength": ("a count", _is_count),
    "maxLength": ("a count", _is_count),
    "minItems": ("a count", _is_count),
    "maxItems": ("a count", _is_count),
    "minProperties": ("a count", _is_count),
    "maxProperties": ("a count", _is_count),
}
"""Every supported keyword, with the kind of its value."""


def check(schema: Schema, path: str = "") -> None:
    """Check that all keywords of a schema are supported and have valid values.

    Raises:
        SchemaError: A keyword is not supported, or has an invalid value.
    """
    if isinstance(schema, bool):
        return
    if not is_object(schema):
        raise SchemaError(path, "a schema is an object, or true or false")
    for key, value in schema.items():
        place = f"{path}.{key}".lstrip(".")
        if key in _VALUES:
            kind, accepts = _VALUES[key]
            if not accepts(value):
                raise SchemaError(place, f"must be {kind}")
        elif key not in ANNOTATIONS:
            raise SchemaError(place, "this keyword is not supported by the simulator")
        for inner, below in _below(key, value, place):
            check(inner, below)


def _below(key: str, value: Any, place: str) -> Iterator[tuple[Schema, str]]:
    if key in _SCHEMAS:
        yield value, place
    elif key in _LISTS_OF_SCHEMAS:
        for index, each in enumerate(value):
            yield each, f"{place}[{index}]"
    elif key in _NAMED_SCHEMAS:
        for name, each in value.items():
            yield each, f"{place}.{name}"
