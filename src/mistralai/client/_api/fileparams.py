"""The keywords of `client.files` and `client.batch.jobs`; see `params`."""

from typing import TYPE_CHECKING

from .keywords import Nullable, TypedDict
from .params import BodyOptions, QueryOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from ..models import (
        APIEndpoint,
        BatchJobStatus,
        BatchRequest,
        BatchRequestTypedDict,
        File,
        FilePurpose,
        FilesAPIRoutesUploadFileFileVisibility,
        FileTypedDict,
        JobsAPIRoutesBatchGetBatchJobsOrderBy,
        SampleType,
        Source,
    )
    from .filesources import FileContent, NamedFile


class _File(TypedDict):
    file: "File | FileTypedDict | FileContent | NamedFile"
    """A path, bytes, a file open in mode `"rb"`, or with a name: a pair, a `File` or its dict."""


class UploadBody(_File, total=False):
    """The form of `POST /v1/files`."""

    expiry: Nullable["int"]
    """The hours after which the API deletes the file. By default it keeps the file."""
    visibility: "FilesAPIRoutesUploadFileFileVisibility | None"
    """Who may use the file: `"workspace"`, the default, or `"user"`."""
    purpose: "FilePurpose | None"
    """The use that the file is for: `"batch"`, `"fine-tune"`, `"ocr"`."""


class UploadParams(UploadBody, QueryOptions, total=False):
    """The keywords of `client.files.upload` and `upload_async`."""


class _Pages(TypedDict, total=False):
    page: "int | None"
    """The number of the page, from 0. By default the first."""
    page_size: "int | None"
    """The number of items per page. By default 100."""


class _FilesQuery(_Pages, total=False):
    include_total: "bool | None"
    """Whether the answer has the number of files on all pages. By default it has."""
    sample_type: Nullable["Iterable[SampleType]"]
    """Only files with one of these kinds of lines, such as `"batch_result"`."""
    source: Nullable["Iterable[Source]"]
    """Only files from one of these: `"upload"`, `"repository"`, `"mistral"`."""
    search: Nullable["str"]
    """Only files with this text in their name."""
    purpose: Nullable["FilePurpose"]
    """Only files for this use."""
    mimetypes: Nullable["Iterable[str]"]
    """Only files of one of these media types."""


class FilesParams(_FilesQuery, QueryOptions, total=False):
    """The keywords of `client.files.list`, `iterate` and their async variants."""


class _FileId(TypedDict):
    file_id: "str"
    """The id of the file."""


class FileParams(_FileId, QueryOptions, total=False):
    """The keywords of `client.files.retrieve`, `delete`, `download` and their async variants."""


class _Expiry(TypedDict, total=False):
    expiry: "int | None"
    """The hours for which the address is valid, 1 to 168. By default 24."""


class SignedURLParams(_FileId, _Expiry, QueryOptions, total=False):
    """The keywords of `client.files.get_signed_url` and `get_signed_url_async`."""


class _Endpoint(TypedDict):
    endpoint: "APIEndpoint"
    """The path that each request goes to, such as `"/v1/chat/completions"`."""


class JobBody(_Endpoint, total=False):
    """The body of `POST /v1/batch/jobs`."""

    input_files: Nullable["Iterable[str]"]
    """The ids of uploaded `.jsonl` files, each line with a `body` and a `custom_id`."""
    requests: Nullable["Iterable[BatchRequest | BatchRequestTypedDict]"]
    """The requests themselves, instead of files: less than 10,000."""
    model: Nullable["str"]
    """The model of all requests."""
    agent_id: Nullable["str"]
    """The agent of all requests, instead of a model."""
    metadata: Nullable["Mapping[str, str]"]
    """Data that the API stores with the job."""
    timeout_hours: "int | None"
    """The hours after which the job ends, finished or not. By default 24."""


class JobCreateParams(JobBody, BodyOptions, total=False):
    """The keywords of `client.batch.jobs.create` and `create_async`."""


class _JobsQuery(_Pages, total=False):
    model: Nullable["str"]
    """Only jobs with this model."""
    agent_id: Nullable["str"]
    """Only jobs with this agent."""
    metadata: Nullable["Mapping[str, Any]"]
    """Only jobs with these values in their metadata."""
    created_after: Nullable["datetime"]
    """Only jobs that were created after this time."""
    created_by_me: "bool | None"
    """Whether to list only jobs of the caller. By default all of the workspace are listed."""
    status: Nullable["Iterable[BatchJobStatus]"]
    """Only jobs with one of these, such as `"RUNNING"`."""
    order_by: "JobsAPIRoutesBatchGetBatchJobsOrderBy | None"
    """`"-created"`, the default, for the newest first, or `"created"`."""


class JobsParams(_JobsQuery, QueryOptions, total=False):
    """The keywords of `client.batch.jobs.list`, `iterate` and their async variants."""


class _JobId(TypedDict):
    job_id: "str"
    """The id of the job."""


class _Inline(TypedDict, total=False):
    inline: Nullable["bool"]
    """Whether the answer has the results themselves, as `outputs`. By default it has not."""


class JobGetParams(_JobId, _Inline, QueryOptions, total=False):
    """The keywords of `client.batch.jobs.get` and `get_async`."""


class JobParams(_JobId, QueryOptions, total=False):
    """The keywords of `client.batch.jobs.cancel`, `delete` and their async variants."""
