"""Ends reads that last too long, on connections whose timeout cannot move.

A read that blocks in a thread ends early in one way only: its socket is shut down from another
thread. One thread per process does that. It looks at a read when the read's deadline may have
passed, not at each event: a read that begins or ends stores one attribute.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import threading
import time
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_OFTEN: Final = 10.0
"""Seconds after which a read is looked at again at the latest, so that none is kept for long."""


class Watch:
    """The reads of one body, one after the other.

    Attributes:
        fired: Whether a read was ended.
    """

    def __init__(self, shut_down: Callable[[], object]) -> None:
        """Watch nothing yet.

        Args:
            shut_down: Ends the read that is on, from any thread.
        """
        self.fired = False
        self.at: float | None = None
        self.planned: float | None = None  # when the thread looks at it next
        self._shut_down: Callable[[], object] | None = shut_down

    def begin(self, seconds: float | None) -> None:
        """A read begins that may take so many seconds, or any number."""
        if seconds is None:
            return
        self.at = at = time.monotonic() + seconds
        planned = self.planned
        if planned is None or at < planned:
            _watching().plan(self, at)

    def end(self) -> None:
        """The read is over."""
        self.at = None

    def close(self) -> None:
        """There are no more reads."""
        self.at = self._shut_down = None

    def fire(self) -> None:
        """End the read that is on."""
        self.fired = True
        shut_down = self._shut_down
        if shut_down is not None:
            shut_down()


class _Watching:
    """The thread of one process, begun when it is first needed."""

    def __init__(self) -> None:
        self._planned: list[tuple[float, int, Watch]] = []
        self._changed = threading.Condition()
        self._numbers = count()
        self._begun = False

    def plan(self, watch: Watch, at: float) -> None:
        """Look at a watch by a moment."""
        with self._changed:
            watch.planned = at = min(at, time.monotonic() + _OFTEN)
            heapq.heappush(self._planned, (at, next(self._numbers), watch))
            if self._planned[0][2] is watch:
                self._changed.notify()
            if not self._begun:
                self._begun = True
                with contextlib.suppress(RuntimeError):  # the interpreter is about to end
                    threading.Thread(target=self._work, name="mistralai-watch", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._changed:
                now = time.monotonic()
                while not self._planned or self._planned[0][0] > now:
                    self._changed.wait(self._planned[0][0] - now if self._planned else None)
                    now = time.monotonic()
                watch = heapq.heappop(self._planned)[2]
            self._look(watch, now)
            del watch

    def _look(self, watch: Watch, now: float) -> None:
        # First this, then the moment: a read that begins between them plans again.
        watch.planned = None
        at = watch.at
        if at is None:
            return
        if at > now:
            self.plan(watch, at)
        else:
            watch.fire()


_by_process: dict[int, _Watching] = {}


def _watching() -> _Watching:
    """The thread of this process: none comes along with a fork."""
    process = os.getpid()
    return _by_process.get(process) or _by_process.setdefault(process, _Watching())
