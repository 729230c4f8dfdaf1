"""The first half of a run in batch jobs: rows that are in no job are uploaded, and jobs created."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from anyio.lowlevel import checkpoint

from ...client import errors
from ..asking import INVALID
from ..contents import sentence
from ..jobs import Job
from ..outcomes import Outcome, RowError
from ..rows import with_defaults
from ..verdicts import may_pass
from .creating import record
from .inputs import RowTooLargeError
from .waiting import Waiter
from .waits import MOST_FAILURES, Waits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ..rows import Row
    from .inputs import InputFile, InputFiles
    from .parts import Parts

_TURN: Final = 200  # rows, before other tasks get their turn


class Submitter:
    """Puts rows into jobs.

    Args:
        parts: The parts of the run.
        files: The input files.
        defaults: Fields of every request that a row does not have.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        parts: Parts,
        files: InputFiles,
        defaults: Mapping[str, Any],
        *,
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._feed = parts.feed
        self._book = parts.book
        self._service = parts.service
        self._creator = parts.creator
        self._waiting = parts.waiting
        self._files = files
        self._defaults = defaults
        self._sleep = sleep
        self._read = 0
        self.doing = ""
        """What it does, for a person; empty once it has ended."""

    async def submit(self) -> None:
        """Put every row into a job. What is not uploaded when the run is stopped is left.

        Raises:
            MistralClientError: The server refused a file or a job, or ten uploads of a file failed.
            OutputError: A record of a job cannot be written.
        """
        while (row := await self._next()) is not None:
            full = await self._place(row)
            if full is not None:
                await self._upload(full)
        for file in self._files.rest():
            await self._upload(file)
        self.doing = ""

    async def collect(self) -> None:
        """Let the rows that are in jobs wait for their results, and leave all others."""
        while (row := await self._next()) is not None:
            if self._book.job_of(row.index) is not None:
                self._waiting.add(Waiter(row.id, row.index, row.number))
        self._feed.leave()

    async def _next(self) -> Row | None:
        """Return the next row, or `None` if there is none."""
        self._read += 1
        if self._read % _TURN == 0:
            self.doing = f"{self._read:,} rows read"
            await checkpoint()
        return await self._feed.next()

    async def _place(self, row: Row) -> InputFile | None:
        """Find a place for a row; return a file that is full."""
        if row.problem is not None:
            await self._feed.finish(_invalid(row, row.problem))
            return None
        full: InputFile | None = None
        if self._book.job_of(row.index) is None:
            try:
                full = self._files.add(row, with_defaults(row.body, self._defaults))
            except RowTooLargeError as error:
                await self._feed.finish(_invalid(row, f"line {row.number} {error}"))
                return None
        self._waiting.add(Waiter(row.id, row.index, row.number))
        return full

    async def _upload(self, file: InputFile) -> None:
        with file.content:
            uploaded = None if self._feed.stopping.is_set() else await self._uploaded(file)
        if uploaded is None:
            self._feed.leave()
            return
        job = Job(*uploaded, file.model, file.ranges)
        await record(partial(self._book.uploaded, job))
        try:
            await self._creator.create(job)
        except errors.MistralClientError as error:
            if not may_pass(error):
                raise  # else it is tried again with the next look at the jobs

    async def _uploaded(self, file: InputFile) -> tuple[str, int | None] | None:
        """Upload a file, again if that fails; return `None` if the run is stopped before."""
        self.doing = f"uploading {file.rows:,} rows"
        name = f"{PurePath(self._book.output).stem}-{self._book.count + 1}.jsonl"
        waits, failures = Waits(self._feed.stopping, self._sleep), 0
        while True:
            try:
                return await self._service.upload(file.content, name)
            except errors.MistralClientError as error:
                failures += 1
                if failures == MOST_FAILURES or not may_pass(error):
                    raise
                self.doing = f"uploading {file.rows:,} rows, again after: {sentence(error)}"
            if await waits.stopped():
                return None


def _invalid(row: Row, message: str) -> Outcome:
    error = RowError(INVALID, message)
    return Outcome(id=row.id, number=row.number, index=row.index, error=error)
