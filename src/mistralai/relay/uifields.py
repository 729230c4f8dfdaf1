"""A value inside a JSON body, with its place for the error message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeGuard, cast

from .errors import MalformedBodyError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN: Final = 60  # characters of a value in an error
_BODY: Final = "the body"


class Field:
    """A value and its place in a body.

    Attributes:
        value: The value; `None` if it is missing.
        place: The place, such as `messages[0].parts`; the body itself by default.
    """

    __slots__ = ("place", "value")

    def __init__(self, value: object, place: str = _BODY) -> None:
        self.value: Any = value
        self.place = place

    @property
    def kind(self) -> str:
        """The `type` of an object; it must have been checked."""
        return cast("str", self.value["type"])

    def get(self, name: str) -> Field:
        """Return a field of an object.

        Raises:
            ValueError: This is not an object.
        """
        value: object = self.value
        if not isinstance(value, Mapping):
            raise self.wrong("an object")
        place = name if self.place == _BODY else f"{self.place}.{name}"
        return Field(cast("Mapping[str, Any]", value).get(name), place)

    def items(self) -> Iterator[Field]:
        """Yield the items of a list.

        Raises:
            ValueError: This is not a list.
        """
        value: object = self.value
        if not _is_list(value):
            raise self.wrong("a list")
        for index, item in enumerate(value):
            yield Field(item, f"{self.place}[{index}]")

    def text(self) -> str:
        """Return a string.

        Raises:
            ValueError: This is not a string.
        """
        if not isinstance(self.value, str):
            raise self.wrong("a string")
        return self.value

    def wrong(self, expected: str) -> MalformedBodyError:
        """Return the error for a value that is not as expected."""
        if self.value is None:
            return MalformedBodyError(f"{self.place} is missing; it must be {expected}")
        return MalformedBodyError(f"{self.place} is {_shown(self.value)}; it must be {expected}")


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
