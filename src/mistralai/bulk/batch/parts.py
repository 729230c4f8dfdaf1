"""The parts of a run in batch jobs that both of its halves use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..feed import Feed
    from ..jobs import JobBook
    from .creating import Creator
    from .service import Service
    from .waiting import Waiting


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a run in batch jobs.

    Attributes:
        feed: Gives rows, and takes their outcomes.
        book: The jobs of the output.
        service: The API.
        creator: Creates jobs.
        waiting: The rows that wait for results.
    """

    feed: Feed
    book: JobBook
    service: Service
    creator: Creator
    waiting: Waiting
