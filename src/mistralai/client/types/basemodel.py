"""The base of all models."""

from typing import TYPE_CHECKING, Any, ClassVar, cast

from pydantic import BaseModel as PydanticBaseModel
from pydantic import ConfigDict, SerializerFunctionWrapHandler, model_serializer

from .unset import UNSET, UNSET_SENTINEL, Nullable, OptionalNullable, Unset

__all__ = [
    "UNSET",
    "UNSET_SENTINEL",
    "BaseModel",
    "Nullable",
    "OptionalNullable",
    "UnrecognizedInt",
    "UnrecognizedStr",
    "Unset",
]


class BaseModel(PydanticBaseModel):
    """A pydantic model that keeps unknown fields and dumps only what it was told.

    A dump leaves out a `None` that was neither given nor received, and one of a field for
    which the API takes no null; another null stays. `UNSET` given to a constructor means that the argument was not given.
    `model_fields_set` tells an absent field from one that was null.
    """

    model_config = ConfigDict(
        extra="allow",
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        arbitrary_types_allowed=True,
        protected_namespaces=(),
    )

    _never_null: ClassVar[frozenset[str]] = frozenset()
    """Fields for which the API takes no null: callers give `None` where they mean nothing."""

    if not TYPE_CHECKING:  # type checkers have the fields' own names, this would hide them

        def __init__(self, /, **data: Any) -> None:
            super().__init__(**{name: v for name, v in data.items() if v is not UNSET})

        # As pydantic marks its own: JSON that is parsed goes past it.
        __init__.__pydantic_base_init__ = True

    @model_serializer(mode="wrap")
    def _dump(self, handler: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def]  # with a return type pydantic drops the fields from the JSON schema
        model = cast("object", self)
        if not isinstance(model, PydanticBaseModel):
            return model  # a plain value where a model should be, as `model_construct` leaves it
        given = model.__pydantic_fields_set__ - self._never_null
        return {k: v for k, v in handler(self).items() if v is not None or k in given}


class UnrecognizedStr(str):
    """A string beyond those of an enumeration.

    For annotations written for the generated SDK. Here a new value of an open
    enumeration is a plain `str`.
    """

    __slots__ = ()


class UnrecognizedInt(int):
    """An integer beyond those of an enumeration, as `UnrecognizedStr`."""

    __slots__ = ()
