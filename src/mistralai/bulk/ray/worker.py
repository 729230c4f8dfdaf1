"""A worker: it asks the rows that it is given, with a client of its own.

Theory of operation. The driver calls `give` with orders, and `take`, which waits until there are
reports. Rows are asked in tasks in between. Every request but the first of a row is allowed by the
driver: `DriverGate` reports that it is wanted and waits. So all limits of a run are in one place,
and a worker's share of them is what it is given.

Each call names an epoch. A call of a later epoch than the last ends everything that belongs to
earlier ones: the driver has given those rows to others. Calls of an earlier one are too late, and
do nothing.
"""

from __future__ import annotations

import asyncio
import traceback
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, assert_never

from ...client import __version__
from ..asking import Asker
from ..gate import Admission
from ..observing import end_of_row, scope_of_row
from .messages import Admit, Answered, Ask, Broke, Drop, Finished, Left, Lowered, Refused, Wants

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..limits import Limits
    from ..outcomes import Outcome
    from .messages import Order, Report
    from .settings import ClientSettings

LINGER: Final = 0.01
"""Seconds: a call costs the driver as much as twenty messages in it."""

_ENOUGH: Final = 64  # messages that are sent without waiting for more
_ADMITTED: Final = Admission(0.0, 0.0)  # the driver has the real one


class _Held:
    """A row at this worker: its lease, and whether its next request may be sent."""

    __slots__ = ("admitted", "lease")

    def __init__(self, lease: int) -> None:
        self.lease = lease
        self.admitted = asyncio.Event()
        self.admitted.set()  # for the first request


_held: ContextVar[_Held] = ContextVar("held")
"""The row that a task asks."""


class DriverGate:
    """The gate of a run, as its workers see it: the driver decides.

    Args:
        report: Sends a message to the driver.
    """

    def __init__(self, report: Callable[[Report], None]) -> None:
        self._report = report

    async def admit(self, fields: Mapping[str, Any]) -> Admission:  # noqa: ARG002 - a gate's
        """Wait until the driver allows a request."""
        held = _held.get()
        if not held.admitted.is_set():
            self._report(Wants(held.lease))
            await held.admitted.wait()
        held.admitted.clear()
        return _ADMITTED

    def answered(self, admission: Admission, tokens: int, answer_tokens: int) -> None:  # noqa: ARG002 - a gate's
        """Report that a request was answered."""
        self._report(Answered(_held.get().lease, tokens, answer_tokens))

    def refused(self, admission: Admission, retry_after: float | None) -> None:  # noqa: ARG002 - a gate's
        """Report that a request was refused."""
        self._report(Refused(_held.get().lease, retry_after))

    def lower(self) -> None:
        """Report that a stream broke off because the service is at its capacity."""
        self._report(Lowered(_held.get().lease))

    def left(self) -> None:
        """Report that a request was given up."""
        self._report(Left(_held.get().lease))


class Worker:
    """A worker, which is an actor of Ray or, in tests, an object of the same process.

    Args:
        settings: The settings of its client.
        defaults: Fields of every request that a row does not have.
        limits: The limits of the run.
        version: The version of this package at the driver.
        linger: The seconds that `take` waits for more reports after the first.

    Raises:
        RuntimeError: This machine has another version of this package.
    """

    def __init__(
        self,
        settings: ClientSettings,
        defaults: Mapping[str, Any],
        limits: Limits,
        version: str = __version__,
        linger: float = LINGER,
    ) -> None:
        if version != __version__:
            raise RuntimeError(
                f"a worker has mistralai {__version__}, the driver {version}; install the same"
                " version on every node"
            )
        self._gate = DriverGate(self._report)
        self._client = settings.client()
        self._asker = Asker(self._client, defaults, limits, self._gate)
        self._linger = linger
        self._epoch = 0
        self._reports: list[Report] = []
        self._any = asyncio.Event()
        self._many = asyncio.Event()
        self._tasks: dict[int, tuple[_Held, asyncio.Task[None]]] = {}

    async def give(self, epoch: int, orders: Sequence[Order]) -> None:
        """Take orders."""
        if not self._is_current(epoch):
            return
        for order in orders:
            self._obey(order)

    async def take(self, epoch: int) -> list[Report]:
        """Return the reports since the last call; wait until there are some."""
        if not self._is_current(epoch):
            return []
        await self._any.wait()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._many.wait(), self._linger)
        if not self._is_current(epoch):
            return []
        reports, self._reports = self._reports, []
        self._any.clear()
        self._many.clear()
        return reports

    def _is_current(self, epoch: int) -> bool:
        if epoch > self._epoch:
            self._epoch = epoch
            for _, task in self._tasks.values():
                task.cancel()
            self._tasks.clear()
            self._reports.clear()
            self._any.set()  # ends a `take` of an earlier epoch
        return epoch == self._epoch

    def _obey(self, order: Order) -> None:
        match order:
            case Ask():
                held = _Held(order.lease)
                task = asyncio.create_task(self._ask(held, order))
                self._tasks[order.lease] = held, task
            case Admit():
                if order.lease in self._tasks:
                    self._tasks[order.lease][0].admitted.set()
            case Drop():
                if order.lease in self._tasks:
                    self._tasks.pop(order.lease)[1].cancel()
            case _:  # pragma: no cover - the type checkers know that there is no other
                assert_never(order)

    async def _ask(self, held: _Held, order: Ask) -> None:
        _held.set(held)
        report: Report
        try:
            report = Finished(order.lease, await self._observed(order))
        except Exception:  # noqa: BLE001 - the driver ends the run with it
            report = Broke(order.lease, traceback.format_exc())
        if self._tasks.pop(order.lease, None) is not None:
            self._report(report)

    async def _observed(self, order: Ask) -> Outcome:
        """Ask a row, in a scope for the observers of this worker's client."""
        scope = scope_of_row(self._client, order.row, order.carrier)
        outcome: Outcome | None = None
        failure: Exception | None = None
        try:
            with scope.current():
                outcome = await self._asker.ask(order.row)
                return outcome
        except Exception as error:
            failure = error
            raise
        finally:
            end_of_row(scope, outcome, failure)

    def _report(self, report: Report) -> None:
        if report.lease not in self._tasks and not isinstance(report, Finished | Broke):
            return  # it was dropped
        self._reports.append(report)
        self._any.set()
        if len(self._reports) >= _ENOUGH:
            self._many.set()
