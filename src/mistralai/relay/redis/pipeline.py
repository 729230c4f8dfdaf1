"""Commands of many tasks, sent together on one connection.

What is submitted while an exchange is under way goes with the next one: the more there is to do,
the fewer system calls a command takes. Commands run in the order in which they were submitted. A
task of its own reads the replies, so a caller that is cancelled leaves no reply behind for the next
one.
"""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import TYPE_CHECKING, Any, Final

from ..errors import StoreUnavailableError
from .connecting import Refusal

if TYPE_CHECKING:
    from .link import Link
    from .packing import Command, Word

_TOGETHER: Final = 256
_CLOSED: Final = "the store is closed; enter it again by `async with`"


class Pipeline:
    """A queue of commands before a connection."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._queue: list[tuple[Command, asyncio.Future[Any]]] = []
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def open(self) -> None:
        """Allow commands again after `aclose`."""
        self._closed = False

    def submit(self, *words: Word) -> asyncio.Future[Any]:
        """Queue a command. The future has its reply, or a `StoreUnavailableError`.

        Nobody needs to wait for it.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        if self._closed:
            _settle(future, StoreUnavailableError(_CLOSED))
            return future
        self._queue.append((words, future))
        if self._task is None:
            self._task = loop.create_task(self._run(), context=Context())
        return future

    async def call(self, command: Command) -> Any:
        """Return the reply to a command.

        Raises:
            StoreUnavailableError: Redis cannot be used, or refuses the command.
        """
        return await self.submit(*command)

    async def _run(self) -> None:
        try:
            while self._queue:
                batch = self._queue[:_TOGETHER]
                del self._queue[:_TOGETHER]
                try:
                    replies = await self._link.exchange([command for command, _ in batch])
                except StoreUnavailableError as error:
                    _fail(batch, str(error))
                    continue
                except BaseException:
                    _fail(batch, _CLOSED)
                    raise
                for (_, future), reply in zip(batch, replies, strict=True):
                    _settle(future, reply)
        finally:
            self._task = None

    async def drain(self) -> None:
        """Wait until the submitted commands are done."""
        while (task := self._task) is not None:
            await asyncio.wait([task])

    async def aclose(self) -> None:
        """Drop the commands that have not been sent, and close the connection."""
        self._closed = True
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait([task])
        _fail(self._queue, _CLOSED)
        self._queue.clear()
        await self._link.aclose()


def _fail(batch: list[tuple[Command, asyncio.Future[Any]]], why: str) -> None:
    for _, future in batch:
        _settle(future, StoreUnavailableError(why))


def _settle(future: asyncio.Future[Any], reply: Any) -> None:
    if future.done():
        return
    if isinstance(reply, Refusal):
        reply = StoreUnavailableError(f"Redis refuses a command: {reply}")
    if isinstance(reply, StoreUnavailableError):
        future.set_exception(reply)
        future.exception()  # where nobody waits, nobody is to be warned
    else:
        future.set_result(reply)
