"""Reproducible randomness, from the seed and the request."""

import json
import random
from collections.abc import Mapping
from typing import Any, Final

from ..uuids import uuid_of

_PADDING: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_EPOCH: Final = 1_767_225_600  # 2026-01-01 00:00 UTC
_YEAR: Final = 31_536_000
_ID_CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Randomness:
    """The random parts of the answer to one request.

    The same seed and body give the same values; `stream` is ignored.

    Args:
        seed: The simulator's seed.
        body: The request's body.
        salt: Distinguishes several uses with the same body.
    """

    def __init__(self, seed: int, body: Mapping[str, Any], salt: str = "") -> None:
        fields = {name: value for name, value in body.items() if name != "stream"}
        text = json.dumps([seed, salt, fields], sort_keys=True)
        # `Random` seeds itself from text by SHA-512, the same in every process.
        self.random: Final = random.Random(text)
        self.id: Final = self.another_id()
        """32 hexadecimal digits (wire-format section 5)."""
        self.created: Final = _EPOCH + self.random.randrange(_YEAR)
        """Seconds since 1970, in the year 2026."""

    def padding(self) -> str:
        """Return the `p` of one chunk: 1 to 36 characters (wire-format section 5)."""
        return _PADDING[: self.random.randint(1, len(_PADDING))]

    def another_id(self) -> str:
        """Return a new id, for servers with one id per chunk."""
        return f"{self.random.getrandbits(128):032x}"

    def long_call_id(self) -> str:
        """Return the id of a tool call of a hosted third-party model."""
        return f"chatcmpl-tool-{self.random.getrandbits(64):016x}"

    def tool_call_id(self) -> str:
        """Return the id of a tool call: nine letters and digits (wire-format section 3)."""
        return "".join(self.random.choices(_ID_CHARACTERS, k=9))


def request_id(seed: int, number: int) -> str:
    """Return the id of the nth request, a UUID version 7 (RFC 9562, section 5.7)."""
    rng = random.Random(f"{seed}/{number}")
    milliseconds = (_EPOCH + rng.randrange(_YEAR)) * 1000 + number % 1000
    return uuid_of((milliseconds << 80) | rng.getrandbits(80), version=7)
