"""The hand-written streams, and ways of cutting bytes into reads."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

STREAMS = Path(__file__).parent.parent / "data" / "streams"


def hand_written() -> list[Path]:
    """Return every `*.sse` of `tests/data/streams`, in the order of their names."""
    return sorted(STREAMS.glob("*.sse"))


def cut_at(body: bytes, positions: Iterable[int]) -> list[bytes]:
    """Cut `body` at sorted positions; two equal ones make an empty piece."""
    return [body[start:end] for start, end in pairwise([0, *positions, len(body)])]


def cut_every(body: bytes, size: int) -> list[bytes]:
    """Cut `body` into pieces of `size` bytes, the last one shorter."""
    return [body[start : start + size] for start in range(0, len(body), size)]
