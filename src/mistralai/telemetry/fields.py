"""Fields of what a caller gave: models, dicts, and marks for absent values."""

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


def encodable(text: str) -> str:
    """Return a text with its lone surrogates escaped, as JSON has them in the request.

    They have no UTF-8: an exporter would fail with all the spans that it has.
    """
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()
