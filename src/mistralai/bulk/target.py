"""The target of a run: where its lines go, and the files that are open for them.

A name that ends in `.parquet` is written at the end, from a journal beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from .disk import set_aside
from .errors import InputError, OutputError, ResumeError
from .journal import NoJournal, State
from .opening import Opened, check_rows, open_output

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator

    from .jobs import JobBook
    from .journal import Journal, Sink
    from .opening import RowMaker
    from .runfile import Header
    from .sources import FileSource

_PARQUET: Final = ".parquet"


class Target:
    """The place where the lines of a run go.

    Args:
        output: The path of a file, a function that is called with each line, or `None`.
        ordered: Whether a file is sorted at the end as the input is.
        restart: Whether to start again if the file exists.

    Attributes:
        sink: Takes the lines. A file takes them once it is open.
        rows: The number of rows of an input that can be read twice, once it was read.
    """

    def __init__(
        self,
        output: str | os.PathLike[str] | Callable[[bytes], object] | None,
        *,
        ordered: bool,
        restart: bool,
    ) -> None:
        self._path: Path | None = None  # of the journal
        self._table: Path | None = None
        write: Callable[[bytes], object] | None = None
        if callable(output):
            write = output
        elif output is not None:
            self._path = Path(output)
            if self._path.suffix.lower() == _PARQUET:
                self._table = self._path
                self._path = self._table.with_name(f"{self._table.name}.jsonl")
        if ordered and self._path is None:
            raise InputError(
                "only a file can be sorted at the end (--ordered): give one for the answers"
            )
        self._ordered = ordered
        self._restart = restart
        self._opened: Opened | None = None
        self.sink: Sink = NoJournal(write)
        self.rows: int | None = None

    @property
    def journal(self) -> Journal | None:
        """The journal; `None` if the target is not a file, or is not open yet."""
        return None if self._opened is None else self._opened.journal

    @property
    def jobs(self) -> JobBook | None:
        """The batch jobs of the output; `None` if the target is not a file, or is not open yet."""
        return None if self._opened is None else self._opened.jobs

    @property
    def digests(self) -> Generator[bytes] | None:
        """The hashes of the rows, in order, if they are in a file; else `None`."""
        return None if self._opened is None else self._opened.digests

    def state(self, index: int) -> State:
        """Return the state of a row; one that failed, and is in a job since, waits for that.

        Args:
            index: Its place in the input, from 0.
        """
        if self._opened is None:
            return State.UNASKED
        state = self._opened.journal.state(index)
        waits = state is State.FAILED and self._opened.jobs.job_of(index) is not None
        return State.UNASKED if waits else state

    @property
    def failed(self) -> int:
        """The number of rows that failed in an earlier run, and are in no job since."""
        if self._opened is None:
            return 0
        journal, jobs = self._opened.journal, self._opened.jobs
        ranges = [places for job in jobs.open for places in job.rows]
        waiting = (journal.state(at) for first, last in ranges for at in range(first, last + 1))
        return journal.count(State.FAILED) - sum(state is State.FAILED for state in waiting)

    def open(
        self, header: Header, source: FileSource | None, maker: RowMaker, *, in_jobs: bool = False
    ) -> None:
        """Open the files, with all checks that come before the first request. It blocks.

        Args:
            header: What a file belongs to.
            source: The input, if it can be read twice.
            maker: Makes its rows.
            in_jobs: Whether the rows are asked in batch jobs, which the run continues.

        Raises:
            InputError: A row of the input is bad, or a run in batch jobs could not be continued.
            ResumeError: The file belongs to another run, or one is writing to it.
            OutputError: The file cannot be written.
            MissingExtraError: A package for it is not installed.
        """
        if in_jobs and (self._path is None or source is None):
            raise InputError(
                "a run in batch jobs takes hours, and has to be continued if it is interrupted:"
                " give a file for the prompts and a file for the answers"
            )
        if self._path is None:
            self.rows = None if source is None else check_rows(source, maker)
            return
        self._check_places(self._path, source)
        if self._table is not None:
            from .parquet import check_parquet

            check_parquet()
        self._opened = open_output(
            self._path, header, source, maker, restart=self._restart, in_jobs=in_jobs
        )
        if self._table is not None and self._restart and self._table.exists():
            set_aside(self._table)
        self.sink = self._opened.journal
        self.rows = self._opened.rows

    def _check_places(self, journal: Path, source: FileSource | None) -> None:
        """Check that the output takes nothing away that is not its own."""
        for place in (journal, self._table):
            if place is None or not place.exists():
                continue
            if not place.is_file():
                raise OutputError(
                    f"{place} is not a regular file, and a run cannot be continued there; `-o -`"
                    " writes to standard output"
                )
            if source is not None and place.samefile(source.path):
                raise InputError(f"{place} has the prompts; choose another file for the answers")
        table = self._table
        if table is not None and table.exists() and not (journal.exists() or self._restart):
            raise ResumeError(
                f"{table} exists, and there is no {journal.name} that it was written from; choose"
                " another output, or start again with --restart"
            )

    def finish(self) -> None:
        """Bring the lines into their final form, when every row has one. It blocks.

        Raises:
            OutputError: The file cannot be written.
        """
        self.sink.finish(ordered=self._ordered)
        if self._table is not None and self.journal is not None:
            from .parquet import write_parquet

            write_parquet(self.journal.path, self._table)

    def close(self) -> None:
        """Close the files. A second call does nothing."""
        if self._opened is not None:
            self._opened.close()
