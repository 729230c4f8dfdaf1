"""Unions whose members are distinguished by a field, and that stay open for new members."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, cast, get_args

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, model_serializer
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class Unknown(BaseModel):
    """A value of an unknown type, or without the fields that its type requires.

    It is dumped unchanged, so that it can be sent back.

    Attributes:
        raw: The value as it was received.
    """

    known: ClassVar[frozenset[str]] = frozenset()
    """Types that `type` does not return, so that code which tests for one finds its fields."""

    raw: Any

    @property
    def type(self) -> str:
        """The type that the value names, or `"UNKNOWN"`."""
        kind = _field(self.raw, "type")
        return kind if isinstance(kind, str) and kind not in self.known else "UNKNOWN"

    @property
    def is_unknown(self) -> Literal[True]:
        """True, as in the generated SDK."""
        return True

    @classmethod
    def of(cls, value: object) -> Self | dict[str, object]:
        """Return the input of this class for a value that no other member of the union takes.

        Raises:
            ValueError: The value is neither an object nor a string.
        """
        if isinstance(value, cls):
            return value
        if isinstance(value, (Mapping, str, BaseModel)):
            return {"raw": value}
        raise ValueError("this should be an object with a type")

    @model_serializer(mode="plain")
    def _dump(self) -> Any:
        return self.raw

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"title": cls.__name__, "type": "object", "additionalProperties": True}


@dataclass(frozen=True, slots=True)
class OneOf:
    """Choose the member by one field, without a Python call.

    Attributes:
        field: The field, whose default differs in each member.
        unknown: The member for values that no other takes. Without it such a value is an error.
    """

    field: str
    unknown: type[Unknown] | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        known = _by_tag(source, self.field, self.unknown, handler)
        union = core_schema.tagged_union_schema(known, self.field)
        if self.unknown is None:
            return union
        keep = _keep(self.unknown, handler)
        return core_schema.union_schema([(union, "known"), (keep, "unknown")], mode="left_to_right")


@dataclass(frozen=True, slots=True)
class StrictOneOf:
    """Choose the member by its `type`, and refuse a known type with wrong fields.

    Attributes:
        unknown: The member for an unknown type.
        absent: The type of a value that does not name one, or a function that returns it.
    """

    unknown: type[Unknown]
    absent: str | Callable[[object], str]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        choices = _by_tag(source, "type", self.unknown, handler)

        def tag(value: object) -> str:
            absent = self.absent
            named = _field(value, "type")
            kind = named or (absent if isinstance(absent, str) else absent(value))
            return kind if isinstance(kind, str) and kind in choices else "unknown"

        return core_schema.tagged_union_schema(
            {**choices, "unknown": _keep(self.unknown, handler)}, tag
        )


def _field(value: object, name: str) -> object:
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(name)
    return getattr(value, name, None)


def _by_tag(
    source: Any, field: str, unknown: type[Unknown] | None, handler: GetCoreSchemaHandler
) -> dict[str, CoreSchema]:
    members = [member for member in get_args(source) if member is not unknown]
    return {m.model_fields[field].default: handler.generate_schema(m) for m in members}


def _keep(unknown: type[Unknown], handler: GetCoreSchemaHandler) -> CoreSchema:
    schema = handler.generate_schema(unknown)
    return core_schema.no_info_before_validator_function(unknown.of, schema)
