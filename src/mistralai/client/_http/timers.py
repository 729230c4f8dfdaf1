"""The end of a wait in a thread, where the connection that is waited for is not ours.

httpx2's connections take a timeout for each read of a body, once: they notice neither a limit that
moves nor one that pings keep alive. So one thread per process, started lazily, shuts the socket
down under a read whose moment has come, which wakes it.

A `ReadTimer` serves the reads of one body, one after another. While a read is in progress `until`
is its moment. The thread looks at a timer when the earliest moment that it was told comes, and
again when the read still waits: so a stream of many reads is scheduled once in a while, not for each.
A timer fires under its lock, and only while `until` is set: after `stop` no shutdown happens, and
the connection may carry another request.
"""

from __future__ import annotations

import heapq
import itertools
import os
import threading
import time
from typing import TYPE_CHECKING, Final

from .sockets import shut_down

if TYPE_CHECKING:
    import socket


class ReadTimer:
    """Ends reads of one connection in time.

    Attributes:
        fired: Whether it ended one.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.fired = False
        self._sock = sock
        self._lock = threading.Lock()
        self._until: float | None = None
        self._scheduled: float | None = None

    def start(self, seconds: float) -> None:
        """Begin a read that may take so many seconds."""
        until = time.monotonic() + seconds
        with self._lock:
            self._until = until
            known = self._scheduled is not None and self._scheduled <= until
            if not known:
                self._scheduled = until
        if not known:
            _TIMERS.schedule(until, self)

    def stop(self) -> None:
        """End the read: the timer does not fire any more."""
        with self._lock:
            self._until = None

    def look(self, now: float) -> float | None:
        """Fire if the moment has come; return the next one to look at, or `None`."""
        with self._lock:
            until = self._until
            if until is not None and now >= until:
                self._until = None
                self.fired = True
                shut_down(self._sock)
                until = None
            self._scheduled = until
        return until


class _Timers:
    """The thread, and the moments that it waits for."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._moments: list[tuple[float, int, ReadTimer]] = []
        self._numbers = itertools.count()
        self._process: int | None = None

    def schedule(self, moment: float, timer: ReadTimer) -> None:
        """Have a timer looked at, at a moment of the monotonic clock."""
        if self._process not in {None, os.getpid()}:  # a child of a fork: no thread came along
            self._begin()
        with self._changed:
            heapq.heappush(self._moments, (moment, next(self._numbers), timer))
            if self._process is None:
                self._process = os.getpid()
                threading.Thread(target=self._work, name="mistralai-timers", daemon=True).start()
            elif self._moments[0][2] is timer:
                self._changed.notify()

    def _work(self) -> None:
        while True:
            timer = self._next()
            again = timer.look(time.monotonic())
            if again is not None:
                with self._changed:
                    heapq.heappush(self._moments, (again, next(self._numbers), timer))
            del timer

    def _next(self) -> ReadTimer:
        """Wait for the earliest moment, and return its timer."""
        with self._changed:
            while True:
                if not self._moments:
                    self._changed.wait()
                    continue
                left = self._moments[0][0] - time.monotonic()
                if left <= 0:
                    return heapq.heappop(self._moments)[2]
                self._changed.wait(left)


_TIMERS: Final = _Timers()
