"""The creation of the job for a file, once, whatever happens in between."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from ...client import errors
from ..jobs import JobState
from ..verdicts import Verdict, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..jobs import Job, JobBook
    from .service import Service

_REFUSED = "REFUSED"
"""The status of a job that the server did not create, in the book."""


class Creator:
    """Creates jobs, and records them.

    A file is doubtful while a job may have been created for it without a record: it was uploaded
    by a process that has ended, or the answer to its creation was lost. For such a file the server
    is asked first.

    Args:
        service: The API.
        book: The jobs of the output.
    """

    def __init__(self, service: Service, book: JobBook) -> None:
        self._service = service
        self._book = book
        self._doubtful = {job.file for job in book.open if job.state is JobState.UPLOADED}

    async def find(self, job: Job) -> bool:
        """Record the job that was created for a file, if there is one; return True then."""
        found = await self._service.find(job) if job.file in self._doubtful else None
        if found is not None:
            await record(partial(self._book.created, job, found))
        return found is not None

    async def create(self, job: Job) -> None:
        """Create the job for a file and record it, unless there is one.

        Raises:
            MistralClientError: The server did not say that it was created. If it said that it
                was not, and never will be, the file has no job, and its rows are free again.
        """
        if await self.find(job):
            return
        try:
            created = await self._service.create(job, self._book.output)
        except errors.MistralClientError as error:
            await self._judge(job, error)
            raise
        if created is None:
            self._doubtful.add(job.file)
        else:
            await record(partial(self._book.created, job, created))

    async def _judge(self, job: Job, error: errors.MistralClientError) -> None:
        judged = verdict(error)
        if judged is Verdict.REFUSED:
            return
        if judged is Verdict.AGAIN or not _refuses(error):
            self._doubtful.add(job.file)
        else:
            await record(partial(self._book.ended, job, _REFUSED))


def _refuses(error: errors.MistralClientError) -> bool:
    """Return True if the server says that it created nothing.

    An answer that cannot be read does not say so, nor does a proxy that waited too long for one.
    """
    status = error.status_code or 0
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


async def record(write: Callable[[], None]) -> None:
    """Write a record of something that has happened, also while the run is cancelled."""
    with anyio.CancelScope(shield=True):
        await to_thread.run_sync(write)
