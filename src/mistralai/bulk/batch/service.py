"""The Batch API, as far as a run needs it: files and jobs, by the public methods of a client.

The client's own retries apply: what creates something is sent again only if nothing was created.
"""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final

from ..errors import BulkError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping
    from contextlib import AbstractContextManager

    from ...client import Mistral
    from ...client.models import BatchJob
    from ..jobs import Job

_ENDPOINT: Final = "/v1/chat/completions"
_PURPOSE: Final = "batch"
_JSON_LINES: Final = "application/jsonl"
_METADATA: Final = "mistralai_run"
_LONGEST_VALUE: Final = 512  # characters of metadata
_EARLIER: Final = 60  # seconds: the clocks of the servers may differ


class Ending(enum.Enum):
    """The way in which a job has ended.

    A job with a status that this package does not know has ended once it says when: until then
    its rows may still be answered, and must not be asked again.
    """

    NOT_YET = "not yet"
    SUCCESS = "success"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


_ENDINGS: Final[Mapping[str | None, Ending]] = {
    "SUCCESS": Ending.SUCCESS,
    "FAILED": Ending.FAILED,
    "CANCELLED": Ending.CANCELLED,
    "TIMEOUT_EXCEEDED": Ending.EXPIRED,
}


def ending(job: BatchJob) -> Ending:
    """Return the way in which a job has ended."""
    if job.status in _ENDINGS:
        return _ENDINGS[job.status]
    return Ending.NOT_YET if job.completed_at is None else Ending.FAILED


class Service:
    """The calls of a run in batch jobs.

    Args:
        client: The client.
        timeout_hours: The hours after which a job ends unfinished.
        observed: Returns a context in which calls belong to the run.

    Raises:
        MistralClientError: By each call, if it failed.
    """

    def __init__(
        self,
        client: Mistral,
        timeout_hours: int,
        observed: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self._client = client
        self._timeout_hours = timeout_hours
        self._observed = observed

    async def upload(self, content: IO[bytes], name: str) -> tuple[str, int | None]:
        """Upload an input file; return its id, and the time by the server's clock.

        Raises:
            BulkError: The server gave no id for it.
        """
        content.seek(0)
        with self._observed():
            file = await self._client.files.upload_async(
                file={"file_name": name, "content": content, "content_type": _JSON_LINES},
                purpose=_PURPOSE,
            )
        if file.id is None:
            raise BulkError(f"the server took the file {name} and gave no id for it")
        at: object = file.created_at  # which may be something other than a number
        return file.id, at if isinstance(at, int) else None

    async def create(self, job: Job, output: str) -> str | None:
        """Create the job for a file, which names its output; return its id, if it is given."""
        with self._observed():
            created = await self._client.batch.jobs.create_async(
                endpoint=_ENDPOINT,
                input_files=[job.file],
                model=job.model,
                metadata={_METADATA: output[:_LONGEST_VALUE]},
                timeout_hours=self._timeout_hours,
            )
        return created.id

    async def find(self, job: Job) -> str | None:
        """Return the id of the job that was created for a file, or `None`."""
        since = found = None
        if job.uploaded_at is not None:
            since = datetime.fromtimestamp(job.uploaded_at - _EARLIER, UTC)
        with self._observed():
            async for one in self._client.batch.jobs.iterate_async(created_after=since):
                if job.file in one.input_files:
                    found = one.id  # to the end of the list: its iterator cannot be closed
        return found

    async def look(self, job_id: str) -> BatchJob:
        """Return the state of a job."""
        with self._observed():
            return await self._client.batch.jobs.get_async(job_id=job_id)

    async def cancel(self, job_id: str) -> None:
        """Ask the server to cancel a job."""
        with self._observed():
            await self._client.batch.jobs.cancel_async(job_id=job_id)

    async def lines(self, file_id: str) -> AsyncGenerator[bytes]:
        """Yield the lines of a file, once all of it is here: what reads them may be slow."""
        with TemporaryFile() as file:
            with self._observed():
                async with self._client.files.download_async(file_id=file_id) as pieces:
                    async for piece in pieces:
                        file.write(piece)
            file.seek(0)
            for line in file:
                yield line
