"""Fields that take what a server sends instead of what it promised.

A compatible server may send null for a list, a float for a time stamp or a
number for an id. An answer is worth more than its form, so a wrong value is
kept as it came. These are metadata for `Annotated`: type checkers see the plain
type, and a right value costs no Python call.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, cast

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class _Promised:
    """Metadata after which the JSON schema is that of the type that was promised."""

    __slots__ = ()

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        promised = cast("core_schema.UnionSchema", schema)["choices"][0]
        return handler(cast("CoreSchema", promised))


@dataclass(frozen=True, slots=True)
class NullIs(_Promised):
    """Read null as something else, and refuse other wrong values.

    For lists, models and indexes, where a wrong value would only break later.

    Attributes:
        make: Gives the value that null stands for.
    """

    make: Callable[[], object]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return _first_of(handler(source), _null(self.make))


@dataclass(frozen=True, slots=True)
class Lenient(_Promised):
    """Keep a value of the wrong type as it came.

    Attributes:
        make: Gives the value that null stands for; without it null is kept like the rest.
    """

    make: Callable[[], object] | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        null = [] if self.make is None else [_null(self.make)]
        return _first_of(handler(source), *null, core_schema.any_schema())


@dataclass(frozen=True, slots=True)
class EmptyIsNull(_Promised):
    """Read an empty string as null, and keep other wrong values as they came.

    For reasons: relays write `""` where there is none.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        # Null is looked for first, since most values are. No Python runs for "" either: it fails to
        # be null, and what fails is null by default.
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
    """Read null as an empty string, without a Python call, and keep other wrong values as they came.

    For text that type checkers take for granted and sloppy servers leave out.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        no_string = core_schema.str_schema(strict=True)  # which a null is not: it gets the default
        empty = core_schema.with_default_schema(no_string, default="", on_error="default")
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
