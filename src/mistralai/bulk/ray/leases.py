"""The leases of rows to workers, without I/O.

Theory of operation. A worker is

- starting, until it has answered: it gets no rows;
- working: it gets rows;
- lost: its process or node is gone, or cannot be reached. Its leases have been given back, and its
  epoch has ended: it knows nothing of what it was told before. It is being started again;
- retired: it was lost five times without finishing a row in between, did not answer 120 calls,
  which takes minutes, or cannot be started. It gets no more rows.

      starting ──> working ──> lost ──> working …
          └──────────┬──────────┘
                     v
                  retired

A lease is a row at a worker. Its number is never used again, and it ends once: when the row is
finished or dropped, or when the worker is lost. A message with the number of a lease that has ended
is stale and is ignored. This is the fence: a worker that could not be reached for a while, and
whose rows others have been given, cannot finish them as well.
"""

from __future__ import annotations

import enum
from typing import Final

_MOST_LOSSES: Final = 5
_MOST_FAILURES: Final = 120


class WorkerState(enum.Enum):
    """The state of a worker."""

    STARTING = "starting"
    WORKING = "working"
    LOST = "lost"
    RETIRED = "retired"


class LeaseBook:
    """The workers and their leases.

    Args:
        workers: The number of workers, which are numbered from 0.
        most_losses: The losses of a working worker, without a finished row in between, after which
            it is retired.
        most_failures: The failures to start, without an answer in between, after which it is
            retired.
    """

    def __init__(
        self,
        workers: int,
        *,
        most_losses: int = _MOST_LOSSES,
        most_failures: int = _MOST_FAILURES,
    ) -> None:
        self._states = [WorkerState.STARTING] * workers
        self._epochs = [0] * workers
        self._losses = [0] * workers
        self._failures = [0] * workers
        self._held: list[set[int]] = [set() for _ in range(workers)]
        self._worker_of: dict[int, int] = {}
        self._most_losses = most_losses
        self._most_failures = most_failures
        self._last = 0

    def state(self, worker: int) -> WorkerState:
        """Return the state of a worker."""
        return self._states[worker]

    def epoch(self, worker: int) -> int:
        """Return the epoch of a worker, from 0: how often it was lost or could not be started."""
        return self._epochs[worker]

    @property
    def exhausted(self) -> bool:
        """True if every worker is retired."""
        return all(state is WorkerState.RETIRED for state in self._states)

    def join(self, worker: int) -> None:
        """Note that a worker has answered."""
        assert self._states[worker] in {WorkerState.STARTING, WorkerState.LOST}
        self._states[worker] = WorkerState.WORKING
        self._failures[worker] = 0

    def lose(self, worker: int, *, forever: bool = False) -> list[int]:
        """Note that a worker is lost, or could not be started.

        Args:
            worker: The worker.
            forever: Whether it cannot be started again.

        Returns:
            The numbers of its leases, which have ended.
        """
        assert self._states[worker] is not WorkerState.RETIRED
        self._epochs[worker] += 1
        counts = self._losses if self._states[worker] is WorkerState.WORKING else self._failures
        counts[worker] += 1
        retired = (
            forever
            or self._losses[worker] >= self._most_losses
            or self._failures[worker] >= self._most_failures
        )
        self._states[worker] = WorkerState.RETIRED if retired else WorkerState.LOST
        ended = sorted(self._held[worker])
        self._held[worker].clear()
        for number in ended:
            del self._worker_of[number]
        return ended

    def lease(self) -> int | None:
        """Begin a lease, with the working worker that has the fewest.

        Returns:
            Its number, or `None` if no worker is working.
        """
        working = [
            worker for worker, state in enumerate(self._states) if state is WorkerState.WORKING
        ]
        if not working:
            return None
        worker = min(working, key=lambda worker: len(self._held[worker]))
        self._last += 1
        self._held[worker].add(self._last)
        self._worker_of[self._last] = worker
        return self._last

    def worker(self, number: int) -> int | None:
        """Return the worker that has a lease, or `None` if the lease has ended."""
        return self._worker_of.get(number)

    def end(self, number: int, *, finished: bool) -> bool:
        """End a lease.

        Args:
            number: Its number.
            finished: Whether its row is finished, rather than dropped.

        Returns:
            False if it had ended before.
        """
        worker = self._worker_of.pop(number, None)
        if worker is None:
            return False
        self._held[worker].discard(number)
        if finished:
            self._losses[worker] = 0
        return True
