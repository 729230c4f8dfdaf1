"""Batch jobs: `/v1/batch/jobs` (wire-format section 13)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from ..types.basemodel import BaseModel
from ..types.lenient import Lenient, LooseBool, LooseInt, LooseStr, NullIs
from .answer import Answer

__all__ = [
    "APIEndpoint",
    "BatchError",
    "BatchJob",
    "BatchJobStatus",
    "BatchRequest",
    "CreateBatchJobRequest",
    "DeleteBatchJobResponse",
    "JobsAPIRoutesBatchGetBatchJobsOrderBy",
    "ListBatchJobsResponse",
]

APIEndpoint: TypeAlias = (
    Literal[
        "/v1/chat/completions",
        "/v1/embeddings",
        "/v1/fim/completions",
        "/v1/moderations",
        "/v1/chat/moderations",
        "/v1/ocr",
        "/v1/classifications",
        "/v1/chat/classifications",
        "/v1/conversations",
        "/v1/audio/transcriptions",
    ]
    | str
)
BatchJobStatus: TypeAlias = (
    Literal[
        "QUEUED",
        "RUNNING",
        "SUCCESS",
        "FAILED",
        "TIMEOUT_EXCEEDED",
        "CANCELLATION_REQUESTED",
        "CANCELLED",
    ]
    | str
)
JobsAPIRoutesBatchGetBatchJobsOrderBy: TypeAlias = Literal["created", "-created"]

_Strings: TypeAlias = Annotated[list[str], NullIs(list[str])]
_Objects: TypeAlias = Annotated[list[dict[str, Any]] | None, Lenient()]


class BatchRequest(BaseModel):
    """One request of a batch.

    Attributes:
        body: The body that the endpoint takes, without `model`, which the job has.
        custom_id: An id of the caller's, which the result repeats.
    """

    body: dict[str, Any]
    custom_id: str | None = None


class CreateBatchJobRequest(BaseModel):
    """The body of a request that creates a batch job.

    Attributes:
        endpoint: The path that each request of the batch goes to.
        input_files: The ids of `.jsonl` files with one `BatchRequest` per line.
        requests: The requests themselves, instead of files.
        model: The model of all requests.
        agent_id: The agent of all requests, instead of a model.
        metadata: Data that the API stores with the job.
        timeout_hours: The hours after which the job ends unfinished.
    """

    endpoint: APIEndpoint
    input_files: list[str] | None = None
    requests: list[BatchRequest] | None = None
    model: str | None = None
    agent_id: str | None = None
    metadata: dict[str, str] | None = None
    timeout_hours: int | None = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"timeout_hours"})
    _sent_defaults: ClassVar[Mapping[str, object]] = MappingProxyType({"timeout_hours": 24})


class BatchError(BaseModel):
    """An error of a batch job, and how many requests have it."""

    message: LooseStr = None
    count: LooseInt = 1

    _dumped_when_set: ClassVar[frozenset[str]] = frozenset({"count"})


class BatchJob(Answer):
    """A batch job.

    Attributes:
        id: The id to use in requests.
        input_files: The ids of its input files.
        endpoint: The path that each request goes to.
        errors: The errors, each with its number of requests.
        status: `"QUEUED"`, `"RUNNING"`, `"CANCELLATION_REQUESTED"`, or the end of the job.
        created_at: The time of its creation, in seconds since 1970.
        started_at: The time at which it left the queue, likewise.
        completed_at: The time at which it ended, likewise.
        total_requests: The number of requests.
        completed_requests: The number of those that were answered, with success or not.
        succeeded_requests: The number of those with success.
        failed_requests: The number of those without.
        metadata: The data that the request to create it had.
        model: The model of all requests.
        agent_id: The agent of all requests.
        output_file: The id of the file with the results; `None` before there are any.
        error_file: The id of the file with the failed requests; `None` if there are none.
        outputs: The results themselves, if the request for the job asked for them.
    """

    id: LooseStr = None
    input_files: _Strings = Field(default_factory=list[str])
    endpoint: LooseStr = None
    errors: Annotated[list[BatchError], NullIs(list[BatchError])] = Field(
        default_factory=list[BatchError]
    )
    status: Annotated[BatchJobStatus | None, Lenient()] = None
    created_at: LooseInt = None
    total_requests: LooseInt = None
    completed_requests: LooseInt = None
    succeeded_requests: LooseInt = None
    failed_requests: LooseInt = None
    object: LooseStr = None
    metadata: Annotated[dict[str, Any] | None, Lenient()] = None
    model: LooseStr = None
    agent_id: LooseStr = None
    output_file: LooseStr = None
    error_file: LooseStr = None
    outputs: _Objects = None
    started_at: LooseInt = None
    completed_at: LooseInt = None

    _dumped_when_set: ClassVar[frozenset[str]] = frozenset({"input_files", "errors"})


class ListBatchJobsResponse(Answer):
    """One page of the batch jobs.

    Attributes:
        total: The number of jobs on all pages.
        data: The jobs.
    """

    total: LooseInt = None
    data: Annotated[list[BatchJob], NullIs(list[BatchJob])] = Field(default_factory=list[BatchJob])
    object: LooseStr = None

    _dumped_when_set: ClassVar[frozenset[str]] = frozenset({"data"})


class DeleteBatchJobResponse(Answer):
    """The response to the deletion of a batch job."""

    id: LooseStr = None
    object: LooseStr = None
    deleted: LooseBool = None
