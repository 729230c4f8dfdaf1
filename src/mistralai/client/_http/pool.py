"""Idle connections, and the room for open ones. No I/O, and no lock: its user has one.

Taking and giving back cost the same however many connections are open: idle ones are stacks by
origin, last in first out, and one queue by age. Only the connection that is taken is asked
whether it still lives, by its user.

Invariants:

- A connection is idle or in use, never both; one in use is known to its user alone.
- At most `max_idle` connections are idle, none for longer than `expiry` once the pool is used.
- With a limit, `in_use` never exceeds it, and neither do the connections that are open. Waiters
  are admitted in the order of their arrival: a newcomer does not overtake a waiter.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

MAX_IDLE: Final = 100
"""Idle connections that are kept."""

EXPIRY: Final = 60.0
"""Seconds that an idle connection is kept: enough for the next turn of a conversation."""

C = TypeVar("C")


class Waiter(Protocol):
    """An event that admits a waiting request."""

    def set(self) -> object:
        """Let it in."""
        ...


class Pool(Generic[C]):
    """The connections of a transport.

    Attributes:
        in_use: Requests that hold room: they have a connection, or open one.
    """

    def __init__(
        self,
        *,
        max_open: int | None = None,
        max_idle: int = MAX_IDLE,
        expiry: float = EXPIRY,
    ) -> None:
        self.in_use = 0
        self._max_open = max_open
        self._max_idle = max_idle
        self._expiry = expiry
        self._idle: dict[Hashable, list[C]] = {}
        self._ages: dict[C, tuple[Hashable, float]] = {}  # the oldest first
        self._waiting: deque[Waiter] = deque()

    def enter(self) -> bool:
        """Take room for a request; return whether there is any, and nobody waits for it."""
        if self._waiting or (self._max_open is not None and self.in_use >= self._max_open):
            return False
        self.in_use += 1
        return True

    def wait(self, waiter: Waiter) -> None:
        """Queue a waiter for room; it is set once the room is its own."""
        self._waiting.append(waiter)

    def leave(self) -> None:
        """Release the room of a request, to the first waiter if there is one."""
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self.in_use -= 1

    def give_up(self, waiter: Waiter) -> None:
        """Remove a waiter from the queue; room that it was given already is released."""
        try:
            self._waiting.remove(waiter)
        except ValueError:
            self.leave()

    def take(self, origin: Hashable) -> C | None:
        """Remove and return the idle connection to an origin that was used last."""
        stack = self._idle.get(origin)
        if not stack:
            return None
        connection = stack.pop()
        if not stack:
            del self._idle[origin]
        del self._ages[connection]
        return connection

    def put(self, origin: Hashable, connection: C, now: float) -> None:
        """Keep a connection for another request."""
        self._idle.setdefault(origin, []).append(connection)
        self._ages[connection] = origin, now

    def surplus(self, now: float, *, opening: bool = False) -> list[C]:
        """Return the idle connections that are too old or too many, which are its user's to close.

        Args:
            now: The moment, by the clock of `put`.
            opening: Whether one is about to be opened. With a limit, idle ones make room for it;
                else who was let in may take one of them.
        """
        dropped: list[C] = []
        for connection, (origin, since) in self._ages.items():
            kept = len(self._ages) - len(dropped)
            room = not opening or self._max_open is None or self.in_use + kept <= self._max_open
            if room and kept <= self._max_idle and now - since < self._expiry:
                break
            dropped.append(connection)
            self._idle[origin].remove(connection)
            if not self._idle[origin]:
                del self._idle[origin]
        for connection in dropped:
            del self._ages[connection]
        return dropped

    def clear(self) -> list[C]:
        """Return all idle connections, which are its user's to close."""
        idle = list(self._ages)
        self._ages.clear()
        self._idle.clear()
        return idle

    def __repr__(self) -> str:
        limit = "no limit" if self._max_open is None else f"at most {self._max_open}"
        return f"Pool({self.in_use} in use, {len(self._ages)} idle, {limit})"
