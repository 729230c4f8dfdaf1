"""The task of a relay, in which its store is open and its producers run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from .errors import RelayError
from .loops import cancel_requested, spawn

if TYPE_CHECKING:
    from anyio.abc import TaskGroup
    from anyio.lowlevel import EventLoopToken

    from .producer import Producer
    from .store import Store


def closed() -> RelayError:
    """Return the error for uses of a closed relay."""
    return RelayError("the relay is closed; enter it again by `async with relay`")


class Host:
    """The task of a relay: the store is open in it, and its task group has the producers."""

    def __init__(self, store: Store, loop: EventLoopToken) -> None:
        self.loop = loop
        self.over = anyio.Event()
        self._store = store
        self._begun = anyio.Event()
        self._closing = anyio.Event()
        self._group: TaskGroup | None = None
        self._error: Exception | None = None

    @property
    def is_closing(self) -> bool:
        """True once `close` was called; then nothing new begins here."""
        return self._closing.is_set()

    def spawn(self) -> None:
        """Begin to serve, in a task of its own."""
        spawn(self._serve, "mistralai.relay")

    async def _serve(self) -> None:
        """Serve until `close`; keeps an exception for those who wait."""
        try:
            async with self._store, anyio.create_task_group() as group:
                self._group = group
                self._begun.set()
                await self._closing.wait()
                group.cancel_scope.cancel()
        except Exception as error:  # noqa: BLE001 - raised by `ready` and `close`
            self._error = error
        finally:
            self._begun.set()
            self.over.set()

    async def ready(self) -> None:
        """Wait until the store is open.

        Raises:
            RelayError: The store could not be opened, or the relay was closed first.
        """
        if not self._begun.is_set():
            await self._begun.wait()
        if self._error is not None:
            raise self._error
        if self.is_closing:
            raise closed()

    async def run(self, producer: Producer) -> None:
        """Run a producer; return when it has its key.

        Raises:
            AlreadyRunningError: Another has it.
            RelayError: The relay was closed, or the store is away.
        """
        if self._group is None or self.is_closing:
            raise closed()
        try:
            await self._group.start(producer.run)
        except anyio.get_cancelled_exc_class():
            if cancel_requested():
                raise
            raise closed() from None  # the producer was cancelled, not the task that starts it

    async def close(self) -> None:
        """Cancel the producers, and wait until their ends are written and the store is closed."""
        self._closing.set()
        await self.over.wait()
        if self._error is not None:
            raise self._error
