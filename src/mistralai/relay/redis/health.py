"""Outages of Redis as this process saw them, and whether producers may be declared dead.

A lease that has run out says that its producer is dead, unless the producer could not renew it
because Redis was away. So after an outage leases are not believed for the length of one lease, in
which each living producer has renewed its own. An outage is a connection that broke or could not be
made, or a reply that came more than a second later than it should have.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ..errors import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

LATE: Final = 1.0
"""A reply that is so many seconds late means that Redis was away."""


class Health:
    """The memory of outages.

    Attributes:
        away_since: When the outage began that has not ended yet, by the clock; `None`: there is
            none.
    """

    def __init__(self, clock: Callable[[], float], lease: float) -> None:
        self.away_since: float | None = None
        self._clock = clock
        self._lease = lease
        self._trusted_from = -math.inf

    @property
    def leases_count(self) -> bool:
        """True where a lease that has run out means that its producer is dead."""
        return self.away_since is None and self._clock() >= self._trusted_from

    @property
    def patience(self) -> float:
        """Return in how many seconds leases count again, if Redis stays."""
        return max(self._trusted_from - self._clock(), 0.0)

    @contextmanager
    def watch(self, wait: float) -> Generator[None]:
        """Watch an exchange, in which Redis waits for news for at most `wait` seconds."""
        began = self._clock()
        try:
            yield
        except StoreUnavailableError:
            if self.away_since is None:
                self.away_since = began
            raise
        now = self._clock()
        if self.away_since is not None or now - began > wait + LATE:
            self.away_since = None
            self._trusted_from = now + self._lease
