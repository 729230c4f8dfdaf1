"""The feed: rows go out of it to an engine, outcomes come back and go into the journal.

Theory of operation. The feed is

- running: `next` gives rows;
- finishing, after `stop` or when the input has ended: `next` gives no more, outcomes are taken;
- dropping, after `drop` or an error: the engine is cancelled, and no outcome is taken.

It only moves forward. A row is out from `next` to `finish`; whatever happens in between, the row is
asked again by the next run. `finish` writes the row's line before anything else learns of it.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

import anyio
from anyio.lowlevel import checkpoint

from .blocking import BlockingItems
from .errors import InputError, TooManyErrorsError
from .journal import State
from .runfile import written_digest
from .sources import FileSource
from .stats import Failures, Quantiles, Stats
from .syncing import Syncing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator

    from .delivery import Delivery
    from .ids import Ids
    from .jobs import JobBook
    from .journal import Sink
    from .limits import Limits
    from .observing import RunScope
    from .opening import RowMaker
    from .outcomes import Outcome
    from .rows import Row
    from .sources import Numbered, Source

_SKIPPED: Final = 500  # consecutive rows, before other tasks get their turn


class Phase(enum.IntEnum):
    """The phase of a feed."""

    RUNNING = 0
    FINISHING = 1
    DROPPING = 2


class Feed:
    """Gives rows to an engine and takes their outcomes.

    Args:
        source: The input.
        maker: Makes rows of its items.
        sink: The output.
        states: Returns the state of a row in the output.
        ids: The ids so far, of an input that is read once.
        limits: The limits of the run.
        stats: The figures of the run.
        delivery: The way to the reader.
        observed: The scope of the run for observers, current while a row is asked.
        keep_failed: Whether rows that failed in an earlier run are left.
        digests: The hashes of the rows of a file, which was read before; `None` without.
        jobs: The batch jobs of the output, if it is a file.

    Attributes:
        jobs: The batch jobs of the output; `None` if it is not a file.
        stopping: Set when the run is stopped or dropped.
        phase: The phase.
        error: The error that ended the run.
        scope: Cancelled to drop the rows that are out.
        answered: Models that have answered.
        observed: The scope of the run for observers.
    """

    def __init__(
        self,
        source: Source,
        maker: RowMaker,
        sink: Sink,
        *,
        states: Callable[[int], State],
        ids: Ids | None,
        limits: Limits,
        stats: Stats,
        delivery: Delivery,
        observed: RunScope,
        keep_failed: bool,
        digests: Generator[bytes] | None = None,
        jobs: JobBook | None = None,
    ) -> None:
        self.jobs: Final = jobs
        self.stopping: Final = anyio.Event()
        self.phase = Phase.RUNNING
        self.error: BaseException | None = None
        self.scope: Final = anyio.CancelScope()
        self.answered: Final[set[str]] = set()
        self.observed: Final = observed
        self.complete = False
        """True once every row of the input has been given out, and none was left."""
        self._maker = maker
        self._sink = sink
        self._states = states
        self._ids = ids
        self._limits = limits
        self._stats = stats
        self._delivery = delivery
        self._keep_failed = keep_failed
        self._digests = digests
        self._ttft = Quantiles()
        self._asked_now = 0
        self._failed_now = 0
        self._finished_now = 0
        self._index = 0
        self._turn = anyio.Lock(fast_acquire=True)  # of an input that has to be waited for
        self._waiting: anyio.CancelScope | None = None  # for an item of the input
        self._syncing = Syncing(sink.sync)
        self._file: Generator[Numbered] | None = None
        self._items: AsyncIterator[Numbered] | None = None
        if isinstance(source, FileSource):
            self._file = source.items()
        else:
            self._items = source.items()

    @property
    def stopped(self) -> bool:
        """True once `next` gives no more rows."""
        return self.phase is not Phase.RUNNING

    async def next(self) -> Row | None:
        """Return the next row to ask, or `None` if there is none, or the run stops."""
        if self.stopped:
            return None
        try:
            row = await (self._next_of_file() if self._file else self._next_item())
        except Exception as error:  # noqa: BLE001 - of the input: it ends the run
            self.fail(error)
            return None
        if row is None and not self.stopped:
            self.complete = True
            self._stats.rows = self._index
            self._end(Phase.FINISHING)
        self._asked_now += row is not None
        return row

    async def finish(self, outcome: Outcome) -> None:
        """Take the outcome of a row: write its line, count it, and deliver it.

        A slow reader of the run makes this wait.
        """
        if self.phase is Phase.DROPPING:
            return
        state = State.SUCCEEDED if outcome.succeeded else State.FAILED
        try:
            self._sink.write(outcome.index, outcome.line(), state)
        except Exception as error:  # noqa: BLE001 - of the output: it ends the run
            self.fail(error)
            return
        self._syncing.written()
        self._count(outcome)
        self._judge(outcome)
        await self._delivery.put(outcome)

    def stop(self) -> None:
        """Give out no more rows. Those that are out are finished."""
        self.stopping.set()
        self._end(Phase.FINISHING)

    def leave(self) -> None:
        """Leave the rows that are out to a later run, and give out no more."""
        self.complete = False
        self._end(Phase.FINISHING)

    def drop(self) -> None:
        """Drop the rows that are out."""
        self.stopping.set()
        self._end(Phase.DROPPING)
        self.scope.cancel()

    def fail(self, error: BaseException) -> None:
        """End the run with an error, and drop the rows that are out."""
        if self.error is None:
            self.error = error
        self.drop()

    def end_scope(self) -> None:
        """Tell observers how the run ended."""
        reason = "done" if self.complete else "stopped"
        if self.phase is Phase.DROPPING:
            reason = "dropped"
        counts = {
            "asked": self._asked_now,
            "answered": self._finished_now - self._failed_now,
            "failed": self._failed_now,
            "skipped": self._index - self._asked_now,
        }
        self.observed.end("error" if self.error else reason, self.error, counts)

    def close(self) -> None:
        """Close the files of the input, and end its thread, wherever they are read."""
        for reading in (self._file, self._digests):
            if reading is not None:
                reading.close()
        if isinstance(self._items, BlockingItems):
            self._items.close()

    async def keep_synced(self) -> None:
        """Sync the output in groups of lines, until cancelled."""
        try:
            await self._syncing.keep()
        except Exception as error:  # noqa: BLE001 - of the output: it ends the run
            self.fail(error)

    async def sync(self) -> bool:
        """Make the lines so far survive a loss of power; return False if the run is dropped."""
        try:
            await self._syncing.now()
        except Exception as error:  # noqa: BLE001 - of the output: it ends the run
            self.fail(error)
        return self.phase is not Phase.DROPPING

    def _end(self, phase: Phase) -> None:
        self.phase = max(self.phase, phase)
        if self._waiting is not None:
            self._waiting.cancel()

    async def _next_of_file(self) -> Row | None:
        """Return the next row of a file. Tasks need no turn: each item is taken in one step."""
        assert self._file is not None
        for number, item in self._file:
            expected = None if self._digests is None else next(self._digests, b"")
            if expected == b"":  # a row that was appended since
                return None
            index, self._index = self._index, self._index + 1
            state = self._states(index)
            if state is State.UNASKED or (state is State.FAILED and not self._keep_failed):
                row = self._maker.row(index, number, item, None)
                if expected is not None and written_digest(row) != expected:
                    raise InputError(f"line {number} of the input changed during the run", number)
                if row.problem is None or state is State.UNASKED:
                    return row
                self._stats.failed += 1  # as in the run before
            if self._index % _SKIPPED == 0:
                await checkpoint()
                if self.stopped:
                    return None
        if self._digests is not None and next(self._digests, None) is not None:
            raise InputError("the input became shorter during the run")
        return None

    async def _next_item(self) -> Row | None:
        assert self._items is not None
        async with self._turn:
            return None if self.stopped else await self._take_item(self._items)

    async def _take_item(self, items: AsyncIterator[Numbered]) -> Row | None:
        with anyio.CancelScope() as scope:
            self._waiting = scope
            try:
                number, item = await anext(items)
            except StopAsyncIteration:
                return None
            finally:
                self._waiting = None
            index, self._index = self._index, self._index + 1
            return self._maker.row(index, number, item, self._ids)
        return None

    def _count(self, outcome: Outcome) -> None:
        stats = self._stats
        self._finished_now += 1
        stats.requests += outcome.requests
        stats.prompt_tokens += outcome.prompt_tokens
        stats.completion_tokens += outcome.completion_tokens
        if outcome.succeeded:
            stats.done += 1
            if outcome.model is not None:
                self.answered.add(outcome.model)
            if outcome.timing.ttft is not None:
                self._ttft.add(outcome.timing.ttft)
        else:
            stats.failed += 1
            self._failed_now += 1
            self._note_failure(outcome)

    def _note_failure(self, outcome: Outcome) -> None:
        error = outcome.error
        if error is not None:
            first = Failures(0, outcome.number, error.message)
            self._stats.failures.setdefault(error.type, first).count += 1

    def _judge(self, outcome: Outcome) -> None:
        """Stop the run if the outcome says so."""
        if outcome.succeeded:
            return
        if outcome.fatal is not None and not (
            outcome.unknown_model and outcome.model in self.answered
        ):
            self.fail(outcome.fatal)
        elif self.error is None and not self._limits.allows_errors(
            self._failed_now, self._finished_now
        ):
            last = "" if outcome.error is None else outcome.error.message
            self.error = TooManyErrorsError(
                f"{self._failed_now} of {self._finished_now} rows failed, more than max_errors ="
                f" {self._limits.max_errors} allows; the last one: {last}",
                self._stats,
            )
            self.stop()

    def update(self) -> None:
        """Bring those figures up to date that are not counted row by row."""
        self._stats.ttft_p50 = self._ttft.quantile(0.5)
        self._stats.ttft_p95 = self._ttft.quantile(0.95)
