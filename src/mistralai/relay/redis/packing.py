"""Commands in the protocol of Redis (RESP): its specification calls them arrays of bulk strings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a command that are packed once and sent many times."""

    packed: bytes
    number: int

    @classmethod
    def of(cls, *words: str | bytes | int) -> Words:
        """Pack words."""
        return cls(b"".join(map(_pack, words)), len(words))


Word: TypeAlias = str | bytes | int | Words
Command: TypeAlias = tuple[Word, ...]


def _pack(word: str | bytes | int) -> bytes:
    if not isinstance(word, bytes):
        word = str(word).encode()
    return b"$%d\r\n%b\r\n" % (len(word), word)


def pack(command: Command) -> bytes:
    """Return a command as bytes."""
    parts = [b""]
    number = len(command)
    for word in command:
        if isinstance(word, Words):
            parts.append(word.packed)
            number += word.number - 1
        else:
            parts.append(_pack(word))
    parts[0] = b"*%d\r\n" % number
    return b"".join(parts)
