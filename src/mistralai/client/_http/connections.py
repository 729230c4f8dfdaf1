"""The connections of one event loop."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio
import httpx2
from anyio import lowlevel, to_thread

from .deadline import left
from .loops import running_loop
from .pool import Pool

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    from .aio import AioConnection
    from .attempt import Attempt
    from .settings import Origin, Settings
    from .trionet import TrioConnection

    LoopConnection: TypeAlias = AioConnection | TrioConnection


class LoopConnections:
    """The connections of one event loop."""

    def __init__(self, max_connections: int | None) -> None:
        self.handed_to: dict[bool, httpx2.AsyncHTTPTransport] = {}
        self._pool: Pool[LoopConnection] = Pool(max_open=max_connections)
        self._open: set[LoopConnection] = set()
        self._connect = _connect_of_running_loop()

    async def enter(
        self, timeout: float | None, attempt: Attempt, full: Callable[[], Exception]
    ) -> None:
        """Take room in the pool, or wait for it."""
        self._close_surplus()  # an old connection may be one that a router has forgotten
        if self._pool.enter():
            return
        waiter = anyio.Event()
        self._pool.wait(waiter)
        try:
            with anyio.move_on_after(left(timeout)) as scope, attempt.ended_by(scope.cancel):
                await waiter.wait()
        except BaseException:
            self._pool.give_up(waiter)
            raise
        if not waiter.is_set():
            self._pool.give_up(waiter)
            if attempt.aborted:
                raise httpx2.ReadError("the call was closed while it waited for a connection")
            raise full()

    async def connection(
        self, origin: Origin, timeout: float | None, attempt: Attempt, settings: Settings
    ) -> LoopConnection:
        """Return the idle connection that was used last and lives, or a new one."""
        while (connection := self._pool.take(origin)) is not None:
            if not connection.is_dead():
                attempt.reused = True
                attempt.connection = connection
                return connection
            self._close(connection)
        self._close_surplus(opening=True)
        scheme, host, port, hostname = origin
        tls = None
        if scheme == "https":
            tls = settings.known_tls() or await to_thread.run_sync(settings.tls)
        connection = await self._connect(
            host,
            port,
            timeout=timeout,
            tls=tls,
            server_hostname=hostname,
            local_address=settings.local_address,
            attempt=attempt,
        )
        self._open.add(connection)
        attempt.connection = connection
        return connection

    async def failed(self, connection: LoopConnection | None, attempt: Attempt) -> None:
        """Close the connection of a request that failed."""
        self._pool.leave()
        attempt.unsent = connection is None or not connection.wrote
        if connection is not None:
            attempt.received = connection.reader.received
            self._open.discard(connection)
            with anyio.CancelScope(shield=True):
                await connection.aclose()

    def dropped(self, connection: LoopConnection | None) -> None:
        """Let go of a request whose coroutine is dropped: nothing may wait, in any thread."""
        with suppress(RuntimeError):  # its loop is closed, and with it those who wait for room
            self._pool.leave()
        if connection is not None:
            self._open.discard(connection)
            connection.shut_down()

    async def release(
        self, origin: Origin, connection: LoopConnection, attempt: Attempt, *, whole: bool
    ) -> None:
        """Keep the connection of a response for another request, or close it."""
        attempt.connection = None  # to abort it would end the request of another
        if whole and connection.reader.keep_alive and connection in self._open:
            connection.taken()
            self._pool.put(origin, connection, time.monotonic())
            self._pool.leave()
            self._close_surplus()
        else:
            self._pool.leave()
            self._open.discard(connection)
            await connection.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        self._pool.clear()
        connections, self._open = [*self._open], set()
        for connection in connections:
            connection.close()
        handed_to, self.handed_to = self.handed_to, {}
        for transport in handed_to.values():
            await transport.aclose()
        await lowlevel.cancel_shielded_checkpoint()  # asyncio closes sockets in its next turn

    def _close_surplus(self, *, opening: bool = False) -> None:
        for connection in self._pool.surplus(time.monotonic(), opening=opening):
            self._close(connection)

    def _close(self, connection: LoopConnection) -> None:
        self._open.discard(connection)
        connection.close()


def _connect_of_running_loop() -> Callable[..., Awaitable[LoopConnection]]:
    """Return what opens connections on the loop that runs."""
    if hasattr(running_loop(), "call_soon_threadsafe"):
        from . import aio

        return aio.connect
    from . import trionet

    return trionet.connect
