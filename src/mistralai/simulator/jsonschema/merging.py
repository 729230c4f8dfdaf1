"""The intersection of two JSON Schemas, as far as the simulator needs it."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from ..jsonvalues import is_list
from .conforming import Schema, same

_Merge: TypeAlias = Callable[[Any, Any], Any]


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return the intersection of two schemas.

    If two values of a keyword have no common form, the first one wins, so a value must also be
    checked against the original schemas.
    """
    result = {**other, **one}
    for key in one.keys() & other.keys() & _MERGES.keys():
        result[key] = _MERGES[key](one[key], other[key])
    for key in one.keys() & other.keys() & {"anyOf", "oneOf"}:
        result["allOf"] = [*result.get("allOf", []), {key: other[key]}]
    return result


def _both(one: Schema, other: Schema) -> Schema:
    if one is True:
        return other
    if other is True:
        return one
    if one is False or other is False:
        return False
    return {"allOf": [one, other]}


def _types(one: Any, other: Any) -> list[str]:
    first, second = (kinds if is_list(kinds) else [kinds] for kinds in (one, other))
    common = [kind for kind in first if kind in second]
    if not common and {"integer", "number"} <= {*first, *second}:
        return ["integer"]
    return common


def _properties(one: dict[str, Schema], other: dict[str, Schema]) -> dict[str, Schema]:
    shared = {name: _both(one[name], other[name]) for name in one.keys() & other.keys()}
    return {**one, **other, **shared}


_MERGES: Final[Mapping[str, _Merge]] = {
    "type": _types,
    "enum": lambda one, other: [a for a in one if any(same(a, b) for b in other)],
    "properties": _properties,
    "required": lambda one, other: [*one, *(name for name in other if name not in one)],
    "items": _both,
    "additionalProperties": _both,
    "propertyNames": _both,
    "allOf": lambda one, other: [*one, *other],
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
}
