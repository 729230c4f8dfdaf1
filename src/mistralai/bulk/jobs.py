"""The file beside the output, `answers.jsonl.jobs`, which says which rows are in batch jobs.

Theory of operation. Rows are uploaded as a file, a job is created for the file, and when the job
has ended its results become lines of the output. Each record is a line of JSON that is appended by
one write and synced before anything depends on it. After each of them this is true:

1. `uploaded`, with the id of the file and the places of its rows: the server has the file, and no
   job for it was created before. A job may be created from then on. A run that continues looks for
   a job of this file, and creates one if there is none. Without the record nothing was created:
   a file that was uploaded just before the process died stays at the server, costs nothing, and
   its rows are uploaded again.
2. `created`, with the id of the job: its rows will be answered, and are in no other job.
3. `ended`: every result of the job is a line of the output, which was synced before. Without the
   record the results are fetched again; that costs nothing, and rows with a success are skipped.

So a row is in one job at a time, and a row of a job that has not ended is asked by nothing else.
The one window is the server's own: a job that it created, but does not list yet. Everything from
the first unreadable record on is ignored, and cut off by the next one. The file exists once there
was a job. The lock of the `.run` file is its lock as well.
"""

from __future__ import annotations

import enum
import json
import os
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from .disk import append_whole, set_aside, sync_folder
from .errors import OutputError, ResumeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
_MODE: Final = 0o666

Places: TypeAlias = "tuple[tuple[int, int], ...]"
"""Places of rows in the input, from 0, as ranges: the first and the last of each, in order."""


class JobState(enum.Enum):
    """The state of a job: uploaded, then created, then ended; or uploaded, then ended."""

    UPLOADED = "uploaded"
    CREATED = "created"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Job:
    """A job, or the file that one is to be created for.

    Attributes:
        file: The id of the input file.
        uploaded_at: The time of the upload by the server's clock, in seconds since 1970, or `None`.
        model: The model of its rows, or `None`.
        rows: The places of its rows.
        state: Its state.
        id: The id of the job, once there is one.
    """

    file: str
    uploaded_at: int | None
    model: str | None
    rows: Places
    state: JobState = JobState.UPLOADED
    id: str | None = None

    @property
    def size(self) -> int:
        """The number of its rows."""
        return sum(last - first + 1 for first, last in self.rows)


def jobs_path(output: Path) -> Path:
    """Return the path of the file that has the jobs of an output."""
    return output.with_name(f"{output.name}.jobs")


class JobBook:
    """The jobs of an output. Its file is read when it is made, and changed by the first record.

    Args:
        output: The path of the output.
        fsync: Syncs a file descriptor.

    Raises:
        ResumeError: The file has records of another version of this package.

    Attributes:
        path: The path of its file.
        output: The name of the output.
        count: The number of files that were ever uploaded.
    """

    def __init__(self, output: Path, *, fsync: Callable[[int], None] = os.fsync) -> None:
        self.path: Final = jobs_path(output)
        self.output: Final = output.name
        self.count = 0
        self._fsync = fsync
        self._jobs: dict[str, Job] = {}  # those that have not ended, by their files
        self._firsts: list[tuple[int, int, Job]] | None = None  # their ranges, in order
        self._size = 0
        self._descriptor = -1
        if self.path.exists():
            self._load()

    @property
    def open(self) -> tuple[Job, ...]:
        """The jobs that have not ended, in the order of their uploads."""
        return tuple(self._jobs.values())

    def job_of(self, place: int) -> Job | None:
        """Return the job, not ended, that has the row at a place; `None` if there is none."""
        if self._firsts is None:
            self._firsts = sorted(
                ((first, last, job) for job in self._jobs.values() for first, last in job.rows),
                key=lambda entry: entry[0],
            )
        index = bisect_right(self._firsts, place, key=lambda entry: entry[0]) - 1
        if index < 0:
            return None
        _, last, job = self._firsts[index]
        return job if place <= last else None

    def uploaded(self, job: Job) -> None:
        """Record that a file was uploaded, for which a job will be created. It blocks.

        Raises:
            OutputError: The record cannot be written.
        """
        self._append(
            {
                "state": JobState.UPLOADED.value,
                "file": job.file,
                "uploaded_at": job.uploaded_at,
                "model": job.model,
                "rows": job.rows,
            }
        )
        self._note(job)

    def created(self, job: Job, job_id: str) -> None:
        """Record that the job for a file was created. It blocks.

        Raises:
            OutputError: The record cannot be written.
        """
        self._append({"state": JobState.CREATED.value, "file": job.file, "id": job_id})
        self._note(replace(job, state=JobState.CREATED, id=job_id))

    def ended(self, job: Job, status: str) -> None:
        """Record that the results of a job are in the output, or that there are none. It blocks.

        Args:
            job: The job.
            status: The way in which it ended, for a person who reads the file.

        Raises:
            OutputError: The record cannot be written.
        """
        self._append({"state": JobState.ENDED.value, "file": job.file, "status": status})
        self._note(replace(job, state=JobState.ENDED))

    def begin_again(self) -> None:
        """Keep the file as `.old`, and begin another one. No job may be open.

        Raises:
            OSError: The file cannot be renamed.
        """
        if self.path.exists():
            set_aside(self.path)
        self.count = self._size = 0

    def close(self) -> None:
        """Close the file. A second call does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _note(self, job: Job) -> None:
        self._firsts = None
        if job.state is JobState.ENDED:
            self._jobs.pop(job.file, None)
            return
        self.count += job.state is JobState.UPLOADED
        self._jobs[job.file] = job

    def _append(self, record: dict[str, Any]) -> None:
        line = json.dumps(record).encode() + b"\n"
        try:
            if self._descriptor < 0:
                self._descriptor = os.open(self.path, _FLAGS, _MODE)
                os.ftruncate(self._descriptor, self._size)
                sync_folder(self.path)
            append_whole(self._descriptor, line, self._size)
            self._fsync(self._descriptor)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            raise OutputError(
                f"{self.path} cannot be written: {error.strerror}. The jobs in it are kept; run the"
                " same again to continue"
            ) from error
        self._size += len(line)

    def _load(self) -> None:
        with self.path.open("rb") as file:
            for line in file:
                record = _read(line)
                if record is None:
                    return
                self._apply(record)
                self._size += len(line)

    def _apply(self, record: dict[str, Any]) -> None:
        try:
            state, file = JobState(record["state"]), record["file"]
            if state is JobState.UPLOADED:
                rows = tuple((first, last) for first, last in record["rows"])
                self._note(Job(file, record["uploaded_at"], record["model"], rows))
            elif state is JobState.CREATED:
                self._note(replace(self._jobs[file], state=state, id=record["id"]))
            else:
                self._note(replace(self._jobs[file], state=state))
        except (KeyError, TypeError, ValueError) as error:
            raise ResumeError(
                f"{self.path} was not written by this version of the package; choose another output"
            ) from error


def _read(line: bytes) -> dict[str, Any] | None:
    """Return the record of a line, or `None` if the line was not written as a whole."""
    if not line.endswith(b"\n"):
        return None
    try:
        value: object = json.loads(line)
    except ValueError:
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
