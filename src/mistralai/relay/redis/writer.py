"""The producer's side of a log in Redis.

Theory of operation. A writer is *held*: it sends one command at a time, an entry or a beat that
only renews the lease, and each reply says whether the log is still its own. It leaves that state
once:

- ended: Redis has confirmed the entry with the end;
- lost: a reply says that the log is not this producer's;
- away: Redis could not be used for longer than `patience`, or there is more to write than the
  buffer takes. What Redis has not confirmed is given to the readers of this process, with an end;
- left: the producer is gone without an end, or the store is closed, and the log is given up.

A producer that leaves before its end could be written has the writer try on, alone.

Nothing is sent in the other states. The methods that wait are only shells: replies are handled in
callbacks, so a writer needs no task.
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from ..errors import LeaseLostError, StoreUnavailableError
from ..frames import End
from .entries import LOST_ENTRY, encode
from .outbox import BUFFER_BYTES, ENTRY_BYTES, Entry, Outbox
from .packing import Words
from .scripts import APPEND, LOSE, Told

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..frames import Event
    from .keys import Keys
    from .packing import Word
    from .producers import Producers
    from .settings import Settings

AWAY: Final = End("failed", "The answer broke off: it could not be stored.")


class State(Enum):
    """The states of a writer."""

    HELD = auto()
    ENDED = auto()
    LOST = auto()
    AWAY = auto()
    LEFT = auto()


class RedisWriter:
    """The producer of a run; `mistralai.relay.store.Writer` documents what its methods raise."""

    def __init__(
        self,
        producers: Producers,
        settings: Settings,
        keys: Keys,
        run: str,
        base: int,
        *,
        leave_grace: float | None,
        on_away: Callable[[RedisWriter], None],
    ) -> None:
        self.keys = keys
        self.run = run
        self.state = State.HELD
        self.outbox = Outbox(base, settings.max_bytes)
        self._producers = producers
        self._settings = settings
        self._leave_grace = leave_grace
        self._on_away = on_away
        self._under_way = False
        self._told_at = settings.clock()
        self._away_since: float | None = None
        self._absent_since: float | None = None
        self._why = ""
        self._stop = asyncio.Event()
        self._progress = asyncio.Event()
        self._words = Words.of(
            *(keys.state, keys.log(run), keys.lease, keys.readers),
            *(run, settings.lease_ms, settings.keep_ms),
        )

    async def append(self, event: Event) -> None:
        """Add an event, to be written within 15 ms. Waits while the buffer is full."""
        self._check()
        self.outbox.add(encode(event))
        if self.outbox.waiting < ENTRY_BYTES:
            self._producers.flush_soon(self)
        else:
            self.flush()
            while self.outbox.waiting > BUFFER_BYTES:
                await self._next_progress()

    async def finish(self, end: End) -> None:
        """Write the remaining events and the end; return when Redis has confirmed them."""
        self._check()
        self.outbox.add(encode(end), end.status)
        self.flush()
        while self.state is not State.ENDED:
            await self._next_progress()

    async def stop_requested(self) -> None:
        """Wait until the answer is to be stopped, or cannot be written any more."""
        await self._stop.wait()
        self._check()

    async def _next_progress(self) -> None:
        await self._progress.wait()
        self._check()

    def _check(self) -> None:
        if self.state is State.LOST:
            raise LeaseLostError(f"the log of this answer is no longer its producer's: {self._why}")
        if self.state is State.AWAY or self.state is State.LEFT:
            raise StoreUnavailableError(self._why)

    def flush(self) -> None:
        """Send the next entry, unless a command is under way."""
        if self._under_way or self.state is not State.HELD:
            return
        entry = self.outbox.next_entry()
        if entry is not None:
            keep_from = self.outbox.keep_from(entry)
            self._send(entry, entry.first, entry.last, entry.data, keep_from or "", entry.end)

    def beat(self, older_than: float = 0.0) -> None:
        """Renew the lease and ask for news, unless there was a reply in the last seconds."""
        if self._settings.clock() - self._told_at >= older_than:
            self.flush()
            if not self._under_way and self.state is State.HELD:
                self._send(None)

    def _send(self, entry: Entry | None, *words: Word) -> None:
        self._under_way = True
        future = self._producers.submit(APPEND(self._words, *words))
        future.add_done_callback(lambda future: self._on_reply(entry, future))

    def _on_reply(self, entry: Entry | None, future: asyncio.Future[int]) -> None:
        self._under_way = False
        if self.state is not State.HELD:
            return
        error = future.exception()
        if error is not None:
            self._on_failure(str(error))
            return
        self._told_at = self._settings.clock()
        told = future.result()
        if told == 0:
            self._leave_held(
                State.LOST, "another process took it for dead, or it is gone from Redis"
            )
        elif told > 0 and Told.FULL in Told(told):
            self._heed(Told(told))
            self._on_failure("Redis does not take what the answer adds; it may be out of memory")
        elif told < 0:
            if self.outbox.rewind(-1 - told):
                self.flush()
            else:
                self._leave_held(State.LOST, "Redis lost events that it had confirmed")
        else:
            self._on_told(entry, Told(told))

    def _on_told(self, entry: Entry | None, told: Told) -> None:
        self._away_since = None
        if entry is not None:
            self.outbox.confirm(entry)
            if entry.end:
                self._leave_held(State.ENDED, "")
                return
        self._heed(told)
        if self.outbox.waiting >= ENTRY_BYTES:
            self.flush()
        elif self.outbox:
            self._producers.flush_soon(self)
        self._wake()

    def _heed(self, told: Told) -> None:
        if Told.STOP in told or self._nobody_follows(told):
            self._stop.set()

    def _nobody_follows(self, told: Told) -> bool:
        if self._leave_grace is None or Told.FOLLOWED not in told or Told.PRESENT in told:
            self._absent_since = None
            return False
        now = self._settings.clock()
        if self._absent_since is None:
            self._absent_since = now
        return now - self._absent_since >= self._leave_grace

    def _on_failure(self, why: str) -> None:
        now = self._settings.clock()
        if self._away_since is None:
            self._away_since = now
        full = self.outbox.waiting > BUFFER_BYTES
        if full or now - self._away_since >= self._settings.patience:
            self._leave_held(State.AWAY, why)
            self._on_away(self)
        else:
            self._producers.flush_later(self)

    def _leave_held(self, state: State, why: str) -> None:
        self.state = state
        self._why = why
        self._producers.remove(self)
        if state is not State.ENDED:
            self._stop.set()
        self._wake()

    def _wake(self) -> None:
        progress, self._progress = self._progress, asyncio.Event()
        progress.set()

    def leave(self) -> None:
        """Leave the log, which is lost from now on if it has no end.

        An end that could not be written yet is still written if Redis returns.
        """
        if self.state is State.AWAY or not self.outbox.ends:
            self.give_up()

    def give_up(self) -> None:
        """End the log as lost, unless it has an end or is another's."""
        if self.state in {State.HELD, State.AWAY}:
            self._leave_held(State.LEFT, "the store was closed")
            self._producers.submit(
                LOSE(
                    *(self.keys.state, self.keys.lease, self.run, self.keys.logs),
                    *(LOST_ENTRY, self._settings.keep_ms, ""),
                )
            )
