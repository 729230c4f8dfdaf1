"""`UNSET`: an argument that was not given, where `None` would mean null.

This module imports neither pydantic nor a model, so that signatures can use it.
"""

from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias, TypeVar, final

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

T = TypeVar("T")


@final
class Unset:
    """The class of `UNSET`: a false singleton, which copies and pickles keep."""

    __slots__ = ()
    _one: ClassVar["Unset | None"] = None

    def __new__(cls) -> "Unset":
        """Return the one object."""
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> "CoreSchema":
        """Allow `UNSET` in a field of a user's own pydantic model; it is dumped as null."""
        from pydantic_core import core_schema

        null = core_schema.plain_serializer_function_ser_schema(_null)
        return core_schema.is_instance_schema(cls, serialization=null)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: "CoreSchema", _handler: "GetJsonSchemaHandler"
    ) -> "JsonSchemaValue":
        return {"type": "null"}


def _null(_unset: Any) -> None:
    return None


UNSET: Final = Unset()
"""Not given: the field is left out of the request, and the API's default applies."""

UNSET_SENTINEL: Final = "~?~unset~?~sentinel~?~"
"""The placeholder that the generated SDK uses for `UNSET` in dumps; never produced here."""

Nullable: TypeAlias = T | None
"""A value that may be null."""

OptionalNullable: TypeAlias = T | Unset | None
"""A value that may be null (`None`) or not given (`UNSET`)."""
