"""The second half of a run in batch jobs: looks at the jobs, and fetches what has ended."""

from __future__ import annotations

from collections import Counter
from contextlib import aclosing, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from anyio.lowlevel import checkpoint

from ...client import errors
from ..contents import sentence
from ..jobs import JobState
from ..verdicts import Verdict, may_pass, verdict
from .creating import record
from .errors import BatchJobError
from .results import no_result, outcome_of, parse_result
from .service import Ending, ending
from .waits import MOST_FAILURES, Waits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ...client.models import BatchJob
    from ..jobs import Job
    from .parts import Parts

_TURN: Final = 200  # rows, before other tasks get their turn
_SHOWN_ERRORS: Final = 3
_CANCELLING: Final = "CANCELLATION_REQUESTED"
_UNKNOWN: Final = "UNKNOWN"
"""The status of a job that the server does not know, in the book."""


class Follower:
    """Follows the jobs of a run until all of them have ended.

    Args:
        parts: The parts of the run.
        cancel: Whether the jobs are cancelled.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        cancel: bool,
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._feed = parts.feed
        self._book = parts.book
        self._service = parts.service
        self._creator = parts.creator
        self._waiting = parts.waiting
        self._cancel = cancel
        self._sleep = sleep
        self._seen: dict[str, BatchJob] = {}  # by the files of jobs
        self._failure: BatchJobError | None = None
        self._trouble = ""

    @property
    def doing(self) -> str:
        """The states of the jobs, for a person; empty without jobs."""
        jobs = self._book.open
        if not jobs:
            return ""
        states = Counter(self._state_of(job) for job in jobs)
        answered = sum(one.completed_requests or 0 for one in self._seen.values())
        parts = [
            f"{len(jobs)} batch {'job' if len(jobs) == 1 else 'jobs'}: "
            + ", ".join(f"{count} {state}" for state, count in states.items()),
            f"{answered:,} of {sum(job.size for job in jobs):,} answered",
        ]
        return " · ".join(filter(None, [*parts, self._trouble]))

    async def follow(self) -> None:
        """Look at the jobs until all of them have ended, or the run is stopped.

        Raises:
            BatchJobError: A job ended without success, and the others have ended as well.
            MistralClientError: The server refused a call, or could not be reached ten times.
            OutputError: A record of a job cannot be written.
        """
        waits, failures = Waits(self._feed.stopping, self._sleep), 0
        while self._book.open:
            if await waits.stopped():
                self._feed.leave()
                break
            error = await self._look()
            self._trouble = "" if error is None else f"the last look failed: {sentence(error)}"
            if error is None:
                failures = 0
            elif verdict(error) is not Verdict.REFUSED:
                failures += 1
                if failures == MOST_FAILURES:
                    raise error
        if self._failure is not None:
            raise self._failure

    async def _look(self) -> errors.MistralClientError | None:
        """Look at every job; return an error after which another look may succeed."""
        failed: errors.MistralClientError | None = None
        for job in self._book.open:
            if self._feed.stopping.is_set():  # too many rows of another job have failed
                break
            try:
                await self._advance(job)
            except errors.MistralClientError as error:
                if not may_pass(error):
                    raise
                failed = error
        return failed

    async def _advance(self, job: Job) -> None:
        """Bring a job one step forward."""
        if job.id is not None:
            await self._check(job, job.id)
        elif not self._cancel:
            await self._creator.create(job)
        elif not await self._creator.find(job):
            await record(partial(self._book.ended, job, _UNKNOWN))

    async def _check(self, job: Job, job_id: str) -> None:
        """Look at a job that was created, and fetch its results if it has ended."""
        try:
            seen = await self._service.look(job_id)
        except errors.NotFoundError as error:
            if not self._cancel:
                raise self._unknown(job_id) from error
            await record(partial(self._book.ended, job, _UNKNOWN))
            return
        self._seen[job.file] = seen
        how = ending(seen)
        if how is not Ending.NOT_YET:
            await self._settle(job, seen, how)
        elif self._cancel and seen.status != _CANCELLING:
            await self._cancel_job(job_id)

    async def _cancel_job(self, job_id: str) -> None:
        try:
            await self._service.cancel(job_id)
        except errors.SDKError:
            if ending(await self._service.look(job_id)) is Ending.NOT_YET:
                raise  # else it had ended, and the next look fetches it

    async def _settle(self, job: Job, seen: BatchJob, how: Ending) -> None:
        """Write the results of a job that has ended, and record that they are in the output."""
        for file_id in filter(None, (seen.output_file, seen.error_file)):
            with suppress(errors.NotFoundError):  # it was deleted: its rows have no result
                await self._fetch(file_id, seen)
        left = 0
        for waiter in self._waiting.rest(job.rows):
            if how is Ending.SUCCESS:
                await self._feed.finish(no_result(waiter, seen))
            else:
                left += 1
        if not await self._feed.sync():
            return
        if left:
            self._feed.leave()
            if not self._cancel and self._failure is None:
                self._failure = _failure(job, seen, how, left)
        await record(partial(self._book.ended, job, str(seen.status)))
        self._seen.pop(job.file, None)

    async def _fetch(self, file_id: str, seen: BatchJob) -> None:
        async with aclosing(self._service.lines(file_id)) as lines:
            count = 0
            async for line in lines:
                result = parse_result(line)
                waiter = None if result is None else self._waiting.take(result.id)
                if result is not None and waiter is not None:
                    await self._feed.finish(outcome_of(result, waiter, seen))
                count += 1
                if count % _TURN == 0:
                    await checkpoint()

    def _state_of(self, job: Job) -> str:
        seen = self._seen.get(job.file)
        if seen is not None and seen.status is not None:
            return seen.status.lower().replace("_", " ")
        return "uploaded" if job.state is JobState.UPLOADED else "created"

    def _unknown(self, job_id: str) -> BatchJobError:
        return BatchJobError(
            f"the server does not know the batch job {job_id} of {self._book.output}. Use the key"
            " that it was created with; --cancel (cancel=True) gives it up",
            job_id,
            "",
        )


def _failure(job: Job, seen: BatchJob, how: Ending, left: int) -> BatchJobError:
    messages = [str(error.message) for error in seen.errors if error.message]
    said = "; ".join(messages[:_SHOWN_ERRORS])
    status = str(seen.status)
    ends = {
        Ending.CANCELLED: "was cancelled",
        Ending.EXPIRED: "did not end in time (timeout_hours)",
    }
    end = ends.get(how, f"ended with status {status}") + (f": {said}" if said else "")
    return BatchJobError(
        f"the batch job {job.id} {end}. {left:,} of its {job.size:,} rows have no answer; the same"
        " command again asks them in a new job",
        job.id or "",
        status,
    )
