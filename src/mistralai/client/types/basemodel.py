"""The base of all models, and the reading of a caller's keywords and dicts.

Parsed JSON keeps every field, and no field is added. Keywords of a constructor and
dicts in a call are read as the generated SDK reads them: only known fields, with
the defaults that it sends.
"""

from collections.abc import Mapping
from types import MappingProxyType
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
    """A pydantic model that keeps unknown fields and dumps only fields that were set.

    A dump leaves out a `None` that was neither given nor received, and any `None` of a field for
    which the API does not take null; another null stays. A constructor reads `UNSET` as an
    argument that was not given. `model_fields_set` distinguishes an absent field from a null one.

    A constructor ignores keywords that are not fields, and setting an attribute that is not a
    field raises `ValueError`, as in the generated SDK. `model_validate` keeps unknown fields.
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
    """Fields for which the API does not take null; a `None` that a caller gives is left out."""

    _dumped_when_set: ClassVar[frozenset[str]] = frozenset()
    """Fields with a default other than `None` that a dump leaves out unless they were set."""

    _sent_defaults: ClassVar[Mapping[str, object]] = MappingProxyType({})
    """Defaults that are sent for fields that a caller leaves out, as the generated SDK does."""

    _open: ClassVar[bool] = False
    """True for a model whose constructor takes unknown fields."""

    if not TYPE_CHECKING:  # it would hide the names of the fields from type checkers

        def __init__(self, /, **data: Any) -> None:
            values = {name: value for name, value in data.items() if value is not UNSET}
            super().__init__(**values)
            _keep_known_fields_of(self, values, [], "")

        # The mark of pydantic's own constructor: validation of JSON does not call it.
        __init__.__pydantic_base_init__ = True

        def __setattr__(self, name: str, value: Any) -> None:
            known = name in type(self).model_fields or name.startswith("_") or self._open
            if not known and name not in self.model_fields_set and not hasattr(type(self), name):
                raise ValueError(f"{type(self).__name__!r} has no field {name!r}")
            super().__setattr__(name, value)

    @model_serializer(mode="wrap")
    def _dump(self, handler: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def]  # with a return type pydantic drops the fields from the JSON schema
        model = cast("object", self)
        if not isinstance(model, PydanticBaseModel):
            return model  # `model_construct` may leave a plain value in the place of a model
        fields = model.__pydantic_fields_set__
        nullable = fields - self._never_null
        dumped = {k: v for k, v in handler(self).items() if v is not None or k in nullable}
        for name in self._dumped_when_set:
            if name not in fields:
                dumped.pop(name, None)
        return dumped


def keep_known_fields(value: object, source: object, dropped: list[str], path: str) -> None:
    """Remove unknown fields from models that were made of a caller's dicts, and set the defaults.

    Objects among the dicts stay as they are.

    Args:
        value: The result of validation: a model, a list of them, or anything else.
        source: The caller's value.
        dropped: Collects the names of the fields that are removed.
        path: The name of the value, as a prefix of theirs.
    """
    if value is source:
        return
    if isinstance(value, list):
        if isinstance(source, (list, tuple)):
            values, sources = cast("list[object]", value), cast("list[object]", source)
            for item, item_source in zip(values, sources, strict=True):
                keep_known_fields(item, item_source, dropped, path)
    elif isinstance(source, Mapping) and isinstance(value, BaseModel):
        _keep_known_fields_of(value, cast("Mapping[str, object]", source), dropped, path)


def _keep_known_fields_of(
    model: BaseModel, source: Mapping[str, object], dropped: list[str], path: str
) -> None:
    prefix = f"{path}." if path else ""
    extra, fields, values = model.__pydantic_extra__, model.__pydantic_fields_set__, vars(model)
    if extra and not model._open:  # noqa: SLF001 - of this class
        dropped += [f"{prefix}{name}" for name in extra]
        fields.difference_update(extra)
        extra.clear()
    for name, value in values.items():
        if name in source and value is not source[name]:
            keep_known_fields(value, source[name], dropped, f"{prefix}{name}")
    for name, default in model._sent_defaults.items():  # noqa: SLF001 - of this class
        if name not in fields:
            values[name] = default
            fields.add(name)


class UnrecognizedStr(str):
    """A string that is not in an enumeration, for annotations written for the generated SDK.

    In this package an unknown value of an open enumeration is a plain `str`.
    """

    __slots__ = ()


class UnrecognizedInt(int):
    """An integer that is not in an enumeration, like `UnrecognizedStr`."""

    __slots__ = ()
