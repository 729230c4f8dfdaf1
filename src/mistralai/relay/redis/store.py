"""A place in Redis for the logs of many processes."""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self, cast

from ..errors import AlreadyRunningError, RelayError
from .connecting import Place
from .entries import LOST_ENTRY
from .health import Health
from .keys import Keys
from .link import Link
from .pipeline import Pipeline
from .producers import Producers
from .readers import Readers
from .scripts import LOSE, START, STOP
from .settings import Settings
from .writer import AWAY, RedisWriter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from types import TracebackType

    from redis.asyncio import Redis

    from ..frames import Status
    from ..log import Log

_CLOSE_WITHIN = 5.0


class RedisStore:
    """Logs in Redis, version 6.2 or newer, for relays of many processes, on asyncio.

    An answer that is produced in one process can be followed, stopped and asked for in every other
    one that has a store with the same Redis and prefix. A store has two connections, whatever the
    number of answers and readers. It needs the extra `redis`.

    Redis may be away for a while: readers wait, and producers keep what they cannot write, up to 1
    MiB per answer. After four times `lease` a producer gives up, and after five times readers are
    told that the answer failed.

    Attributes:
        shared: True: other processes see its logs.
    """

    shared = True

    def __init__(
        self,
        target: str | Redis,
        *,
        prefix: str = "mistralai",
        lease: float = 15.0,
        keep: float = 3600.0,
        max_bytes: int = 64 * 1024 * 1024,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make a store. It connects when it is used.

        Args:
            target: The URL of a Redis (`redis://`, `rediss://`, `unix://`), or a
                `redis.asyncio.Redis`, whose connection settings are used for connections of the
                store's own.
            prefix: The beginning of the names of all keys.
            lease: A producer that gave no sign of life for so many seconds is dead.
            keep: How long the log of an answer is kept, in seconds after its end.
            max_bytes: How much of an answer is kept, in bytes of its events as JSON. A reader who
                is behind what was dropped gets a `Gap`.
            clock: Returns seconds, from any beginning.

        Raises:
            RelayError: redis-py is not installed, or `target` is something else.
            TypeError: A number is something else.
            ValueError: An argument is out of its range, the URL is not one of Redis, or it has a
                setting that redis-py does not know.
        """
        if not prefix or {"{", "}"} & set(prefix):
            raise ValueError("prefix must not be empty or have braces, which are for Redis Cluster")
        for name, value, least in (
            ("lease", lease, 0.1),
            ("keep", keep, 1.0),
            ("max_bytes", max_bytes, 1),
        ):
            if not isinstance(value, int | float):
                raise TypeError(f"{name} must be a number, not {value!r}")
            if not least <= value < math.inf:
                raise ValueError(f"{name} must be at least {least}, not {value!r}")
        self._place = Place(target)
        self._settings = Settings(prefix, lease, keep, max_bytes, clock)
        self._name = uuid.uuid4().hex
        health = self._health = Health(clock, lease)
        self._pipeline = Pipeline(Link(self._place, health))
        self._producers = Producers(self._pipeline, self._settings)
        self._readers = Readers(
            Link(self._place, health), self._pipeline, health, self._settings, self._name
        )
        self._loop: asyncio.AbstractEventLoop | None = None

    def __repr__(self) -> str:
        return f"RedisStore({self._place.name!r}, prefix={self._settings.prefix!r})"

    def _keys(self, key: str) -> Keys:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise RelayError("RedisStore needs asyncio; MemoryStore works on trio too") from None
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise RelayError(
                "this RedisStore belongs to another event loop; make one for each loop"
            )
        return Keys.of(self._settings.prefix, key)

    @asynccontextmanager
    async def writing(self, key: str, *, leave_grace: float | None) -> AsyncGenerator[RedisWriter]:
        """Begin a log, as `Store.writing` documents.

        Raises:
            AlreadyRunningError: A log runs under the key, in some process.
            StoreUnavailableError: Redis cannot be used.
        """
        keys = self._keys(key)
        run = uuid.uuid4().hex
        settings = self._settings
        try:
            base = await self._pipeline.call(
                START(
                    *(keys.state, keys.lease, run, settings.lease_ms, settings.keep_ms),
                    "" if leave_grace is None else "1",
                    *(keys.logs, LOST_ENTRY, "1" if self._health.leases_count else ""),
                )
            )
        except BaseException:
            # It may have begun all the same; the commands run in this order.
            lost = (keys.state, keys.lease, run, keys.logs, LOST_ENTRY, settings.keep_ms, "")
            self._pipeline.submit(*LOSE(*lost))
            raise
        if base < 0:
            raise AlreadyRunningError(key)
        writer = RedisWriter(
            *(self._producers, settings, keys, run, base),
            leave_grace=leave_grace,
            on_away=self._tell_local_readers,
        )
        self._producers.add(writer)
        try:
            yield writer
        finally:
            writer.leave()

    def _tell_local_readers(self, writer: RedisWriter) -> None:
        mirror = self._readers.of(writer.keys.log(writer.run))
        if mirror is None:
            return
        for entry in writer.outbox.unwritten():
            if entry.last > mirror.log.last and mirror.log.end is None:
                mirror.add(entry.last, entry.data)
        if mirror.log.end is None:
            mirror.log.break_off(AWAY)

    @asynccontextmanager
    async def following(self, key: str, *, counted: bool = True) -> AsyncGenerator[Log | None]:
        """Follow a log, as `Store.following` documents.

        Raises:
            StoreUnavailableError: Redis cannot be used. Once a log is followed, an outage is waited
                for.
        """
        mirror = await self._readers.join(self._keys(key), counted=counted)
        if mirror is None:
            yield None
            return
        try:
            yield mirror.log
        finally:
            self._readers.leave(mirror, counted=counted)

    async def status(self, key: str) -> Status:
        """Return how the answer under a key stands.

        Raises:
            StoreUnavailableError: Redis cannot be used.
        """
        keys = self._keys(key)
        look = await self._readers.look(keys)
        if look is not None and look.dead and self._health.leases_count:
            await self._readers.lose(keys, look)
            look = await self._readers.look(keys)
        if look is None:
            return "missing"
        return "running" if look.produces else cast("Status", look.end or "lost")

    async def stop(self, key: str) -> Status:
        """Ask the producer of a key to stop; it learns of it within a second.

        Raises:
            StoreUnavailableError: Redis cannot be used.
        """
        status = await self.status(key)
        if status == "running":
            keys = self._keys(key)
            await self._pipeline.call(STOP(keys.state))
            writer = self._producers.of(keys.state)
            if writer is not None:
                writer.beat()
        return status

    async def __aenter__(self) -> Self:
        self._pipeline.open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Give up the logs that still run, tell the readers, and close the connections.

        The store can be entered again.
        """
        self._producers.close()
        try:
            async with asyncio.timeout(_CLOSE_WITHIN):
                await self._pipeline.drain()
        except TimeoutError:
            pass
        finally:
            await self._readers.aclose()
            await self._pipeline.aclose()
            self._loop = None
