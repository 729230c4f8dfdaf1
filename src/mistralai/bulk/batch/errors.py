"""The error of a job as a whole. Those of single rows are in the output instead."""

from __future__ import annotations

from ..errors import BulkError


class BatchJobError(BulkError):
    """A batch job ended without success, or is not there. What it answered is in the output.

    Attributes:
        job_id: The id of the job.
        status: Its status, such as `"FAILED"`; empty if the server does not know the job.
    """

    def __init__(self, message: str, job_id: str, status: str) -> None:
        super().__init__(message)
        self.job_id = job_id
        self.status = status

    def __reduce__(self) -> tuple[type[BatchJobError], tuple[str, str, str]]:
        return type(self), (str(self), self.job_id, self.status)
