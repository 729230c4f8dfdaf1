"""The messages between the driver of a run and its workers. All of them can be pickled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..outcomes import Outcome
    from ..rows import Row


@dataclass(frozen=True, slots=True)
class Ask:
    """To a worker: ask this row. Its first request may be sent.

    Attributes:
        lease: The lease.
        row: The row.
        carrier: The carrier of the run's scope, for observers; empty without.
    """

    lease: int
    row: Row
    carrier: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Admit:
    """To a worker: the next request of this row may be sent."""

    lease: int


@dataclass(frozen=True, slots=True)
class Drop:
    """To a worker: stop asking this row."""

    lease: int


@dataclass(frozen=True, slots=True)
class Wants:
    """From a worker: this row has to be asked again."""

    lease: int


@dataclass(frozen=True, slots=True)
class Answered:
    """From a worker: the request was answered, or failed, without being refused.

    Attributes:
        lease: The lease.
        tokens: The tokens that it used; 0 if that is not known.
        answer_tokens: Those of the answer among them.
    """

    lease: int
    tokens: int
    answer_tokens: int


@dataclass(frozen=True, slots=True)
class Refused:
    """From a worker: the server said "too much".

    Attributes:
        lease: The lease.
        retry_after: The seconds that the server asks to wait, or `None`.
    """

    lease: int
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class Lowered:
    """From a worker: a stream broke off because the service is at its capacity."""

    lease: int


@dataclass(frozen=True, slots=True)
class Left:
    """From a worker: the request was given up."""

    lease: int


@dataclass(frozen=True, slots=True)
class Finished:
    """From a worker: the row has an outcome."""

    lease: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Broke:
    """From a worker: asking raised an error that is not the request's, such as a bug.

    Attributes:
        lease: The lease.
        reason: The error and its traceback.
    """

    lease: int
    reason: str


Order: TypeAlias = Ask | Admit | Drop
"""A message to a worker."""

Report: TypeAlias = Wants | Answered | Refused | Lowered | Left | Finished | Broke
"""A message from a worker."""
