"""A relay: it writes answers into logs, and lets any number of readers follow them.

Theory of operation. The first use opens the relay: a task of its own opens the store and has a task
group, in which each answer has a producer (`producer.py`). So an answer outlives the request that
began it, and `aclose` ends them all. Readers (`following.py`) know the store only.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Literal
from uuid import uuid4

import anyio
import anyio.lowlevel

from . import source as sources
from .conversion import Conversion
from .errors import RelayError
from .following import Frames
from .host import Host, closed
from .loops import is_running
from .memory import MemoryStore
from .producer import Producer

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType
    from typing import Self

    from .asgi import Application
    from .asgi.types import Ask, May
    from .frames import Status
    from .log import Log
    from .source import Source
    from .store import Store

STOP_WITHIN: Final = 5.0
"""Seconds for which `stop` waits for the end."""


class Relay:
    """Answers that go on without their readers, on asyncio or trio (over Redis, asyncio).

    Attributes:
        store: The store of its logs.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        on_last_leave: Literal["continue", "stop"] = "continue",
        grace: float = 30.0,
        now: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        """Create a relay. It opens when it is first used, or as a context manager.

        Args:
            store: The place of its logs; a `MemoryStore` by default.
            on_last_leave: `"stop"` stops an answer that had readers when the last of them has left.
            grace: Seconds for which readers may come back before that.
            now: Returns the time in seconds since 1970.
            new_id: Returns an id for an answer that has none.

        Raises:
            TypeError: `store` is not a store.
            ValueError: `on_last_leave` or `grace` is out of range.
        """
        if store is not None and (isinstance(store, type) or not hasattr(store, "writing")):
            raise TypeError(
                f"store is a {type(store).__name__}; give an object such as MemoryStore() or "
                'RedisStore("redis://localhost")'
            )
        if on_last_leave not in {"continue", "stop"}:
            raise ValueError(f"on_last_leave is {on_last_leave!r}; give 'continue' or 'stop'")
        if grace < 0:
            raise ValueError(f"grace is {grace!r}; give seconds, 0 or more")
        self.store: Store = MemoryStore() if store is None else store
        self._leave_grace = grace if on_last_leave == "stop" else None
        self._now = now
        self._new_id = new_id
        self._host: Host | None = None
        self._closed = False

    async def start(self, key: str, source: Source, message_id: str | None = None) -> None:
        """Start an answer. It is written in a task of the relay, whether anybody reads it or not.

        Args:
            key: The key of the answer, such as the id of a chat. A key whose answer has ended may
                be started again.
            source: What yields the answer, or makes what does. An open one belongs to the relay
                from here on: it is closed at the end, or if the key is refused.
            message_id: The id of the message; by default that of the completion.

        Raises:
            AlreadyRunningError: An answer runs under the key.
            StoreUnavailableError: The store is away.
            RelayError: The relay is closed.
            TypeError: `source` cannot be a source.
            ValueError: `key` is empty.
        """
        sources.check(source)
        try:
            _check(key)
            conversion = Conversion(message_id, self._now, self._new_id)
            producer = Producer(self.store, key, source, conversion, self._leave_grace)
            host = await self._opened()
            await host.run(producer)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await sources.discard(source)
            raise

    def follow(self, key: str, after: int | None = None) -> Frames:
        """Read an answer: all frames so far, then live, then the one with its `End`.

        Args:
            key: The key of the answer. A missing one gives `End("missing")`.
            after: The number of the last frame that the reader has; `None` or 0 for all. Behind
                the last frame of an answer that has ended, its end is given again.

        Returns:
            The frames. The first `await` of them raises an `UnknownNumberError` if the log does not
            have the number, and a `StoreUnavailableError` if the store is away.

        Raises:
            ValueError: `key` is empty.
            TypeError: `after` is not an integer.
        """
        _check(key)
        if not isinstance(after, int | None):
            raise TypeError(f"after is {after!r}; give the number of a frame")

        async def begin() -> AbstractAsyncContextManager[Log | None]:
            return await self.reading(key)

        return Frames(begin, after or 0)

    async def reading(
        self, key: str, *, counted: bool = True
    ) -> AbstractAsyncContextManager[Log | None]:
        """Return a context manager in which one is a reader of the log of a key.

        Without a log it gives `None`. `follow` is simpler; this is for protocols.

        Args:
            key: The key of the answer.
            counted: False for a look that is none of its readers, for `on_last_leave`.

        Raises:
            RelayError: The relay is closed.
        """
        await self._opened()
        return self.store.following(key, counted=counted)

    async def stop(self, key: str, *, within: float = STOP_WITHIN) -> Status:
        """Stop an answer, in whichever process it is written, and keep the events received so far.

        Args:
            key: The key of the answer.
            within: Seconds to wait for its end.

        Returns:
            Its status then: `"stopped"`, or how it had ended before, or `"running"` if its source
            was not closed within that time.

        Raises:
            StoreUnavailableError: The store is away.
            RelayError: The relay is closed.
        """
        _check(key)
        await self._opened()
        if await self.store.stop(key) == "running":
            async with self.store.following(key, counted=False) as log:
                with anyio.move_on_after(within):
                    while log is not None and log.end is None:
                        await log.wait(log.last)
                # By now another answer may run under the key. But the end of a log that failed may
                # be that of this process alone, whose store is away.
                end = None if log is None else log.end
                if end is not None and end.status != "failed":
                    return end.status
        return await self.store.status(key)

    async def status(self, key: str) -> Status:
        """Return how an answer stands; `"missing"` if there is none under the key.

        Raises:
            StoreUnavailableError: The store is away.
            RelayError: The relay is closed.
        """
        _check(key)
        await self._opened()
        return await self.store.status(key)

    def asgi(
        self,
        ask: Ask,
        protocol: str,
        *,
        may: May | None = None,
        send_timeout: float = 30.0,
        heartbeat: float = 15.0,
        finished: Literal["replay"] | None = None,
    ) -> Application:
        """Return this relay as an ASGI application, to be mounted or served by itself.

        It has `POST /` (starts an answer and follows it), `GET /{id}/stream` and
        `POST /{id}/stop`; docs/relay.md has the details.

        Args:
            ask: Called in the event loop with the scope and the JSON of the body of `POST /`; it
                checks who asks, and returns a source or an `Answer`, or raises `Refused`. It may be
                `async`.
            protocol: The format of streams: `"ai-sdk"`, `"openai"`, `"events"`, `"ag-ui"` or
                `"text"`.
            may: Called with the scope, a key, and `"follow"` or `"stop"`; returns whether that is
                allowed. It may be `async`. By default only this machine may, and nobody over a
                store that other processes share.
            send_timeout: Seconds after which a reader that takes nothing is dropped.
            heartbeat: Seconds after which a stream in which nothing happens gets a comment.
            finished: `"replay"` gives a reader without a number an answer that has ended, also in
                `"ai-sdk"`, where it is 204 otherwise.

        Raises:
            TypeError: `ask` or `may` is not a function.
            ValueError: A setting has no such value.
        """
        from .asgi import Application

        return Application(
            self,
            ask,
            protocol=protocol,
            may=may,
            send_timeout=send_timeout,
            heartbeat=heartbeat,
            finished=finished,
        )

    async def aclose(self) -> None:
        """Stop the answers that are written here, tell their readers, and close the store.

        Raises:
            RelayError: The relay is open in another event loop.
        """
        host = self._host_here()
        self._closed = True
        if host is not None:
            with anyio.CancelScope(shield=True):
                await host.close()

    async def __aenter__(self) -> Self:
        self._closed = False
        await self._opened()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _opened(self) -> Host:
        """Open the relay in this event loop, unless it is open.

        Raises:
            RelayError: It was closed, or is open in another loop.
        """
        if self._closed:
            raise closed()
        while (host := self._host_here()) is not None and host.is_closing:
            await host.over.wait()
        if host is None:
            host = self._host = Host(self.store, anyio.lowlevel.current_token())
            host.spawn()
        await host.ready()
        return host

    def _host_here(self) -> Host | None:
        """Return the host if it serves this event loop.

        Raises:
            RelayError: It serves another loop, which runs.
        """
        host = self._host
        if host is None or host.over.is_set():
            return None
        if host.loop == anyio.lowlevel.current_token():
            return host
        if is_running(host.loop):
            raise RelayError("the relay is open in another event loop; make one for each loop")
        return None


def _check(key: str) -> None:
    if not isinstance(key, str):
        raise TypeError(f"the key of an answer is {type(key).__name__}; give a string")
    if not key:
        raise ValueError("the key of an answer is empty; give a string such as the id of a chat")
