"""Open the output of a run, with all checks that come before the first request.

The input is read before anything is changed, so that a bad line, a duplicate id or an output of
another run leaves everything as it is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .disk import set_aside, sync_folder
from .errors import InputError, OutputError, ResumeError
from .ids import Ids
from .jobs import JobBook
from .journal import Journal
from .lock import Lock
from .rows import BadRowError, Row, parse
from .runfile import RunFile

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from pathlib import Path

    from .rows import Item
    from .runfile import Header
    from .sources import FileSource

NO_MODEL: Final = "has no 'model', and the run has no default for it (-m, or defaults={'model': …})"


class RowMaker:
    """Makes rows of items, each with an id of its own.

    Args:
        mapping: Names of fields that have another name in the input.
        needs_model: Whether a row without a model is bad.
        skip_bad: Whether a bad row is a row that fails; otherwise it is an error.
        check: Called for each row of a file that is read in advance, and may raise to end that.
    """

    def __init__(
        self,
        mapping: Mapping[str, str],
        *,
        needs_model: bool,
        skip_bad: bool,
        check: Callable[[], None] | None = None,
    ) -> None:
        self._mapping = mapping
        self._check = check
        self._needs_model = needs_model
        self._skip_bad = skip_bad
        self._duplicates: dict[int, Row] = {}  # by their places, for the second time

    def row(self, index: int, number: int, item: Item, ids: Ids | None) -> Row:
        """Make a row.

        Args:
            index: Its place among the rows, from 0.
            number: The number of its line, from 1.
            item: The line or record.
            ids: The ids so far, to which its id is added; `None` when a file is read the second
                time.

        Raises:
            InputError: It is bad, and bad rows are errors.
        """
        if ids is None and index in self._duplicates:
            return self._duplicates[index]
        row_id: str | None = None
        try:
            fields = parse(item, self._mapping)
            row_id = fields.id
            if self._needs_model and not fields.body.get("model"):
                raise BadRowError(NO_MODEL, row_id)  # noqa: TRY301 - handled as those of `parse`
            row = Row(index, number, str(number) if row_id is None else row_id, fields.body)
        except BadRowError as error:
            row_id = error.id
            row = Row(index, number, row_id or str(number), problem=f"line {number} {error}")
        if ids is not None and not ids.add(row.id, index):
            row = self._duplicate(row, ids, given=row_id is not None)
        if row.problem is not None and not self._skip_bad:
            raise InputError(f"{row.problem}. --skip-bad makes such rows fail instead", number)
        return row

    def _duplicate(self, row: Row, ids: Ids, *, given: bool) -> Row:
        other = ids.place(row.id)
        place = "" if other is None else f", that of row {other + 1}"
        kind = "the id" if given else "no id, and its number is the id"
        problem = f"line {row.number} has {kind} {row.id!r} a second time{place}"
        row_id = f"{row.id} (line {row.number})"
        while not ids.add(row_id, row.index):
            row_id += "*"
        row = Row(row.index, row.number, row_id, problem=row.problem or problem)
        self._duplicates[row.index] = row
        return row

    def rows(self, source: FileSource, ids: Ids) -> Iterator[Row]:
        """Yield the rows of a file."""
        for index, (number, item) in enumerate(source.items()):
            if self._check is not None:
                self._check()
            yield self.row(index, number, item, ids)


@dataclass(slots=True)
class Opened:
    """An output that is open.

    Attributes:
        journal: The journal.
        jobs: The batch jobs that have rows of it.
        lock: The lock of the `.run` file, to be released after the others are closed.
        rows: The number of rows; `None` for an input that is read once.
        digests: The hashes of the rows, in order; `None` for an input that is read once.
    """

    journal: Journal
    jobs: JobBook
    lock: Lock
    rows: int | None
    digests: Generator[bytes] | None

    def close(self) -> None:
        """Close the files and release the lock."""
        self.journal.close()
        self.jobs.close()
        self.lock.release()


def open_output(
    path: Path,
    header: Header,
    source: FileSource | None,
    maker: RowMaker,
    *,
    restart: bool,
    in_jobs: bool = False,
    fsync: Callable[[int], None] = os.fsync,
) -> Opened:
    """Open an output, new or to be continued. It blocks: it reads the whole input.

    Args:
        path: The path of the output.
        header: What the output belongs to.
        source: The input, if it can be read twice.
        maker: Makes its rows.
        restart: Whether to start again; an old output is kept as `.old`.
        in_jobs: Whether the run continues batch jobs that have not ended.
        fsync: Syncs a file descriptor.

    Raises:
        InputError: A row of the input is bad.
        ResumeError: The output belongs to another run, one is writing to it, or its rows are in
            batch jobs, which this run does not continue.
        OutputError: A file cannot be written.
    """
    run_file = RunFile(path, fsync=fsync)
    existed = run_file.path.exists()
    lock = Lock(run_file.path)
    try:
        jobs = JobBook(path, fsync=fsync)
        _check_jobs(jobs, continued=in_jobs and not restart)
        return _open(path, header, source, maker, run_file, jobs=jobs, lock=lock, restart=restart)
    except BaseException:
        lock.release() if existed else lock.remove()
        raise


def check_rows(source: FileSource, maker: RowMaker) -> int:
    """Read a file whose rows are not written anywhere; return the number of its rows.

    Raises:
        InputError: A row is bad.
    """
    ids = Ids()
    try:
        return sum(1 for _ in maker.rows(source, ids))
    finally:
        ids.close()


def _open(
    path: Path,
    header: Header,
    source: FileSource | None,
    maker: RowMaker,
    run_file: RunFile,
    *,
    jobs: JobBook,
    lock: Lock,
    restart: bool,
) -> Opened:
    has_rows = path.exists() and path.stat().st_size > 0
    compared = (has_rows and not restart) or bool(jobs.open)
    if compared:
        if not run_file.written():
            raise ResumeError(
                f"{path} exists, and there is no {run_file.path.name} that says what it belongs to;"
                " choose another output, or start again with --restart"
            )
        run_file.check(header)
    ids = Ids()
    try:
        rows = _Counted(maker.rows(source, ids) if source is not None else iter(()))
        new, grown = run_file.write(header, rows, compared=compared)
        try:
            if restart:
                if path.exists():
                    set_aside(path)
                jobs.begin_again()
            if grown:
                lock.replace(new)
                sync_folder(path)
        except OSError as error:
            raise OutputError(f"{path.parent} cannot be written: {error.strerror}") from error
        finally:
            new.unlink(missing_ok=True)
        journal = Journal(path, ids if compared else None)
    finally:
        ids.close()
    if source is None:
        return Opened(journal, jobs, lock, rows=None, digests=None)
    return Opened(journal, jobs, lock, rows.count, run_file.digests())


def _check_jobs(jobs: JobBook, *, continued: bool) -> None:
    """Check that rows in batch jobs, which will be answered, are not asked a second time."""
    if continued or not jobs.open:
        return
    names = ", ".join(job.id or f"for the file {job.file}" for job in jobs.open)
    raise ResumeError(
        f"{jobs.output} has rows in batch jobs that have not ended ({names}): --engine batch"
        " (engine=Batch()) continues with them, --cancel (cancel=True) gives them up"
    )


class _Counted:
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row
