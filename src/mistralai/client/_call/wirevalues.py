"""Values as the text of queries and forms, in the spelling of SDK 3.7.0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, cast

from ..types.unset import UNSET

if TYPE_CHECKING:
    from collections.abc import Iterator


def pairs(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield a value as names and texts: none, one, or several.

    `None` and `UNSET` yield nothing, a list yields the name once for each item, and a mapping
    yields its own names.

    Args:
        name: The name of the value, also for errors.
        value: A string, a number, a boolean, a date, an enumeration, or a list or mapping of those.

    Raises:
        TypeError: The value, or an item of it, is of another type.
        ValueError: It is a string with half a character.
    """
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[object, object]", value).items():
            if is_given(item):
                yield encodable(name, str(key)), text_of(f"{name}[{key!r}]", item)
    elif isinstance(value, Iterable) and not isinstance(value, (str, bytes, bytearray)):
        for index, item in enumerate(cast("Iterable[object]", value)):
            if is_given(item):
                yield name, text_of(f"{name}[{index}]", item)
    elif is_given(value):
        yield name, text_of(name, value)


def text_of(name: str, value: object) -> str:
    """Return the text of one value.

    Args:
        name: The name of the value, for errors.
        value: The value. A moment in UTC ends in `Z`; booleans are `true` and `false`.

    Raises:
        TypeError: The value is of another type.
        ValueError: It is a string with half a character.
    """
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, str):
        return encodable(name, value)
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "as_tuple"):  # a Decimal, whose module is slow to import
        return str(value)
    raise TypeError(
        f"{name} takes a string, a number, True or False, or a date, not {value!r};"
        " write other values as strings"
    )


def encodable(name: str, text: str) -> str:
    """Return a text that UTF-8 can hold: Python writes other bytes of a path as surrogates.

    Args:
        name: The name of the text, for the error.
        text: The text.

    Raises:
        ValueError: It has half a character.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        message = f"{name} is {text!r}, which UTF-8 cannot hold; give another one"
        raise ValueError(message) from None
    return text


def is_given(value: object) -> bool:
    """Return True unless a value is `None` or `UNSET`."""
    return value is not None and value is not UNSET
