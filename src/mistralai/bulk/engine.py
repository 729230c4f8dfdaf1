"""Engines, which ask the rows of a run: here, tasks of one event loop with one client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import anyio

from .asking import Asker
from .gate import Gate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any

    from ..client import Mistral
    from .feed import Feed
    from .limits import Limits
    from .outcomes import Outcome
    from .rows import Row


class Engine(Protocol):
    """A way to ask the rows of a run.

    The `Feed` has what exists once per run: input, output, counts, and the decision to stop. An
    engine takes rows from `feed.next()` and passes each outcome to `feed.finish()`.
    """

    @property
    def in_flight(self) -> int:
        """The number of rows that are being asked."""
        ...

    @property
    def level(self) -> int:
        """The number of rows that may be asked at the same time."""
        ...

    @property
    def paused(self) -> float:
        """The seconds for which requests are paused because the server asked for it; 0 if not."""
        ...

    @property
    def in_jobs(self) -> bool:
        """True if the rows are asked in batch jobs, which a later run continues."""
        ...

    @property
    def doing(self) -> str:
        """The thing that the engine waits for, for a person; empty if the figures say it."""
        ...

    async def run(self, feed: Feed) -> None:
        """Ask rows until `feed.next` returns `None`; return when all of them are finished.

        Cancelling it drops the rows that are being asked. The failure of a row is an outcome; an
        error that ends the run is passed to `feed.fail`.
        """
        ...


class EngineMaker(Protocol):
    """A function or class that creates the engine of a run when the run begins."""

    def __call__(self, client: Mistral, defaults: Mapping[str, Any], limits: Limits) -> Engine:
        """Return a new engine.

        Args:
            client: The client of the run.
            defaults: Fields of every request that a row does not have.
            limits: The limits of the run.
        """
        ...


class TaskEngine:
    """Asks rows in tasks of the running event loop, as many as the level.

    Args:
        gate: The gate that all requests pass.
        ask: Asks one row.
    """

    def __init__(self, gate: Gate, ask: Callable[[Row], Awaitable[Outcome]]) -> None:
        self._gate = gate
        self._ask = ask
        self._workers = 0
        self._asking = 0

    @property
    def in_flight(self) -> int:
        """The number of rows that are being asked."""
        return self._asking

    @property
    def level(self) -> int:
        """The number of rows that may be asked at the same time."""
        return self._gate.level.value

    @property
    def paused(self) -> float:
        """The seconds for which requests are paused because the server asked for it; 0 if not."""
        return self._gate.paused()

    @property
    def in_jobs(self) -> bool:
        """False: a later run asks the rows that were being asked."""
        return False

    @property
    def doing(self) -> str:
        """Nothing: the figures say it."""
        return ""

    async def run(self, feed: Feed) -> None:
        """Ask rows until there are no more."""
        async with anyio.create_task_group() as tasks:
            while not feed.stopped:
                while self._workers < self.level:
                    self._workers += 1
                    tasks.start_soon(self._work, feed)
                await self._gate.changed.wait()
                self._gate.changed = anyio.Event()

    async def _work(self, feed: Feed) -> None:
        """Ask rows one after the other, until there are no more or the level has fallen."""
        try:
            while self._workers <= self.level:
                row = await feed.next()
                if row is None:
                    return
                self._asking += 1
                try:
                    with feed.observed.current():
                        outcome = await self._ask(row)
                finally:
                    self._asking -= 1
                await feed.finish(outcome)
        except Exception as error:  # noqa: BLE001 - neither of a request nor of a row
            feed.fail(error)
        finally:
            self._workers -= 1
            self._gate.changed.set()


class LocalEngine(TaskEngine):
    """Asks rows with one client.

    Args:
        client: The client.
        defaults: Fields of every request that a row does not have.
        limits: The limits of the run.
    """

    def __init__(self, client: Mistral, defaults: Mapping[str, Any], limits: Limits) -> None:
        gate = Gate(limits)
        super().__init__(gate, Asker(client, defaults, limits, gate).ask)
