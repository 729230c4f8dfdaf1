"""JSON values: how they are told apart, and how they are written."""

import json
from typing import Any, Final, TypeGuard

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a value is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a value is an array."""
    return isinstance(value, list)


def is_number(value: Any) -> TypeGuard[int | float]:
    """Whether a value is a number; `true` and `false` are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def compact(value: Any) -> bytes:
    """Write JSON as the API does: no blanks, UTF-8 not escaped (wire-format section 4).

    A lone surrogate, which UTF-8 cannot carry, becomes `?`.
    """
    return _ENCODER.encode(value).encode("utf-8", "replace")
