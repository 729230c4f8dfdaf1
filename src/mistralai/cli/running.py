"""A bulk run in the terminal: its progress, its end, its exit code."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anyio

from ..bulk import BulkError, InputError, ResumeError, Run
from ..bulk.interrupts import obey_interrupts
from .escapes import one_line
from .failure import INTERRUPTED, OTHER, SOME_FAILED, USAGE, CommandError
from .progress import Progress, figures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..bulk import Limits, Stats
    from ..client import Mistral
    from .connection import Connection
    from .output import Output

_STDOUT: Final = "-"
_SHOWN_JOBS: Final = 3


class Running:
    """A run of the command line.

    Args:
        connection: The server.
        output: Where progress and summary go, and the answers if they go to standard output.
        prompts: The input.
        answers: The output, or `-` for standard output.
        settings: The other arguments of `Run`.
        stats_json: A file for the figures, or `None`.
        in_jobs: Whether the rows are asked in batch jobs.
        cancels: Whether those jobs are cancelled.
    """

    def __init__(
        self,
        connection: Connection,
        output: Output,
        prompts: str,
        answers: str,
        *,
        settings: Mapping[str, Any],
        stats_json: str | None = None,
        in_jobs: bool = False,
        cancels: bool = False,
    ) -> None:
        self._connection = connection
        self._output = output
        self._prompts = prompts
        self._answers = answers
        self._settings = settings
        self._stats_json = stats_json
        self._in_jobs = in_jobs
        self._cancels = cancels

    def run(self) -> int:
        """Run to the end, and return the exit code.

        Raises:
            CommandError: The run was refused, or stopped.
            MistralClientError: The server refused the key or the model.
        """
        if self._stats_json is not None:
            _check_place(Path(self._stats_json), self._prompts, self._answers)
        with (
            self._connection.client(self._output) as client,
            redirect_stdout(
                self._output.err
            ),  # Ray prints there; answers have a stream of their own
        ):
            job = self._job(client)
            try:
                interrupted = anyio.run(self._to_the_end, job)
            except BulkError as error:
                raise self._command_error(error) from error
            finally:
                self._summarise(job)
        if job.stopped:
            again = "without --cancel" if self._cancels else "again"
            self._output.say(f"stopped; the same command {again} continues")
        if interrupted:
            return INTERRUPTED
        return SOME_FAILED if job.stats.failed else 0

    def plan(self) -> None:
        """Say what the run would ask.

        Raises:
            CommandError: The input is bad.
        """
        with self._connection.client(self._output, needs_key=False) as client:
            try:
                job = self._job(client)
                plan = job.plan()
            except BulkError as error:
                raise self._command_error(error) from error
        say = self._output.say
        say(f"rows           {'unknown' if plan.rows is None else f'{plan.rows:,}'}")
        if plan.bad:
            say(f"bad rows       {plan.bad:,}, which would fail")
        if plan.prompt_tokens is not None:
            say(f"prompt tokens  about {plan.prompt_tokens:,}")
        for line in self._pace(job.limits):
            say(line)
        say("nothing was sent")

    def _pace(self, limits: Limits) -> Iterator[str]:
        """Yield how fast the rows would be asked, line by line."""
        if self._in_jobs:
            yield "batch jobs     one per model, 100,000 rows and 512 MB"
            return
        yield f"concurrency    up to {limits.concurrency}"
        rate, tokens = limits.request_rate, limits.tokens_per_minute
        yield f"requests       {'no limit' if rate is None else f'{rate:g} per second'}"
        yield f"tokens         {'no limit' if tokens is None else f'{tokens:,.0f} per minute'}"

    def _job(self, client: Mistral) -> Run:
        to_stdout = self._answers == _STDOUT
        return Run(
            client,
            self._prompts,
            self._output.write_bytes if to_stdout else self._answers,
            simulated=self._connection.simulate is not None,
            **self._settings,
        )

    async def _to_the_end(self, job: Run) -> bool:
        """Run to the end; return True if Ctrl-C was pressed."""
        shown = not (self._answers == _STDOUT and self._output.is_watched)
        progress = Progress(self._output, job, shown=shown)

        def stop() -> None:
            progress.note = "Ctrl-C: finishing what runs; once more drops it"
            job.stop()

        async with job, obey_interrupts(stop, job.drop) as interrupted:
            self._note_opened(job)
            async with progress:
                await job.finish()
        return interrupted.is_set()

    def _note_opened(self, job: Run) -> None:
        if job.cut:
            self._output.note(f"cut off {job.cut:,} bytes of unfinished lines of {self._answers}")
        if job.stats.resumed:
            self._output.note(f"continuing: {job.stats.resumed:,} rows are finished already")
        if job.jobs:
            self._output.note(f"continuing with {_named(job.jobs)}")
        if job.stats.rows is None and self._answers != _STDOUT:
            self._output.note("the input is read once, so this run cannot be continued")

    def _summarise(self, job: Run) -> None:
        """Write the summary, and the figures as JSON, of a run that has begun."""
        stats = job.stats
        if not job.began:
            return
        for line in figures(stats):
            self._output.say(line)
        if job.jobs:
            stays, they = ("stays", "it") if len(job.jobs) == 1 else ("stay", "them")
            self._output.say(f"{_named(job.jobs)} {stays} at the server; --cancel cancels {they}")
        if self._stats_json is not None:
            _write_json(Path(self._stats_json), stats)

    def _command_error(self, error: BulkError) -> CommandError:
        code = USAGE if isinstance(error, InputError | ResumeError) else OTHER
        return CommandError(one_line(str(error)), code=code)


def _named(jobs: Sequence[str]) -> str:
    """Return the number of batch jobs, with the ids of the first ones."""
    shown = ", ".join(jobs[:_SHOWN_JOBS]) + (", …" if len(jobs) > _SHOWN_JOBS else "")
    return f"{len(jobs):,} batch {'job' if len(jobs) == 1 else 'jobs'} ({shown})"


def _check_place(path: Path, *files: str) -> None:
    """Check before the first request that the figures can be written at the end."""
    if not path.parent.is_dir():
        raise CommandError(f"{path} cannot be written: no folder {path.parent}", code=USAGE)
    if any(path.resolve() == Path(file).resolve() for file in files):
        raise CommandError(f"--stats-json {path} has the prompts or the answers", code=USAGE)


def _write_json(path: Path, stats: Stats) -> None:
    try:
        path.write_text(json.dumps(stats.as_dict()) + "\n", "utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from error
