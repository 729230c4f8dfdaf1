"""Ray, as far as a run needs it: a connection to a cluster, and actors on its nodes."""

from __future__ import annotations

import logging
import os
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import anyio
from anyio import to_thread

from ..errors import BulkError, MissingExtraError
from .crew import WorkerBrokeError, WorkerLostError
from .worker import Worker

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from ..limits import Limits
    from .messages import Order, Report
    from .settings import ClientSettings

_LOCAL: Final = "local"
_CALLS: Final = 100  # at a time per worker; two are needed, and those of earlier epochs may remain


class Hands:
    """The calls to one actor."""

    def __init__(self, exceptions: Any, actor: Any) -> None:
        self._exceptions = exceptions
        self._actor = actor

    async def give(self, epoch: int, orders: Sequence[Order]) -> None:
        """Give orders to the worker.

        Raises:
            WorkerLostError: It does not answer.
        """
        await self._call("give", epoch, list(orders))

    async def take(self, epoch: int) -> list[Report]:
        """Wait for reports of the worker.

        Raises:
            WorkerLostError: It does not answer.
        """
        reports: list[Report] = await self._call("take", epoch)
        return reports

    async def _call(self, method: str, *args: object) -> Any:
        exceptions = self._exceptions
        try:
            return await getattr(self._actor, method).remote(*args)
        except exceptions.RayTaskError as error:
            raise WorkerBrokeError(f"a worker raised an error:\n{error}") from None
        except exceptions.ActorDiedError as error:  # Ray does not start it again
            raise WorkerLostError(_told(error), forever=True) from None
        except exceptions.RayError as error:
            raise WorkerLostError(_told(error)) from None


@asynccontextmanager
async def hired(
    address: str | None,
    workers: int,
    settings: ClientSettings,
    defaults: Mapping[str, Any],
    limits: Limits,
) -> AsyncGenerator[list[Hands]]:
    """Start workers, and end them afterwards.

    Args:
        address: The address of a cluster; `None` for the one of the environment variable
            RAY_ADDRESS, or a local one. If this process is connected to a cluster, that one is
            used.
        workers: The number of workers.
        settings: The settings of their clients.
        defaults: Fields of every request that a row does not have.
        limits: The limits of the run.

    Raises:
        MissingExtraError: Ray is not installed.
        BulkError: There is no cluster at the address.
    """
    ray = import_ray()
    ours = not ray.is_initialized()
    if ours:
        await to_thread.run_sync(partial(_connect, ray, address))
    try:
        actor = ray.remote(Worker).options(
            num_cpus=0,  # a worker waits for the network
            scheduling_strategy="SPREAD",
            max_restarts=-1,
            max_task_retries=0,
            max_concurrency=_CALLS,
        )
        # Ray keeps the arguments of a constructor in memory, and logs a `runtime_env`.
        actors = [actor.remote(settings, dict(defaults), limits) for _ in range(workers)]
        try:
            yield [Hands(ray.exceptions, one) for one in actors]
        finally:
            for one in actors:
                ray.kill(one)
    finally:
        if ours:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(ray.shutdown)


def import_ray() -> Any:
    """Import Ray.

    Raises:
        MissingExtraError: It is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it asks, or sends without asking
    try:
        return import_module("ray")
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "the Ray engine needs the package ray: pip install 'mistralai[ray]'"
        ) from error


def _connect(ray: Any, address: str | None) -> None:
    address = address or os.environ.get("RAY_ADDRESS") or _LOCAL
    local = {"include_dashboard": False} if address == _LOCAL else {}
    try:
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level=logging.ERROR,
            **local,
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise BulkError(f"no connection to a Ray cluster at {address!r}: {error}") from error


def _told(error: Exception) -> str:
    """Return the first lines of an error of Ray, which has many."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return " ".join(lines)[:_LONGEST]


_LONGEST: Final = 1000  # characters
