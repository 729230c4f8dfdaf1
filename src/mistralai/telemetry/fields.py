"""Fields of what a caller gave or a server sent, and which of their values can be attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ..client import UNSET


def value_of(whole: object, name: str) -> Any:
    """Return a field of a model or a dict; `None` if it is missing or unset."""
    if isinstance(whole, Mapping):
        value = cast("Mapping[str, Any]", whole).get(name)
    else:
        value = getattr(whole, name, None)
    return None if value is UNSET else value


def given(value: object) -> bool:
    """Return True for a value that was set and is not null."""
    return value is not None and value is not UNSET


def text_of(value: object) -> str | None:
    """Read a text as it is sent: of a member of an enumeration `str` may show the name."""
    return encodable(str.__str__(value)) if isinstance(value, str) else None


def integer_of(value: object) -> int | None:
    """Read an integer of 64 bits; with a larger one an exporter would fail, as `encodable` says."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if -(2**63) <= value < 2**63 else None


def count_of(value: object) -> int | None:
    """Read a number of things; a counter takes none below 0."""
    count = integer_of(value)
    return None if count is None or count < 0 else count


def encodable(text: str) -> str:
    """Return a text with its lone surrogates escaped, as JSON has them in the request.

    They have no UTF-8: an exporter would fail with all the spans that it has.
    """
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()
