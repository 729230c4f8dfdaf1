"""The parts that descriptions of keywords are made of: `TypedDict` and `Nullable`.

jedi, which completes in IPython, Jupyter and many editors, does not understand `Unpack`. It follows
`ChatParams(**params)` in the body of a method instead, and takes the keywords of a dataclass from
its fields. The `TypedDict` here looks to it like the base of such classes.
"""

from typing import Annotated, Final, TypeAlias, TypeVar, final

from ..types.unset import Unset

__all__ = ["TAKES_NULL", "Nullable", "TypedDict"]

# jedi follows both branches of a test only where the variable is annotated; a bare False would
# decide it.
TYPE_CHECKING: bool = False
_EDITOR: bool = False

if TYPE_CHECKING:
    from typing_extensions import TypedDict
else:
    from typing_extensions import TypedDict, dataclass_transform

    if _EDITOR:  # pragma: no cover - read, never run

        @dataclass_transform(kw_only_default=True)
        class _Keywords(type):
            pass

        class TypedDict(TypedDict, metaclass=_Keywords):
            """The base of descriptions, as jedi sees it."""


T = TypeVar("T")


@final
class _TakesNull:
    """The class of `TAKES_NULL`."""

    __slots__ = ()


TAKES_NULL: Final = _TakesNull()
"""Marks a field for which the API takes null."""

Nullable: TypeAlias = Annotated[T | Unset | None, TAKES_NULL]
"""A field that may be null: `None` is sent as null, `UNSET` is not sent.

Type checkers see `OptionalNullable`. `signatures` finds the mark without resolving the type.
"""
