"""The task that writes an answer into its log.

Theory of operation. A producer is in one of these states, and moves only forward:

- STARTING: it asks the store for the key. Nothing has been written, and `start` raises its errors.
- OPENING: the key is its own, and the source is being made, as a rule by a request to the model.
- RELAYING: `Opened` is written; each event follows as soon as the source has yielded it.
- ENDING: the source is closed. `Opened` is written now if it was not, then the end, in one piece
  with what the store still holds back.
- ENDED: the end is written, and the key is free.
- DEPRIVED: the log is another's, or the store is away for too long. Nothing more can be written.

Whatever comes first decides the end: the source is exhausted or raises, somebody asks for a stop,
or the task is cancelled because the relay closes. The end is written under a shield, so that a
cancellation cannot take it away; it only limits how long a store that is away is waited for.
Nothing here waits for a reader, and nothing that happens to one answer touches another.
"""

from __future__ import annotations

import logging
from enum import Enum
from typing import TYPE_CHECKING, Final

import anyio
import anyio.lowlevel

from mistralai.client.deltas import FinishDelta
from mistralai.client.errors import MistralClientError

from .endings import ENDED, FAILED_BY_MODEL, SHUT_DOWN, STOPPED, end_of
from .errors import RelayError
from .loops import cancel_requested
from .source import opened

if TYPE_CHECKING:
    from anyio.abc import TaskStatus

    from .conversion import Conversion
    from .frames import End, Event
    from .source import Source
    from .store import Store, Writer

logger: Final = logging.getLogger(__name__)

TURN: Final = 16
"""Events after which other tasks get a turn, for a source that never waits."""

FINISH_WITHIN: Final = 10.0
"""Seconds in which the end must be written once the relay closes."""


class State(Enum):
    """The states of a producer."""

    STARTING = "starting"
    OPENING = "opening"
    RELAYING = "relaying"
    ENDING = "ending"
    ENDED = "ended"
    DEPRIVED = "deprived"


TRANSITIONS: Final = {
    State.STARTING: {State.OPENING},
    State.OPENING: {State.RELAYING, State.ENDING, State.DEPRIVED},
    State.RELAYING: {State.ENDING, State.DEPRIVED},
    State.ENDING: {State.ENDED, State.DEPRIVED},
    State.ENDED: set[State](),
    State.DEPRIVED: set[State](),
}


class Producer:
    """The producer of one answer.

    Args:
        store: The store of its log.
        key: The key of its log.
        source: The source.
        conversion: Makes events of what the source yields.
        leave_grace: Seconds after which an answer without readers stops; `None`: never.

    Attributes:
        state: Its state.
    """

    def __init__(
        self,
        store: Store,
        key: str,
        source: Source,
        conversion: Conversion,
        leave_grace: float | None,
    ) -> None:
        self.state = State.STARTING
        self._store = store
        self._key = key
        self._source = source
        self._conversion = conversion
        self._leave_grace = leave_grace
        self._end: End | None = None
        self._appended = 0

    async def run(self, *, task_status: TaskStatus[None]) -> None:
        """Write the answer. It has started once the key is its own.

        Raises:
            AlreadyRunningError: An answer runs under the key.
            StoreUnavailableError: The store is away.
        """
        try:
            async with self._store.writing(self._key, leave_grace=self._leave_grace) as writer:
                self._move(State.OPENING)
                try:
                    task_status.started()
                    await self._produce(writer)
                finally:
                    if self.state is not State.DEPRIVED:
                        self._move(State.ENDING)
                        await self._finish(writer, self._end or SHUT_DOWN)
        except Exception:
            if self.state is State.STARTING:
                raise
            logger.exception("the answer under %r was not written to its end", self._key)

    async def _produce(self, writer: Writer) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._await_stop, writer, tasks.cancel_scope)
            await self._relay(writer)
            tasks.cancel_scope.cancel()

    async def _await_stop(self, writer: Writer, scope: anyio.CancelScope) -> None:
        try:
            await writer.stop_requested()
        except RelayError as error:
            self._deprive(error)
        except Exception as error:  # noqa: BLE001 - a store that may be anybody's
            self._fail(error)
        else:
            self._settle(STOPPED)
        scope.cancel()

    async def _relay(self, writer: Writer) -> None:
        try:
            async with opened(self._source) as source:
                async for item in source.items:
                    for event in self._conversion.events(item):
                        await self._append(writer, event)
            self._settle(STOPPED if source.closed else ENDED)
        except Exception as error:  # noqa: BLE001 - whatever a source raises ends its answer
            self._fail(error)
        except anyio.get_cancelled_exc_class() as error:
            if cancel_requested():
                raise
            self._fail(error)  # a task for which the source waited was cancelled

    async def _append(self, writer: Writer, event: Event) -> None:
        if self.state is State.OPENING:
            self._move(State.RELAYING)
        if isinstance(event, FinishDelta) and event.reason == "error":
            self._settle(FAILED_BY_MODEL)
            logger.error("the answer under %r failed: its finish reason is 'error'", self._key)
        try:
            await writer.append(event)
        except RelayError as error:
            self._deprive(error)
            raise
        self._appended += 1
        if self._appended % TURN == 0:
            await anyio.lowlevel.checkpoint()

    async def _finish(self, writer: Writer, end: End) -> None:
        async with anyio.create_task_group() as tasks:
            with anyio.CancelScope(shield=True) as shield:
                tasks.start_soon(self._limit, shield)
                try:
                    for event in self._conversion.opening():
                        await writer.append(event)
                    await writer.finish(end)
                except RelayError as error:
                    self._deprive(error)
                else:
                    self._move(State.ENDED)
            tasks.cancel_scope.cancel()

    @staticmethod
    async def _limit(shield: anyio.CancelScope) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            shield.deadline = anyio.current_time() + FINISH_WITHIN

    def _settle(self, end: End) -> None:
        """Decide the end; the first decision counts."""
        if self._end is None:
            self._end = end

    def _deprive(self, error: RelayError) -> None:
        if self.state is not State.DEPRIVED:
            self._move(State.DEPRIVED)
            logger.error("the answer under %r cannot be written: %s", self._key, error)

    def _fail(self, error: BaseException) -> None:
        """End with an error, and tell the developer what readers are not told."""
        if self.state is State.DEPRIVED:
            return
        self._settle(end_of(error))
        expected = isinstance(error, MistralClientError)
        logger.error(
            "the answer under %r failed: %s: %s",
            self._key,
            type(error).__name__,
            error,
            exc_info=None if expected else error,
        )

    def _move(self, state: State) -> None:
        assert state in TRANSITIONS[self.state], f"from {self.state} to {state}"
        self.state = state
