"""JSON values: type tests, and serialisation."""

import json
from typing import Any, Final, TypeGuard

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Return True for an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Return True for an array."""
    return isinstance(value, list)


def is_number(value: Any) -> TypeGuard[int | float]:
    """Return True for a number; `true` and `false` are not numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def compact(value: Any) -> bytes:
    """Serialise JSON as the API does: no spaces, UTF-8 not escaped (wire-format section 4).

    A lone surrogate, which UTF-8 cannot carry, becomes `?`.
    """
    return _ENCODER.encode(value).encode("utf-8", "replace")
