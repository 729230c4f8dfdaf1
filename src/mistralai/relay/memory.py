"""Logs in the memory of this process.

What is true after each line: after `append` every reader of the key can read the event, and after
`finish` the end, with the key free for the next answer. Nothing is written elsewhere, so a process
that dies takes its logs with it, readers and all.

A log that has ended is forgotten `keep` seconds later, when the store is next used, and the numbers
of its key with it.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Final

import anyio

from .endings import LOST
from .errors import AlreadyRunningError
from .log import Log
from .loops import thread_safe
from .sizes import size_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType
    from typing import Self

    from .frames import End, Event, Status

MAX_BYTES: Final = 64 * 2**20


class MemoryStore:
    """Logs in memory, on asyncio or trio.

    One store belongs to one event loop at a time.

    Attributes:
        shared: False: no other process sees them.
    """

    shared: bool = False

    def __init__(
        self,
        *,
        max_bytes: int = MAX_BYTES,
        keep: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
    ) -> None:
        """Create an empty store.

        Args:
            max_bytes: Bytes of each log; what exceeds them is dropped from its front. An event
                counts for its text in UTF-8 and 200.
            keep: Seconds for which a log that has ended is kept.
            clock: Returns the time in seconds.
            sleep: Waits for some seconds.

        Raises:
            ValueError: A limit is negative.
        """
        for name, value in (("max_bytes", max_bytes), ("keep", keep)):
            if value < 0:
                raise ValueError(f"{name} is {value!r}; give a number that is not negative")
        self._max_bytes = max_bytes
        self._keep = keep
        self._clock = clock
        self._sleep = sleep
        self._answers: dict[str, _Answer] = {}
        self._ended: deque[tuple[float, str]] = deque()

    @asynccontextmanager
    async def writing(self, key: str, *, leave_grace: float | None) -> AsyncGenerator[MemoryWriter]:
        """Begin a log; see `Store.writing`."""
        self._forget()
        before = self._answers.get(key)
        if before is not None and before.log.end is None:
            raise AlreadyRunningError(key)
        base = 0 if before is None else before.log.last
        answer = self._answers[key] = _Answer(Log(base, self._max_bytes), self._clock)
        writer = MemoryWriter(answer, leave_grace, self._clock, self._sleep)
        try:
            yield writer
        finally:
            if answer.log.end is None:  # whatever happened to the producer, readers are told
                answer.log.append([(LOST, size_of(LOST))])
            answer.ended_at = self._clock()
            self._ended.append((answer.ended_at, key))

    def following(
        self, key: str, *, counted: bool = True
    ) -> AbstractAsyncContextManager[Log | None]:
        """Follow a log; see `Store.following`."""
        self._forget()
        answer = self._answers.get(key)
        if counted:
            return _Reader(answer)
        return nullcontext(None if answer is None else answer.log)

    async def status(self, key: str) -> Status:
        """Return how the answer under a key stands."""
        self._forget()
        answer = self._answers.get(key)
        if answer is None:
            return "missing"
        return "running" if answer.log.end is None else answer.log.end.status

    async def stop(self, key: str) -> Status:
        """Ask the producer of a key to stop; return how the answer stood."""
        status = await self.status(key)
        if status == "running":
            self._answers[key].stop.set()
        return status

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Keep the logs: a relay may be opened again."""

    def _forget(self) -> None:
        """Forget the logs that ended long enough ago, unless their key has another by now."""
        now = self._clock()
        while self._ended and self._ended[0][0] + self._keep <= now:
            ended_at, key = self._ended.popleft()
            answer = self._answers.get(key)
            if answer is not None and answer.ended_at == ended_at:
                del self._answers[key]


class MemoryWriter:
    """The producer's side of a log in memory."""

    def __init__(
        self,
        answer: _Answer,
        leave_grace: float | None,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._answer = answer
        self._leave_grace = leave_grace
        self._clock = clock
        self._sleep = sleep

    async def append(self, event: Event) -> None:
        """Add an event. Never waits."""
        self._answer.log.append([(event, size_of(event))])

    async def finish(self, end: End) -> None:
        """Add the end; the key is free from here on."""
        await self.append(end)

    async def stop_requested(self) -> None:
        """Wait until the answer is to be stopped."""
        if self._leave_grace is None:
            await self._answer.stop.wait()
            return
        async with anyio.create_task_group() as either:
            either.start_soon(self._left_for, self._leave_grace, either.cancel_scope)
            await self._answer.stop.wait()
            either.cancel_scope.cancel()

    async def _left_for(self, grace: float, either: anyio.CancelScope) -> None:
        """Wait until there have been readers, and none of them for so many seconds."""
        answer = self._answer
        while True:
            left_at = answer.deserted_at
            if left_at is None:
                await answer.left.wait()
                continue
            await self._sleep(max(0.0, left_at + grace - self._clock()))
            if answer.deserted_at == left_at:
                either.cancel()
                return


class _Answer:
    """A log, and who reads it.

    Attributes:
        log: The log.
        stop: Set once the answer is to be stopped.
        readers: The number of readers at the moment.
        left: Set when the last of them leaves, then replaced.
        ended_at: The time when the producer ended.
    """

    __slots__ = ("_clock", "_left_at", "ended_at", "left", "log", "readers", "soon", "stop")

    def __init__(self, log: Log, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.log = log
        self.stop = anyio.Event()
        self.readers = 0
        self._left_at: float | None = None
        self.left = anyio.Event()
        self.ended_at: float | None = None
        self.soon = thread_safe()

    @property
    def deserted_at(self) -> float | None:
        """The time when the last reader left; `None` while there are readers, or were none yet."""
        return None if self.readers else self._left_at

    def leave(self) -> None:
        """Count a reader less."""
        self.readers -= 1
        if not self.readers:
            self._left_at = self._clock()
            left, self.left = self.left, anyio.Event()
            left.set()


class _Reader:
    """One reader of an answer. It counts as gone when it is left, or dropped."""

    __slots__ = ("_answer", "_inside")

    def __init__(self, answer: _Answer | None) -> None:
        self._answer = answer
        self._inside = False

    async def __aenter__(self) -> Log | None:
        if self._answer is None:
            return None
        self._inside = True
        self._answer.readers += 1
        return self._answer.log

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._inside:
            assert self._answer is not None
            self._inside = False
            self._answer.leave()

    def __del__(self) -> None:
        if self._inside and self._answer is not None:
            with suppress(Exception):  # the loop has ended
                self._answer.soon(self._answer.leave)
