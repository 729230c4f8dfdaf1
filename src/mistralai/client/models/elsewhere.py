"""A base of models whose fields are often looked for in the wrong place."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

__all__ = ["Hinting"]


class Hinting:
    """A second base of a model, which says where an attribute is that the model does not have.

    An attribute that exists costs nothing more: Python asks `__getattr__` only for others. It is
    not a model itself, because pydantic would build a validator for it.
    """

    __slots__ = ()

    _elsewhere: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Sentences by the name of the attribute."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Look for an unknown field that was received, as pydantic does."""
            try:
                return super().__getattr__(name)
            except AttributeError as error:
                if name not in self._elsewhere:
                    raise
                raise AttributeError(f"{error}; {self._elsewhere[name]}") from None
