"""Random JSON that conforms to a JSON Schema.

The keywords of tool schemas and of pydantic's schemas are supported; annotations are ignored. Any
other keyword is an error that names it: JSON that happens to conform would test nothing.
"""

import math
import random
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..jsonvalues import is_list, is_object
from . import keywords, patterns
from .conforming import Schema, conforms, same
from .formats import FORMATS, words
from .keywords import SchemaError
from .merging import merged

_TYPED_BY: Final[Mapping[str, str]] = {
    "properties": "object", "required": "object", "additionalProperties": "object",
    "minProperties": "object", "maxProperties": "object", "propertyNames": "object",
    "items": "array", "prefixItems": "array", "minItems": "array", "maxItems": "array",
    "pattern": "string", "format": "string", "minLength": "string", "maxLength": "string",
    "minimum": "number", "maximum": "number", "exclusiveMinimum": "number",
    "exclusiveMaximum": "number", "multipleOf": "number",
}  # fmt: skip
_DEEP: Final = 8
"""The depth beyond which only required parts are made, so that recursive schemas end."""
_TOO_DEEP: Final = 60
_TRIES: Final = 100
_ATTEMPTS: Final = 20_000
"""The most attempts for one schema, including its parts."""
_MOST: Final = 10_000
_SPAN: Final = 100
"""The range of numbers without bounds."""
_SIMPLE: Final = ("null", "boolean", "integer", "number", "string", "array", "object")


def example(schema: Schema, rng: random.Random) -> Any:
    """Return a value that conforms to a schema.

    Args:
        schema: A JSON Schema.
        rng: The source of the choices.

    Raises:
        SchemaError: A keyword is not supported, or no conforming value was found.
    """
    keywords.check(schema)
    try:
        return _Maker(schema, rng).value(schema, "", 0)
    except RecursionError:
        raise SchemaError("$ref", "the recursion never ends") from None


class _Maker:
    """Makes values for the parts of one schema.

    Args:
        root: The schema in which `$ref` is looked up.
        rng: The source of the choices.
    """

    def __init__(self, root: Schema, rng: random.Random) -> None:
        self._root = root
        self._rng = rng
        self._attempts_left = _ATTEMPTS
        self._makers: Final[Mapping[str, Callable[[dict[str, Any], str, int], Any]]] = {
            "null": lambda _schema, _path, _depth: None,
            "boolean": lambda _schema, _path, _depth: rng.random() < 0.5,
            "integer": lambda schema, path, _depth: self._number(schema, path, whole=True),
            "number": lambda schema, path, _depth: self._number(schema, path, whole=False),
            "string": lambda schema, path, _depth: self._string(schema, path),
            "array": self._array,
            "object": self._object,
        }

    def value(self, schema: Schema, path: str, depth: int) -> Any:
        """Return a value that conforms, after several attempts if necessary."""
        for _ in range(_TRIES):
            value = self._attempt(_as_object(schema), path, depth)
            if conforms(value, schema, self.resolve):
                return value
        raise SchemaError(path, f"no conforming value was found in {_TRIES} attempts")

    def resolve(self, reference: str) -> Schema:
        """Return the schema that a `$ref` names: `#`, or a JSON pointer after it (RFC 6901)."""
        found = self._root
        for token in reference.removeprefix("#").split("/")[1:]:
            name = token.replace("~1", "/").replace("~0", "~")
            if not is_object(found) or name not in found:
                raise SchemaError("$ref", f"{reference!r} names nothing in this schema")
            found = found[name]
        return found

    def _attempt(self, schema: dict[str, Any], path: str, depth: int) -> Any:
        """Return a value that satisfies each keyword, but perhaps not their combination."""
        self._attempts_left -= 1
        if depth > _TOO_DEEP or self._attempts_left < 0:
            raise SchemaError(path, "the recursion never ends")
        if "$ref" in schema:
            return self._attempt(self._resolved(schema, path), path, depth + 1)
        for key in ("anyOf", "oneOf"):
            if key in schema:
                rest, branches = _without(schema, key)
                return self._branch(rest, branches, path, depth)
        if "allOf" in schema:
            rest, parts = _without(schema, "allOf")
            for part in parts:
                rest = merged(rest, self._resolved(_as_object(part), path))
            return self._attempt(rest, path, depth + 1)
        return self._plain(schema, path, depth)

    def _resolved(self, schema: dict[str, Any], path: str) -> dict[str, Any]:
        """Return a schema with its `$ref` replaced by the schema that it names."""
        for _ in range(_TOO_DEEP):
            if "$ref" not in schema:
                return schema
            rest, reference = _without(schema, "$ref")
            schema = merged(rest, _as_object(self.resolve(reference)))
        raise SchemaError(path, "its $ref never ends")

    def _branch(self, rest: dict[str, Any], branches: list[Schema], path: str, depth: int) -> Any:
        schemas = [merged(rest, _as_object(branch)) for branch in branches]
        self._rng.shuffle(schemas)
        if depth > _DEEP:
            schemas.sort(key=_simplicity)
        problem = SchemaError(path, "nothing conforms")
        for schema in schemas:
            try:
                return self._attempt(schema, path, depth + 1)
            except SchemaError as error:
                problem = error
        raise problem

    def _plain(self, schema: dict[str, Any], path: str, depth: int) -> Any:
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            if not schema["enum"]:
                raise SchemaError(path, "nothing conforms")
            return self._rng.choice(schema["enum"])
        kinds = _kinds(schema)
        if not kinds:
            raise SchemaError(path, "nothing conforms")
        if depth > _DEEP:
            kinds = sorted(kinds, key=_SIMPLE.index)[:1]
        return self._makers[self._rng.choice(kinds)](schema, path, depth)

    def _number(self, schema: dict[str, Any], path: str, *, whole: bool) -> float:
        low, high = _range(schema, 1 if whole else 0.0)
        step = schema.get("multipleOf") or (1 if whole else None)
        if step is None:
            value = round(self._rng.uniform(low, high), 2)
            return value if low < value < high else (low + high) / 2
        least, most = math.ceil(low / step), math.floor(high / step)
        if least > most:
            raise SchemaError(path, "no number lies within these bounds")
        value = self._rng.randint(least, most) * step
        return int(value) if whole else round(value, 10)

    def _string(self, schema: dict[str, Any], path: str) -> str:
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]](self._rng)
        if "pattern" in schema:
            try:
                return patterns.example(schema["pattern"], self._rng)
            except patterns.PatternError as error:
                raise SchemaError(f"{path}.pattern".lstrip("."), str(error)) from error
        least = self._checked_size(schema.get("minLength", 0), path)
        return words(self._rng, least, schema.get("maxLength"))

    def _array(self, schema: dict[str, Any], path: str, depth: int) -> list[Any]:
        first: list[Schema] = schema.get("prefixItems", [])
        rest = schema.get("items", True)
        least = schema.get("minItems", 0 if depth > _DEEP else max(1, len(first)))
        usual = max(least, len(first)) + (0 if depth > _DEEP else 1)
        most = min(schema.get("maxItems", usual), usual)
        self._checked_size(least, path)
        if rest is False:
            most = min(most, len(first))
        length = self._rng.randint(min(least, most), most)
        schemas = [*first, *[rest] * (length - len(first))][:length]
        return self._items(schemas, path, depth, unique=schema.get("uniqueItems", False))

    def _items(self, schemas: list[Schema], path: str, depth: int, *, unique: bool) -> list[Any]:
        """Return the items of an array, without duplicates if they must be unique."""
        items: list[Any] = []
        for number, schema in enumerate(schemas):
            for _ in range(_TRIES if unique else 1):
                item = self.value(schema, f"{path}[{number}]", depth + 1)
                if not (unique and any(same(item, other) for other in items)):
                    items.append(item)
                    break
        return items

    def _checked_size(self, least: int, path: str) -> int:
        if least > _MOST:
            raise SchemaError(path, f"more than {_MOST} characters or items are not supported")
        return least

    def _object(self, schema: dict[str, Any], path: str, depth: int) -> dict[str, Any]:
        known: dict[str, Schema] = schema.get("properties", {})
        rest = schema.get("additionalProperties", True)
        return {
            name: self.value(known.get(name, rest), f"{path}.{name}".lstrip("."), depth + 1)
            for name in self._names(schema, path, depth)
            if known.get(name, rest) is not False
        }

    def _names(self, schema: dict[str, Any], path: str, depth: int) -> list[str]:
        """Return the names of properties: required ones, other known ones, and random ones."""
        required: list[str] = schema.get("required", [])
        known: dict[str, Schema] = schema.get("properties", {})
        rest = schema.get("additionalProperties", True)
        least = self._checked_size(schema.get("minProperties", 0), path)
        most: int = schema.get("maxProperties", _MOST)
        optional = [name for name in known if name not in required and known[name] is not False]
        if depth > _DEEP:
            optional = optional[: max(0, least - len(required))]
        elif is_object(rest) and not (known or required):
            least = max(least, min(1, most))
        names = dict.fromkeys([*required, *optional][:most])
        for _ in range(0 if rest is False else least + _TRIES):
            if len(names) >= least:
                break
            names[self._name(schema, path, depth, len(names))] = None
        return sorted(names, key=[*known, *names].index)

    def _name(self, schema: dict[str, Any], path: str, depth: int, count: int) -> str:
        """Return a name; random names grow with their count, so that they differ."""
        if "propertyNames" in schema:
            rule = merged({"type": "string"}, _as_object(schema["propertyNames"]))
            name: str = self.value(rule, f"{path}.propertyNames".lstrip("."), depth + 1)
            return name
        return words(self._rng, count)


def _as_object(schema: Schema) -> dict[str, Any]:
    if is_object(schema):
        return schema
    return {} if schema else {"enum": []}


def _without(schema: dict[str, Any], key: str) -> tuple[dict[str, Any], Any]:
    return {name: value for name, value in schema.items() if name != key}, schema[key]


def _kinds(schema: dict[str, Any]) -> list[str]:
    kinds = schema.get("type")
    if kinds is None:
        return [next((_TYPED_BY[key] for key in schema if key in _TYPED_BY), "string")]
    return kinds if is_list(kinds) else [kinds]


def _simplicity(schema: dict[str, Any]) -> int:
    if "$ref" in schema:
        return len(_SIMPLE)
    return min((_SIMPLE.index(kind) for kind in _kinds(schema)), default=0)


def _range(schema: dict[str, Any], margin: float) -> tuple[float, float]:
    """Return the bounds of a number; exclusive ones are moved by the margin."""
    below = {"minimum": 0, "exclusiveMinimum": margin}
    above = {"maximum": 0, "exclusiveMaximum": margin}
    lows = [schema[key] + by for key, by in below.items() if key in schema]
    highs = [schema[key] - by for key, by in above.items() if key in schema]
    if lows:
        return max(lows), min(highs, default=max(lows) + _SPAN)
    high = min(highs, default=_SPAN)
    low = 0 if high > 0 else high - _SPAN
    return low, high
