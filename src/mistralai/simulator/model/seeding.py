"""Chance that can be repeated: all of it comes from the seed and the request."""

import json
import random
from collections.abc import Mapping
from typing import Any, Final

from ..uuids import uuid_of

_PADDING: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_EPOCH: Final = 1_767_225_600  # 2026-01-01 00:00 UTC
_YEAR: Final = 31_536_000
_ID_CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Chance:
    """Everything random about the answer to one request.

    The same seed and body give the same values, streamed or not: `stream` takes no part.

    Args:
        seed: The simulator's seed.
        body: The request's body.
        salt: What tells apart several uses with one body.
    """

    def __init__(self, seed: int, body: Mapping[str, Any], salt: str = "") -> None:
        asked = {name: value for name, value in body.items() if name != "stream"}
        text = json.dumps([seed, salt, asked], sort_keys=True)
        # A `Random` seeds itself from a text by SHA-512, alike in every process.
        self.random: Final = random.Random(text)
        self.id: Final = self.another_id()
        """Thirty-two hexadecimal digits (wire-format section 5)."""
        self.created: Final = _EPOCH + self.random.randrange(_YEAR)
        """Seconds since 1970, within the year 2026."""

    def padding(self) -> str:
        """Make the `p` of one chunk: 1 to 36 characters (wire-format section 5)."""
        return _PADDING[: self.random.randint(1, len(_PADDING))]

    def another_id(self) -> str:
        """Make one more id, for servers that give each chunk its own."""
        return f"{self.random.getrandbits(128):032x}"

    def long_call_id(self) -> str:
        """Make the id of a tool call as hosted third-party models have it."""
        return f"chatcmpl-tool-{self.random.getrandbits(64):016x}"

    def tool_call_id(self) -> str:
        """Make the id of a tool call: nine letters and digits (wire-format section 3)."""
        return "".join(self.random.choices(_ID_CHARACTERS, k=9))


def request_id(seed: int, number: int) -> str:
    """Make the id of the nth request, in the form of a UUID version 7 (RFC 9562, section 5.7)."""
    chance = random.Random(f"{seed}/{number}")
    milliseconds = (_EPOCH + chance.randrange(_YEAR)) * 1000 + number % 1000
    return uuid_of(milliseconds << 80 | chance.getrandbits(80), version=7)
