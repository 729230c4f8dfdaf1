"""The producers of this process: when they write.

All write together: at most every 15 ms what they have, and twice per second a beat for each one
that had nothing to write. What comes after a quiet moment is written immediately.
"""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .packing import Command
    from .pipeline import Pipeline
    from .settings import Settings
    from .writer import RedisWriter

FLUSH_EVERY: Final = 0.015
RETRY_EVERY: Final = 0.25


class Producers:
    """The writers of a store, and the timers that make them write."""

    def __init__(self, pipeline: Pipeline, settings: Settings) -> None:
        self._pipeline = pipeline
        self._settings = settings
        self._context = Context()
        self._writers: dict[str, RedisWriter] = {}
        self._dirty: set[RedisWriter] = set()
        self._failed: set[RedisWriter] = set()
        self._flushed_at = 0.0
        self._flush_timer: asyncio.TimerHandle | None = None
        self._retry_timer: asyncio.TimerHandle | None = None
        self._beat_timer: asyncio.TimerHandle | None = None

    def add(self, writer: RedisWriter) -> None:
        """Have a writer beat."""
        self._writers[writer.keys.state] = writer
        if self._beat_timer is None:
            self._beat_timer = self._later(self._settings.beat, self._beat)

    def remove(self, writer: RedisWriter) -> None:
        """Forget a writer."""
        if self._writers.get(writer.keys.state) is writer:
            del self._writers[writer.keys.state]
        self._dirty.discard(writer)
        self._failed.discard(writer)

    def of(self, state_key: str) -> RedisWriter | None:
        """Return the writer of this process for an answer."""
        return self._writers.get(state_key)

    def submit(self, command: Command) -> asyncio.Future[Any]:
        """Send a command."""
        return self._pipeline.submit(*command)

    def flush_soon(self, writer: RedisWriter) -> None:
        """Have a writer send what it has, with all others."""
        if writer in self._failed:
            return
        self._dirty.add(writer)
        if self._flush_timer is None:
            elapsed = asyncio.get_running_loop().time() - self._flushed_at
            self._flush_timer = self._later(max(FLUSH_EVERY - elapsed, 0.0), self._flush)

    def flush_later(self, writer: RedisWriter) -> None:
        """Have a writer try again, after a failure."""
        self._dirty.discard(writer)
        self._failed.add(writer)
        if self._retry_timer is None:
            self._retry_timer = self._later(RETRY_EVERY, self._retry)

    def _later(self, delay: float, run: Any) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(delay, run, context=self._context)

    def _flush(self) -> None:
        self._flush_timer = None
        self._flushed_at = asyncio.get_running_loop().time()
        dirty, self._dirty = self._dirty, set()
        for writer in dirty:
            writer.flush()

    def _retry(self) -> None:
        self._retry_timer = None
        failed, self._failed = self._failed, set()
        for writer in failed:
            writer.beat()

    def _beat(self) -> None:
        self._beat_timer = None
        if self._writers:
            self._beat_timer = self._later(self._settings.beat, self._beat)
        for writer in set(self._writers.values()) - self._failed:
            writer.beat(self._settings.beat / 2)

    def close(self) -> None:
        """Stop the timers, and give up the logs that have no end."""
        for writer in list(self._writers.values()):
            writer.give_up()
        for timer in (self._flush_timer, self._retry_timer, self._beat_timer):
            if timer is not None:
                timer.cancel()
        self._flush_timer = self._retry_timer = self._beat_timer = None
