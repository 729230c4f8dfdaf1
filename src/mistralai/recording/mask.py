"""Masks the key in recorded bytes."""

import re
from collections.abc import Iterable
from typing import Final

_PLACEHOLDER: Final = 8
"""A shorter key is a placeholder, and masked only as a separate word."""


class Mask:
    """Replaces each character of a key by a star.

    Args:
        keys: The keys to mask; empty ones are ignored.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = [key.encode() for key in keys if key]
        forms = [self._form(key) for key in sorted(self._keys, key=len, reverse=True)]
        self._pattern = re.compile(b"|".join(forms)) if forms else None

    @staticmethod
    def _form(key: bytes) -> bytes:
        form = re.escape(key)
        return form if len(key) >= _PLACEHOLDER else rb"(?<![A-Za-z0-9])%b(?![A-Za-z0-9])" % form

    def __call__(self, data: bytes) -> bytes:
        """Mask the keys in some bytes."""
        if self._pattern is None:
            return data
        return self._pattern.sub(lambda match: b"*" * len(match[0]), data)

    def text(self, text: str) -> str:
        """Mask the keys in a text."""
        return self(text.encode()).decode()

    def partial_key_length(self, data: bytes) -> int:
        """Return the length of the longest suffix of some bytes that is the start of a key."""
        longest = max(map(len, self._keys), default=0)
        for length in range(min(longest, len(data)), 0, -1):
            end = data[-length:]
            if any(key.startswith(end) for key in self._keys):
                return length
        return 0
