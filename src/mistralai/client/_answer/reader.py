"""Deltas from chunks that somebody else reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._hints import resolve_hints
from .accumulate import Accumulator
from .deltas import deltas_of

if TYPE_CHECKING:
    from ..models import CompletionChunk
    from .deltas import Delta


class DeltaReader:
    """The deltas of one answer, for a program that has its chunks and not its stream."""

    def __init__(self) -> None:
        self._answer = Accumulator()

    def read(self, chunk: CompletionChunk) -> list[Delta]:
        """Return the deltas of the next chunk, as `stream.deltas` yields them."""
        self._answer.add(chunk)
        return deltas_of(chunk, self._answer)


resolve_hints(__name__)
