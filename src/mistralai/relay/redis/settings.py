"""The settings of a store in Redis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that all parts of a store know.

    Attributes:
        prefix: The beginning of the names of all keys.
        lease: After how many seconds without a sign of life a producer counts as dead.
        keep: For how many seconds the log of an answer is kept after it ended.
        max_bytes: How much of a log is kept, in bytes of its events as JSON.
        clock: Seconds, from any beginning.
    """

    prefix: str
    lease: float
    keep: float
    max_bytes: int
    clock: Callable[[], float]

    @property
    def lease_ms(self) -> int:
        """The lease in milliseconds."""
        return round(self.lease * 1000)

    @property
    def keep_ms(self) -> int:
        """The expiry of a log, longer than the lease, because a silent producer renews it."""
        return round(max(self.keep, 2 * self.lease) * 1000)

    @property
    def beat(self) -> float:
        """The seconds after which a producer without news asks Redis."""
        return min(0.5, self.lease / 4)

    @property
    def patience(self) -> float:
        """For how many seconds Redis may be away before a producer gives up."""
        return 4 * self.lease

    @property
    def readers_patience(self) -> float:
        """The same for readers, longer so that a producer of this process tells them first."""
        return 5 * self.lease
