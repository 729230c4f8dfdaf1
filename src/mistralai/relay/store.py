"""The store that a relay needs: one producer a key, and as many readers as come.

A store keeps the numbers of a key: a log that follows another under the same key goes on counting,
as long as the older log or its counter is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType
    from typing import Self

    from .frames import End, Event, Status
    from .log import Log


class Writer(Protocol):
    """The producer's side of a log that runs."""

    async def append(self, event: Event) -> None:
        """Add an event. Readers have it within 20 ms; it waits only where the store holds back.

        Raises:
            LeaseLostError: The log is no longer this producer's.
            StoreUnavailableError: The store has been away for too long.
        """
        ...

    async def finish(self, end: End) -> None:
        """Write what is left and the end in one piece, and give the key back.

        Raises:
            LeaseLostError: The log is no longer this producer's.
            StoreUnavailableError: The store has been away for too long.
        """
        ...

    async def stop_requested(self) -> None:
        """Wait until the answer is to be stopped: somebody asks, or its last reader has left."""
        ...


class Store(Protocol):
    """A place for logs, in memory or in Redis."""

    shared: bool
    """True if other processes see its logs: then readers are not trusted without a check."""

    def writing(
        self, key: str, *, leave_grace: float | None
    ) -> AbstractAsyncContextManager[Writer]:
        """Begin a log. What is in the body is its producer; leaving it gives the key back.

        Args:
            key: The key.
            leave_grace: Ask for a stop this many seconds after the last reader left; `None`: the
                answer runs on.

        Raises:
            AlreadyRunningError: A log runs under the key.
        """
        ...

    def following(
        self, key: str, *, counted: bool = True
    ) -> AbstractAsyncContextManager[Log | None]:
        """Follow a log, as one of its readers, as long as the body runs; `None`: there is none.

        A body may end in another task than it began, and what is dropped inside it counts as left.

        Args:
            key: The key.
            counted: False for a look at the log, which neither holds an answer that stops with its
                last reader nor stops it by leaving.
        """
        ...

    async def status(self, key: str) -> Status:
        """Return how the answer under a key stands."""
        ...

    async def stop(self, key: str) -> Status:
        """Ask the producer of a key to stop, wherever it is; return how the answer stood."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
