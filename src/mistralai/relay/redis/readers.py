"""The readers of this process, on one connection for all answers.

One task waits by `XREAD` for all streams together, and for a private stream that wakes it when
another answer is followed. Redis answers within a second, with news or without: so a Redis that
stopped is noticed. Between two reads it looks at the answers whose lease may have ended.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from contextvars import Context
from typing import TYPE_CHECKING, Final

from ..errors import StoreUnavailableError
from ..frames import End
from .connecting import Refusal
from .entries import LOST_ENTRY
from .mirror import Look, Mirror, Next
from .scripts import LOOK, LOSE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .health import Health
    from .keys import Keys
    from .link import Link
    from .packing import Command
    from .pipeline import Pipeline
    from .settings import Settings

_BLOCK: Final = 1.0
_ENTRIES: Final = 100
_RETRY: Final = 0.25
_WAKE_KEPT_MS: Final = 60_000

logger: Final = logging.getLogger("mistralai.relay.redis")

AWAY: Final = End("failed", "The answer cannot be read any further: its store is away.")
MALFORMED: Final = End("failed", "The answer cannot be read any further: its log is damaged.")


class Readers:
    """The mirrors of the runs that are followed here."""

    def __init__(
        self, link: Link, pipeline: Pipeline, health: Health, settings: Settings, name: str
    ) -> None:
        """Make the readers of a store; `name` is that of this process in Redis."""
        self._link = link
        self._pipeline = pipeline
        self._health = health
        self._settings = settings
        self._name = name
        self._wake_stream = f"{settings.prefix}:wake:{name}"
        self._woken = b"0-0"
        self._mirrors: dict[str, Mirror] = {}
        self._present: Counter[str] = Counter()
        self._joining: set[asyncio.Future[None]] = set()
        self._task: asyncio.Task[None] | None = None

    async def join(self, keys: Keys, *, counted: bool = True) -> Mirror | None:
        """Return the mirror of an answer, as far as Redis has it; `None`: there is none.

        `leave` gives it back, with the same `counted`: false for one who only looks.

        Raises:
            StoreUnavailableError: Redis cannot be used.
        """
        # Counted before it asks Redis: a reader that leaves now must not take this process off the
        # list of readers, on which the look puts it.
        if counted:
            self._present[keys.readers] += 1
        mirror: Mirror | None = None
        try:
            mirror = await self._mirror(keys)
        finally:
            if mirror is None and counted:
                self._leave_list(keys)
        return mirror

    async def _mirror(self, keys: Keys) -> Mirror | None:
        look = await self.look(keys)
        if look is None:
            return None
        stream = keys.log(look.run)
        mirror = self._mirrors.get(stream)
        if mirror is None or mirror.ended_early(look):
            mirror = self._mirrors[stream] = Mirror(keys, look, self._settings)
            self._wake()
        mirror.readers += 1
        try:
            while mirror.log.last < look.last and mirror.log.end is None:
                await self._news(mirror)
        except BaseException:
            self._drop(mirror)
            raise
        return mirror

    async def _news(self, mirror: Mirror) -> None:
        outage: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._joining.add(outage)
        news = asyncio.ensure_future(mirror.log.wait(mirror.log.last))
        try:
            await asyncio.wait([news, outage], return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
            self._joining.discard(outage)
        if outage.done():
            outage.result()

    def leave(self, mirror: Mirror, *, counted: bool = True) -> None:
        """Count a reader less; without readers a mirror is forgotten."""
        self._drop(mirror)
        if counted:
            self._leave_list(mirror.keys)

    def _drop(self, mirror: Mirror) -> None:
        mirror.readers -= 1
        if mirror.readers == 0 and self._mirrors.get(mirror.stream) is mirror:
            del self._mirrors[mirror.stream]

    def _leave_list(self, keys: Keys) -> None:
        """Take this process off the list of readers if its last one leaves."""
        self._present[keys.readers] -= 1
        if not self._present[keys.readers]:
            del self._present[keys.readers]
            self._pipeline.submit("ZREM", keys.readers, self._name)

    def of(self, stream: str) -> Mirror | None:
        """Return the mirror of a run, if somebody follows it here."""
        return self._mirrors.get(stream)

    async def look(self, keys: Keys) -> Look | None:
        """Return the state of an answer; keep this process on the list of its readers."""
        return Look.of(await self._pipeline.call(self._look(keys)))

    def _look(self, keys: Keys) -> Command:
        name = self._name if keys.readers in self._present else ""
        return LOOK(
            *(keys.state, keys.lease, keys.readers, keys.logs, name),
            self._settings.lease_ms,
        )

    async def lose(self, keys: Keys, look: Look) -> None:
        """Declare the producer of a run dead, unless it has given a sign of life since."""
        await self._pipeline.call(
            LOSE(
                *(keys.state, keys.lease, look.run, keys.logs, LOST_ENTRY),
                *(self._settings.keep_ms, look.seen_at),
            )
        )

    def _wake(self) -> None:
        if self._task is None:
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(self._run(), context=Context())
        else:
            self._pipeline.submit("XADD", self._wake_stream, "MAXLEN", 1, "*", "w", "")
            self._pipeline.submit("PEXPIRE", self._wake_stream, _WAKE_KEPT_MS)

    async def _run(self) -> None:
        away_since: float | None = None
        try:
            while running := self._running():
                began = self._settings.clock()
                try:
                    await self._round(running, look_at_all=away_since is not None)
                except StoreUnavailableError as error:
                    away_since = began if away_since is None else away_since
                    self._on_outage(str(error), self._settings.clock() - away_since)
                    await asyncio.sleep(_RETRY)
                else:
                    away_since = None
        finally:
            self._task = None

    def _running(self) -> list[Mirror]:
        return [mirror for mirror in self._mirrors.values() if mirror.log.end is None]

    async def _round(self, running: Sequence[Mirror], *, look_at_all: bool) -> None:
        command, wait = self._read_command(running, 0.0 if look_at_all else _BLOCK)
        (reply,) = await self._link.exchange([command], wait)
        if isinstance(reply, Refusal):
            if reply.wrong_type and await self._break_off_damaged(running):
                return
            raise StoreUnavailableError(f"Redis refuses to be read: {reply}")
        now = self._settings.clock()
        # Not those of `_mirrors`: by now another may be there, which is at another place.
        asked = {mirror.stream: mirror for mirror in running}
        for name, entries in reply or ():
            if name == self._wake_stream.encode():
                self._woken = entries[-1][0]
            else:
                mirror = asked[name.decode()]
                self._take(mirror, entries)
                mirror.on_entries(now)
        await self._look_at([m for m in self._running() if look_at_all or m.due <= now])

    @staticmethod
    def _take(mirror: Mirror, entries: Sequence[tuple[bytes, Sequence[bytes]]]) -> None:
        try:
            mirror.take(entries)
        except (LookupError, TypeError, ValueError):
            logger.exception("%s has an entry that no relay has written", mirror.stream)
            mirror.log.break_off(MALFORMED)

    async def _break_off_damaged(self, running: Sequence[Mirror]) -> bool:
        """End those whose stream is of another type, for which Redis reads none of them."""
        commands = [self._read_one(mirror) for mirror in running]
        replies = await self._link.exchange(commands)
        damaged = [
            mirror
            for mirror, reply in zip(running, replies, strict=True)
            if isinstance(reply, Refusal) and reply.wrong_type
        ]
        for mirror in damaged:
            logger.error("%s is no stream", mirror.stream)
            mirror.log.break_off(MALFORMED)
        return bool(damaged)

    @staticmethod
    def _read_one(mirror: Mirror) -> Command:
        return ("XREAD", "COUNT", 1, "STREAMS", mirror.stream, f"0-{mirror.log.last}")

    def _read_command(self, running: Sequence[Mirror], block: float) -> tuple[Command, float]:
        now = self._settings.clock()
        wait = min([block, *(mirror.due - now for mirror in running)])
        ms = max(round(wait * 1000), 1)
        names: list[str] = [self._wake_stream, *(mirror.stream for mirror in running)]
        places: list[str | bytes] = [self._woken, *(f"0-{mirror.log.last}" for mirror in running)]
        return ("XREAD", "COUNT", _ENTRIES, "BLOCK", ms, "STREAMS", *names, *places), ms / 1000

    async def _look_at(self, mirrors: Sequence[Mirror]) -> None:
        replies = [self._pipeline.submit(*self._look(mirror.keys)) for mirror in mirrors]
        for mirror, reply in zip(mirrors, replies, strict=True):
            state = await reply
            try:
                look = Look.of(state)
            except StoreUnavailableError as error:  # of this one alone
                logger.error("%s: %s", mirror.keys.state, error)  # noqa: TRY400 - it says all
                mirror.log.break_off(MALFORMED)
                continue
            health = self._health
            advice = mirror.told(
                look,
                self._settings.clock(),
                leases_count=health.leases_count,
                patience=health.patience,
            )
            if advice is Next.LOSE and look is not None:
                await self.lose(mirror.keys, look)

    def _on_outage(self, why: str, lasted: float) -> None:
        for joining in self._joining:
            if not joining.done():
                joining.set_exception(StoreUnavailableError(why))
        if lasted >= self._settings.readers_patience:
            for mirror in self._running():
                mirror.log.break_off(AWAY)

    async def aclose(self) -> None:
        """Stop reading."""
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait([task])
        self._on_outage("the store was closed", math.inf)
        await self._link.aclose()
