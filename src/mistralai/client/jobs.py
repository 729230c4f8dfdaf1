"""Batch jobs: `client.batch.jobs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._api.fileparams import JobBody, JobCreateParams, JobGetParams, JobParams, JobsParams
from ._api.paging import Pages, iterate, iterate_async
from ._api.resource import Endpoint, Resource
from ._api.signatures import described_by
from ._call.request import take_headers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from typing_extensions import Unpack

    from .models import BatchJob, DeleteBatchJobResponse, ListBatchJobsResponse


def _job() -> type[BatchJob]:
    from .models import BatchJob

    return BatchJob


def _jobs() -> type[ListBatchJobsResponse]:
    from .models import ListBatchJobsResponse

    return ListBatchJobsResponse


def _deleted() -> type[DeleteBatchJobResponse]:
    from .models import DeleteBatchJobResponse

    return DeleteBatchJobResponse


def _schema() -> type:
    from ._api.storedschemas import Job

    return Job


CREATE = Endpoint(
    "/v1/batch/jobs",
    JobCreateParams,
    _job,
    JobBody,
    schema=_schema,
    defaults=(("timeout_hours", 24),),
    creates=True,
)
LIST = Endpoint(
    "/v1/batch/jobs",
    JobsParams,
    _jobs,
    query=(
        *("page", "page_size", "model", "agent_id", "metadata", "created_after", "created_by_me"),
        *("status", "order_by"),
    ),
    defaults=(
        *(("page", 0), ("page_size", 100), ("created_by_me", False)),
        ("order_by", "-created"),
    ),
)
GET = Endpoint("/v1/batch/jobs/{job_id}", JobGetParams, _job, query=("inline",))
CANCEL = Endpoint("/v1/batch/jobs/{job_id}/cancel", JobParams, _job, method="POST")
DELETE = Endpoint("/v1/batch/jobs/{job_id}", JobParams, _deleted, method="DELETE")


class Jobs(Resource):
    """Batch jobs: many requests at half the price, answered within hours.

    `create` needs `endpoint`, and `input_files` or `requests`; the others need `job_id`. A job is
    not created twice: a request that was sent is repeated only after status 429.

    Wrong keywords raise `TypeError` or `ValueError` before anything is sent; later
    failures raise a `MistralClientError`.
    """

    @described_by(JobCreateParams)
    def create(self, **params: Unpack[JobCreateParams]) -> BatchJob:
        """Create a job, which is queued."""
        take_headers(params)
        return self._complete(CREATE, "create", JobCreateParams(**params))

    @described_by(JobCreateParams)
    async def create_async(self, **params: Unpack[JobCreateParams]) -> BatchJob:
        """Create a job, which is queued, async."""
        take_headers(params)
        return await self._complete_async(CREATE, "create_async", JobCreateParams(**params))

    @described_by(JobsParams)
    def list(self, **params: Unpack[JobsParams]) -> ListBatchJobsResponse:
        """Return one page of the jobs, the newest first."""
        take_headers(params)
        return self._complete(LIST, "list", JobsParams(**params))

    @described_by(JobsParams)
    async def list_async(self, **params: Unpack[JobsParams]) -> ListBatchJobsResponse:
        """Return one page of the jobs, the newest first, async."""
        take_headers(params)
        return await self._complete_async(LIST, "list_async", JobsParams(**params))

    @described_by(JobsParams)
    def iterate(self, **params: Unpack[JobsParams]) -> Iterator[BatchJob]:
        """Yield the jobs of all pages, from `page` on; each page is requested when reached."""
        take_headers(params)
        return iterate(self.list, Pages(JobsParams, "iterate", JobsParams(**params), _page))

    @described_by(JobsParams)
    def iterate_async(self, **params: Unpack[JobsParams]) -> AsyncIterator[BatchJob]:
        """Yield the jobs of all pages, as `iterate` does, for `async for`."""
        take_headers(params)
        pages = Pages(JobsParams, "iterate_async", JobsParams(**params), _page)
        return iterate_async(self.list_async, pages)

    @described_by(JobGetParams)
    def get(self, **params: Unpack[JobGetParams]) -> BatchJob:
        """Return a job, with its status and progress."""
        take_headers(params)
        return self._complete(GET, "get", JobGetParams(**params))

    @described_by(JobGetParams)
    async def get_async(self, **params: Unpack[JobGetParams]) -> BatchJob:
        """Return a job, with its status and progress, async."""
        take_headers(params)
        return await self._complete_async(GET, "get_async", JobGetParams(**params))

    @described_by(JobParams)
    def cancel(self, **params: Unpack[JobParams]) -> BatchJob:
        """Request the end of a job, which keeps the results that it has; return the job."""
        take_headers(params)
        return self._complete(CANCEL, "cancel", JobParams(**params))

    @described_by(JobParams)
    async def cancel_async(self, **params: Unpack[JobParams]) -> BatchJob:
        """Request the end of a job, as `cancel` does, async."""
        take_headers(params)
        return await self._complete_async(CANCEL, "cancel_async", JobParams(**params))

    @described_by(JobParams)
    def delete(self, **params: Unpack[JobParams]) -> DeleteBatchJobResponse:
        """Delete a job."""
        take_headers(params)
        return self._complete(DELETE, "delete", JobParams(**params))

    @described_by(JobParams)
    async def delete_async(self, **params: Unpack[JobParams]) -> DeleteBatchJobResponse:
        """Delete a job, async."""
        take_headers(params)
        return await self._complete_async(DELETE, "delete_async", JobParams(**params))


def _page(answer: ListBatchJobsResponse) -> tuple[Sequence[BatchJob], int | None]:
    return answer.data, answer.total
