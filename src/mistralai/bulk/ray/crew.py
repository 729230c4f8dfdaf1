"""The driver's side of the workers: rows go out to them, reports come back.

Theory of operation. Each worker has one task, which exchanges messages with it for one epoch after
the other. An epoch begins when the worker answers and ends when a call to it fails; then its leases
end, tasks that wait for one of them learn that it is lost, and the next epoch begins. `LeaseBook`
has the states. At any time at most one `give` and one `take` are under way per worker, so that
under load one call carries many messages.

`RemoteAsker` asks one row: it takes a lease, waits for the gate, sends the row, and does what the
worker reports. A row whose worker is lost goes to another one, and fails after three.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

import anyio

from ..errors import BulkError
from ..outcomes import Outcome, RowError
from ..rows import with_defaults
from .leases import LeaseBook, WorkerState
from .messages import Admit, Answered, Ask, Broke, Drop, Finished, Left, Lowered, Refused, Wants

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from ..gate import Admission, Gate
    from ..rows import Row
    from .messages import Order, Report

_MOST_LOSSES: Final = 3  # of the workers that asked a row
_BETWEEN_EPOCHS: Final = 0.5  # seconds


class WorkerLostError(Exception):
    """A worker does not answer.

    Attributes:
        forever: Whether it cannot be started again.
    """

    def __init__(self, reason: str, *, forever: bool = False) -> None:
        super().__init__(reason)
        self.forever = forever


class WorkersLostError(BulkError):
    """No worker is left. The rows that are finished are in the output; the run can be continued."""


class WorkerBrokeError(BulkError):
    """A worker raised an error that is not one of a request."""


class Hand(Protocol):
    """The calls to a worker. They raise `WorkerLostError` if it does not answer."""

    async def give(self, epoch: int, orders: Sequence[Order]) -> None:
        """Give orders to the worker."""
        ...

    async def take(self, epoch: int) -> list[Report]:
        """Wait for reports of the worker."""
        ...


class Held:
    """A row at a worker, seen from the driver.

    Attributes:
        number: The number of its lease.
    """

    __slots__ = ("_arrived", "_lost", "_reports", "_waiting", "number")

    def __init__(self, number: int) -> None:
        self.number: Final = number
        self._reports: deque[Report] = deque()
        self._arrived = anyio.Event()
        self._lost = False
        self._waiting: anyio.CancelScope | None = None

    @property
    def lost(self) -> bool:
        """True once the worker is lost."""
        return self._lost

    async def next(self) -> Report | None:
        """Return the next report, or `None` if the worker is lost."""
        while not self._reports:
            if self._lost:
                return None
            self._arrived = anyio.Event()
            await self._arrived.wait()
        return self._reports.popleft()

    async def admitted(self, gate: Gate, fields: Mapping[str, Any]) -> Admission | None:
        """Wait for the gate, but no longer than until something happens to the row."""
        if self._lost or self._reports:
            return None
        self._waiting = waiting = anyio.CancelScope()
        try:
            with waiting:
                return await gate.admit(fields)
        finally:
            self._waiting = None
        return None

    def arrive(self, report: Report) -> None:
        """Note a report."""
        self._reports.append(report)
        self._wake()

    def lose(self) -> None:
        """Note that the worker is lost. Its earlier reports still count."""
        self._lost = True
        self._wake()

    def _wake(self) -> None:
        self._arrived.set()
        if self._waiting is not None:
            self._waiting.cancel()


class Crew:
    """The workers of a run.

    Args:
        hands: The calls to each of them.
        sleep: Waits for seconds.
    """

    def __init__(
        self, hands: Sequence[Hand], *, sleep: Callable[[float], Awaitable[object]] = anyio.sleep
    ) -> None:
        self._hands = hands
        self._sleep = sleep
        self._book = LeaseBook(len(hands))
        self._rows: dict[int, Held] = {}
        self._orders: list[list[Order]] = [[] for _ in hands]
        self._ordered = [anyio.Event() for _ in hands]
        self._joined = anyio.Event()
        self._reason = ""

    async def tend(self) -> None:
        """Exchange messages with the workers, until cancelled, or until no worker is left."""
        async with anyio.create_task_group() as tasks:
            for worker in range(len(self._hands)):
                tasks.start_soon(self._tend, worker)

    async def lease(self) -> Held:
        """Take a lease with the worker that has the fewest; wait until there is one.

        Raises:
            WorkersLostError: No worker is left.
        """
        while (number := self._book.lease()) is None:
            if self._book.exhausted:
                raise WorkersLostError(f"no worker is left; the last one: {self._reason}")
            await self._joined.wait()
        held = self._rows[number] = Held(number)
        return held

    def send(self, order: Order) -> None:
        """Send an order to the worker that has the lease; do nothing if it has ended."""
        worker = self._book.worker(order.lease)
        if worker is not None:
            self._orders[worker].append(order)
            self._ordered[worker].set()

    def end(self, held: Held, *, finished: bool) -> None:
        """End a lease. A worker that has not finished the row is told to drop it."""
        if not finished:
            self.send(Drop(held.number))
        self._book.end(held.number, finished=finished)
        self._rows.pop(held.number, None)

    async def _tend(self, worker: int) -> None:
        while self._book.state(worker) is not WorkerState.RETIRED:
            lost = await self._epoch(worker)
            self._reason = str(lost)
            self._orders[worker].clear()
            for number in self._book.lose(worker, forever=lost.forever):
                self._rows.pop(number).lose()
            if self._book.exhausted:
                self._announce()
            if self._book.state(worker) is WorkerState.LOST:
                await self._sleep(_BETWEEN_EPOCHS)

    async def _epoch(self, worker: int) -> WorkerLostError:
        """Exchange messages with a worker until it is lost."""
        hand, epoch = self._hands[worker], self._book.epoch(worker)
        reasons: list[WorkerLostError] = []
        async with anyio.create_task_group() as tasks:

            async def give() -> None:
                try:
                    while True:
                        await self._ordered[worker].wait()
                        self._ordered[worker] = anyio.Event()
                        orders, self._orders[worker] = self._orders[worker], []
                        await hand.give(epoch, orders)
                except WorkerLostError as lost:
                    reasons.append(lost)
                    tasks.cancel_scope.cancel()

            try:
                await hand.give(epoch, ())
                self._book.join(worker)
                self._announce()
                tasks.start_soon(give)
                while True:
                    for report in await hand.take(epoch):
                        if self._book.worker(report.lease) == worker:
                            self._rows[report.lease].arrive(report)
            except WorkerLostError as lost:
                reasons.append(lost)
                tasks.cancel_scope.cancel()
        return reasons[0]

    def _announce(self) -> None:
        """Wake the tasks that wait for a worker."""
        self._joined.set()
        self._joined = anyio.Event()


class RemoteAsker:
    """Asks rows with the workers of a crew.

    Args:
        crew: The crew.
        gate: The gate of the run, which all requests of all workers pass.
        defaults: Fields of every request that a row does not have.
        carrier: The carrier of the run's scope, for observers of the workers.
    """

    def __init__(
        self, crew: Crew, gate: Gate, defaults: Mapping[str, Any], carrier: Mapping[str, str]
    ) -> None:
        self._crew = crew
        self._gate = gate
        self._defaults = defaults
        self._carrier = carrier

    async def ask(self, row: Row) -> Outcome:
        """Ask a row until it has an outcome.

        Raises:
            WorkersLostError: No worker is left.
            WorkerBrokeError: A worker raised an error that is not one of a request.
        """
        losses = 0
        while losses < _MOST_LOSSES:
            held = await self._crew.lease()
            order = Ask(held.number, row, self._carrier)
            leased = _Leased(self._crew, self._gate, held, order, self._defaults)
            outcome = await leased.asked()
            if outcome is not None:  # a row that a lost worker had counts as asked
                return replace(outcome, requests=outcome.requests + losses)
            losses += leased.sent
        message = (
            f"line {row.number}: {_MOST_LOSSES} workers were lost while they asked this row; look"
            " for its size and for the memory of the nodes"
        )
        return Outcome(
            id=row.id,
            number=row.number,
            index=row.index,
            error=RowError("WorkerLostError", message),
            attempts=losses,
            requests=losses,
        )


class _Leased:
    """A row under one lease.

    Attributes:
        sent: Whether the worker was told to ask it.
    """

    def __init__(
        self, crew: Crew, gate: Gate, held: Held, order: Ask, defaults: Mapping[str, Any]
    ) -> None:
        self.sent = False
        self._crew = crew
        self._gate = gate
        self._held = held
        self._order = order
        self._row = row = order.row
        self._fields = {} if row.problem is not None else with_defaults(row.body, defaults)
        self._admission: Admission | None = None

    async def asked(self) -> Outcome | None:
        """Return the outcome of the row, or `None` if the worker is lost."""
        outcome = None
        try:
            if self._row.problem is None:  # a bad row sends no request
                await self._admit()
                if self._admission is None:
                    return None
            self.sent = True
            self._crew.send(self._order)
            while outcome is None:
                report = await self._held.next()
                if report is None:
                    return None
                outcome = await self._obey(report)
        finally:
            if self._admission is not None:
                self._gate.left()
            self._crew.end(self._held, finished=outcome is not None)
        return outcome

    async def _admit(self) -> None:
        self._admission = await self._held.admitted(self._gate, self._fields)

    async def _obey(self, report: Report) -> Outcome | None:
        """Do what a report asks for; return the outcome if it has one."""
        admission = self._admission
        match report:
            case Wants():
                await self._admit()
                if self._admission is not None:
                    self._crew.send(Admit(self._held.number))
            case Lowered():
                self._gate.lower()
            case Finished():
                return report.outcome
            case Broke():
                raise WorkerBrokeError(f"a worker raised an error:\n{report.reason}")
            case Answered() if admission is not None:
                self._admission = None
                self._gate.answered(admission, report.tokens, report.answer_tokens)
            case Refused() if admission is not None:
                self._admission = None
                self._gate.refused(admission, report.retry_after)
            case Left() if admission is not None:
                self._admission = None
                self._gate.left()
            case _:  # of a request that was not admitted: there is none
                pass
        return None
