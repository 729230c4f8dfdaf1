"""The engine of a run whose rows are asked by workers, and its settings for Ray."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import anyio

from ..engine import TaskEngine
from ..errors import BulkError
from ..gate import Gate
from .cluster import hired, import_ray
from .crew import Crew, RemoteAsker
from .settings import ClientSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from ...client import Mistral
    from ..feed import Feed
    from ..limits import Limits
    from ..outcomes import Outcome
    from ..rows import Row
    from .crew import Hand


@dataclass(frozen=True, slots=True, repr=False)
class Ray:
    """Workers on Ray as the engine of a run: `run(…, engine=Ray(workers=8))`.

    Each worker is an actor with a client of its own. It needs no CPU of the cluster's count, and
    Ray spreads them over the nodes and starts them again when they die. Input, output and limits
    stay in this process, so the level and all limits are those of the run, whatever the number of
    workers.

    Attributes:
        workers: The number of workers.
        address: The address of a cluster, or `"auto"` for the one that this machine belongs to. By
            default that of the environment variable RAY_ADDRESS, or a local one for this run. If
            this process is connected to a cluster, that one is used.
        settings: The keywords of `Mistral` for the clients of the workers. By default they are
            those of the run's client, with its key. Without `api_key` a worker takes the
            environment variable MISTRAL_API_KEY of its node.
    """

    workers: int = 2
    address: str | None = None
    settings: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.workers, bool) or not isinstance(self.workers, int):
            raise TypeError(f"workers takes a whole number, not {self.workers!r}")
        if self.workers < 1:
            raise ValueError(f"workers is {self.workers}; give 1 or more")

    def __call__(self, client: Mistral, defaults: Mapping[str, Any], limits: Limits) -> CrewEngine:
        """Return a new engine.

        Raises:
            MissingExtraError: Ray is not installed.
            BulkError: The client has a setting that cannot be sent to workers, or the event loop is
                not one of asyncio.
        """
        _check_loop()
        import_ray()
        if self.settings is None:
            settings = ClientSettings.of(client)
        else:
            settings = ClientSettings(self.settings)
        hiring = hired(self.address, self.workers, settings, defaults, limits)
        return CrewEngine(hiring, defaults, limits)

    def __repr__(self) -> str:
        return f"Ray(workers={self.workers}, address={self.address!r})"


class CrewEngine(TaskEngine):
    """Asks rows with workers of other processes. Tasks of this one follow them row by row.

    Args:
        hiring: Starts the workers, and ends them.
        defaults: Fields of every request that a row does not have.
        limits: The limits of the run.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        hiring: AbstractAsyncContextManager[Sequence[Hand]],
        defaults: Mapping[str, Any],
        limits: Limits,
        *,
        sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
    ) -> None:
        super().__init__(Gate(limits), self._ask_remotely)
        self._hiring = hiring
        self._defaults = defaults
        self._sleep = sleep
        self._remote: RemoteAsker

    async def run(self, feed: Feed) -> None:
        """Start the workers, ask rows until there are no more, and end the workers."""
        async with self._hiring as hands, anyio.create_task_group() as tasks:
            crew = Crew(hands, sleep=self._sleep)
            carrier = feed.observed.carrier
            self._remote = RemoteAsker(crew, self._gate, self._defaults, carrier)
            tasks.start_soon(self._tend, crew, feed)
            await super().run(feed)
            tasks.cancel_scope.cancel()

    async def _ask_remotely(self, row: Row) -> Outcome:
        return await self._remote.ask(row)

    async def _tend(self, crew: Crew, feed: Feed) -> None:
        try:
            await crew.tend()
        except* Exception as group:  # noqa: BLE001 - it ends the run
            feed.fail(_first(group))


def _first(group: BaseExceptionGroup[Exception]) -> Exception:
    """Return the first error of a group."""
    first: Any = group
    while isinstance(first, BaseExceptionGroup):
        first = cast("BaseExceptionGroup[Exception]", first).exceptions[0]
    return cast("Exception", first)


def _check_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        raise BulkError("Ray needs asyncio; run this on asyncio instead of trio") from None
