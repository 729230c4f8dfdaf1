"""Fields of messages and tools, which are models or dicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


def value_of(given: object, name: str) -> Any:
    """Return a field of a model or a dict; `None` if it is missing."""
    if isinstance(given, Mapping):
        return cast("Mapping[str, Any]", given).get(name)
    return getattr(given, name, None)
