"""JSON as browsers read it."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python


def json_of(value: Any) -> bytes:
    """Return JSON on one line, with null for numbers that JSON does not have.

    A lone surrogate, which UTF-8 does not have either, is written as an escape.
    """
    try:
        return to_json(value, inf_nan_mode="null")
    except PydanticSerializationError:
        return json.dumps(value, separators=(",", ":")).encode()


def plain(value: Any) -> Any:
    """Return a value in types of JSON: a model as an object, whoever encodes it."""
    return value if isinstance(value, str) else to_jsonable_python(value)
