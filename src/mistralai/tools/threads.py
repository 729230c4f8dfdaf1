"""Tools in threads of a synchronous run.

A thread cannot be cancelled. One whose tool is late, or whose run has ended, is awaited for a
moment; its result is dropped, and a warning names the tool of one that runs on. The threads are
daemons, so that a tool that hangs does not keep the process from its end.
"""

from __future__ import annotations

import contextvars
import queue
import threading
import time
import warnings
from typing import TYPE_CHECKING, Final

from .outcomes import Interrupted, TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .outcomes import Outcome
    from .steps import RunTools

_WOKEN: Final = -1
_LONGEST_WAIT: Final = 86_400.0  # seconds; a queue takes no infinite ones


def warn_of_threads(names: Iterable[str], seconds: float) -> None:
    """Warn of tools whose threads run on."""
    if named := ", ".join(map(repr, names)):
        warnings.warn(
            f"the thread of the tool {named} runs on, {seconds:g} s after its timeout expired or"
            " its run ended; a thread cannot be cancelled, and its result is dropped",
            RuntimeWarning,
            stacklevel=2,
        )


class Threads:
    """Runs calls in threads, at the request of the thread that reads the run."""

    def __init__(
        self, limit: int, grace: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare to run calls.

        Args:
            limit: The most threads at the same time.
            grace: Seconds for which a thread is awaited whose result is dropped.
            clock: The clock of timeouts, in seconds.
        """
        self._limit = limit
        self._grace = grace
        self._clock = clock
        self._ended: queue.SimpleQueue[tuple[int, Outcome]] = queue.SimpleQueue()
        self._running: dict[int, float | None] = {}  # places in the batch, with their deadlines
        self._dropped: set[int] = set()

    def wake(self) -> None:
        """Let `run` look again whether the run is being closed; from any thread."""
        self._ended.put((_WOKEN, Interrupted()))

    def run(self, step: RunTools) -> None:
        """Run the calls of a step, and note their outcomes as they are known."""
        places = iter(range(len(step.calls)))
        try:
            while self._begin(step, places):
                self._await_one(step)
        finally:
            self._dropped |= self._running.keys()
            self._await_dropped(step)

    def _begin(self, step: RunTools, places: Iterator[int]) -> bool:
        """Begin calls up to the limit; return whether there is one to wait for."""
        if step.over():
            return False
        while len(self._running) < self._limit and step.signals.may_begin():
            place = next(places, None)
            if place is None:
                break
            timeout = step.calls[place].tool.timeout
            step.begin(place)
            self._running[place] = None if timeout is None else self._clock() + timeout
            work = contextvars.copy_context().run
            name = f"tool {step.calls[place].call.name}"
            threading.Thread(
                target=work, args=(self._work, step, place), name=name, daemon=True
            ).start()
        return bool(self._running)

    def _work(self, step: RunTools, place: int) -> None:
        self._ended.put((place, step.outcome(place)))

    def _await_one(self, step: RunTools) -> None:
        """Wait until a call ends, or is late, or the run is closed."""
        deadlines = [deadline for deadline in self._running.values() if deadline is not None]
        wait = max(0.0, min(deadlines) - self._clock()) if deadlines else None
        wait = wait if wait is None else min(wait, _LONGEST_WAIT)
        try:
            place, outcome = self._ended.get(timeout=wait)
        except queue.Empty:
            now = self._clock()
            for late, deadline in list(self._running.items()):
                if deadline is not None and deadline <= now:
                    del self._running[late]
                    self._dropped.add(late)
                    step.end(late, TimedOut())
            return
        if place in self._running:
            del self._running[place]
            step.end(place, outcome)
        self._dropped.discard(place)

    def _await_dropped(self, step: RunTools) -> None:
        """Wait for threads whose results are dropped, and warn of those that run on."""
        end = self._clock() + self._grace
        while self._dropped and (left := end - self._clock()) > 0:
            try:
                self._dropped.discard(self._ended.get(timeout=left)[0])
            except queue.Empty:
                break
        warn_of_threads([step.calls[place].call.name for place in self._dropped], self._grace)
