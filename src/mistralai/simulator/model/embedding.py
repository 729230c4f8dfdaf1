"""Embeddings: a direction that depends on the text alone."""

import base64
import math
import random
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final

from . import tokens
from .seeding import Randomness

_DIMENSION: Final = 1024
_PACKED: Final = {"float": "f", "int8": "b", "uint8": "B", "binary": "b", "ubinary": "B"}


def embeddings(body: Mapping[str, Any], randomness: Randomness) -> dict[str, Any]:
    """Answer a checked request of `POST /v1/embeddings`.

    Args:
        body: The request's body.
        randomness: The source of the id.
    """
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    count = tokens.count(texts)
    return {
        "id": randomness.id,
        "object": "list",
        "data": [
            {"object": "embedding", "embedding": _embedding(text, body), "index": index}
            for index, text in enumerate(texts)
        ],
        "model": body["model"],
        "usage": {"prompt_tokens": count, "total_tokens": count, "completion_tokens": 0},
    }


def _embedding(text: str, body: Mapping[str, Any]) -> list[float] | str:
    kind = body.get("output_dtype", "float")
    values = _quantized(kind, _direction(text, int(body.get("output_dimension") or _DIMENSION)))
    if body.get("encoding_format") != "base64":
        return values
    return base64.b64encode(struct.pack(f"<{len(values)}{_PACKED[kind]}", *values)).decode()


def _direction(text: str, dimension: int) -> list[float]:
    """Return a vector of length 1 that depends on the text alone."""
    rng = random.Random(text)
    values = [rng.gauss(0, 1) for _ in range(dimension)]
    length = math.hypot(*values)
    return [value / length for value in values]


def _quantized(kind: str, values: Sequence[float]) -> list[float]:
    match kind:
        case "int8":
            return [round(value * 127) for value in values]
        case "uint8":
            return [round(value * 127) + 128 for value in values]
        case "binary":
            return [bits - 128 for bits in _bits(values)]
        case "ubinary":
            return [*_bits(values)]
        case _:
            return [round(value, 8) for value in values]


def _bits(values: Sequence[float]) -> bytes:
    """Pack the signs, eight per byte."""
    signs = "".join("1" if value > 0 else "0" for value in values)
    size = math.ceil(len(signs) / 8)
    return int(signs.ljust(size * 8, "0"), 2).to_bytes(size, "big")
