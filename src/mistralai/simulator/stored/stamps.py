"""Ids and times of stored objects, the same in each run."""

import random
from datetime import UTC, datetime
from typing import Final

from ..uuids import uuid_of

_EPOCH: Final = 1_767_225_600  # 2026-01-01 00:00 UTC


class Stamps:
    """Gives ids and times. Its clock advances by a second whenever it is read.

    Args:
        seed: The simulator's seed.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"{seed}/stored")
        self._seconds = 0

    def now(self) -> int:
        """Return the time, in seconds since 1970."""
        self._seconds += 1
        return _EPOCH + self._seconds

    def uuid(self) -> str:
        """Return a new UUID."""
        return uuid_of(self._random.getrandbits(128), version=4)

    def token(self) -> str:
        """Return 32 new hexadecimal digits."""
        return f"{self._random.getrandbits(128):032x}"


def iso(seconds: float) -> str:
    """Return a time as the API writes it: ISO 8601, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
