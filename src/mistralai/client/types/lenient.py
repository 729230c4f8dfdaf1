"""Fields that accept values of another type than the API promises.

A compatible server may send null for a list, a float for a time stamp or a
number for an id. An answer is not refused for that: a wrong value is kept as it was
received. These are metadata for `Annotated`: type checkers see the plain type,
and a correct value costs no Python call.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, cast

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class _Promised:
    """Metadata with the JSON schema of the promised type alone."""

    __slots__ = ()

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        promised = cast("core_schema.UnionSchema", schema)["choices"][0]
        return handler(cast("CoreSchema", promised))


@dataclass(frozen=True, slots=True)
class NullIs(_Promised):
    """Read null as another value, and refuse other wrong values.

    For lists, models and indexes, where a wrong value would only fail later.

    Attributes:
        make: Returns the value to use for null.
    """

    make: Callable[[], object]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return _first_of(handler(source), _null(self.make))


@dataclass(frozen=True, slots=True)
class Lenient(_Promised):
    """Keep a value of the wrong type as it was received.

    Attributes:
        make: Returns the value to use for null; without it null is kept too.
    """

    make: Callable[[], object] | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        null = [] if self.make is None else [_null(self.make)]
        return _first_of(handler(source), *null, core_schema.any_schema())


@dataclass(frozen=True, slots=True)
class EmptyIsNull(_Promised):
    """Read an empty string as null, and keep other wrong values as they were received.

    For finish reasons: relays send `""` for none.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        # Null comes first, since most values are null. No Python runs for "" either: it is not
        # valid as null, and the default for an invalid value is null.
        null = core_schema.with_default_schema(
            core_schema.none_schema(), default=None, on_error="default"
        )
        empty = core_schema.chain_schema([core_schema.literal_schema([""]), null])
        return core_schema.nullable_schema(
            _first_of(empty, handler(source), core_schema.any_schema())
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        union = cast("core_schema.NullableSchema", schema)["schema"]
        promised = cast("core_schema.UnionSchema", union)["choices"][1]
        return handler(cast("CoreSchema", promised))


@dataclass(frozen=True, slots=True)
class TextOrEmpty(_Promised):
    """Read null as an empty string, without a Python call, and keep other wrong values.

    For text that is declared as `str` and that some servers leave out.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        # Null is not valid as a strict string, and the default for an invalid value is "".
        strict = core_schema.str_schema(strict=True)
        empty = core_schema.with_default_schema(strict, default="", on_error="default")
        null = core_schema.chain_schema([core_schema.none_schema(), empty])
        return _first_of(handler(source), null, core_schema.any_schema())


def _first_of(*choices: CoreSchema) -> CoreSchema:
    return core_schema.union_schema([*choices], mode="left_to_right")


def _null(make: Callable[[], object]) -> CoreSchema:
    return core_schema.no_info_after_validator_function(lambda _: make(), core_schema.none_schema())


LooseStr: TypeAlias = Annotated[str | None, Lenient()]
LooseInt: TypeAlias = Annotated[int | None, Lenient()]
LooseFloat: TypeAlias = Annotated[float | None, Lenient()]
LooseBool: TypeAlias = Annotated[bool | None, Lenient()]
