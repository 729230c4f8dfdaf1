"""A reader of a log: a cursor, and nothing that grows.

It is a class, not a generator, so that it survives a cancellation while it waits: with
`anyio.move_on_after(15): await anext(frames)` a program may do something else when nothing came,
and read on. It may be closed from any task, and dropped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from .endings import MISSING
from .errors import UnknownNumberError
from .frames import End, Frame

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager
    from typing import Self

    from .log import Log

BLOCK: Final = 32
"""Frames that a reader takes at a time. The log may drop them meanwhile."""


class Frames(AsyncIterator[Frame]):
    """The frames of an answer: all so far, then live, then the end.

    Read it by one task at a time. It ends after the frame with the `End`, and leaves its log then,
    or when it is closed or dropped.
    """

    __slots__ = ("_after", "_begin", "_block", "_log", "_over", "_reading", "_taken", "_waits")

    def __init__(
        self, begin: Callable[[], Awaitable[AbstractAsyncContextManager[Log | None]]], after: int
    ) -> None:
        """Begin when the first frame is asked for.

        Args:
            begin: Opens the log.
            after: The number of the last frame that the reader has; 0 if it has none.
        """
        self._begin = begin
        self._after = after
        self._reading: AbstractAsyncContextManager[Log | None] | None = None
        self._log: Log | None = None
        self._block: list[Frame] = []
        self._taken = 0
        self._over = False
        self._waits = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Frame:
        """Return the next frame; waits for it.

        Raises:
            UnknownNumberError: The log does not have the number behind which to read.
            StoreUnavailableError: The store is away.
        """
        while True:
            if self._taken < len(self._block):
                frame = self._block[self._taken]
                self._taken += 1
                self._after = frame.id
                if isinstance(frame.event, End):
                    await self.aclose()
                return frame
            log = self._log
            if log is None:
                if self._over:
                    raise StopAsyncIteration
                await self._open()
                continue
            self._block, self._taken = log.read(self._after, BLOCK), 0
            if not self._block:
                self._waits = True  # also after a cancellation: then `aclose` wakes in vain
                await log.news().wait()
                self._waits = False

    async def aclose(self) -> None:
        """Leave the log, from any task."""
        self._over = True
        self._block = []
        log, self._log = self._log, None
        if self._waits and log is not None:
            log.wake()
        reading, self._reading = self._reading, None
        if reading is not None:
            await reading.__aexit__(None, None, None)

    async def _open(self) -> None:
        reading = await self._begin()
        log = await reading.__aenter__()
        self._reading = reading
        if self._over:  # closed by another task in the meantime
            await self.aclose()
            return
        try:
            self._check(log)
        except BaseException:
            await self.aclose()
            raise
        if log is None:
            self._block = [Frame(0, MISSING)]
            return
        self._log = log
        if log.end is not None and not log.read(self._after, 1):  # it is told again how it ended
            self._after -= 1

    def _check(self, log: Log | None) -> None:
        if log is not None:
            log.check(self._after)
        elif self._after:
            raise UnknownNumberError(
                f"there is no answer under this key, and {self._after} is the number of an event; "
                "leave it out"
            )
