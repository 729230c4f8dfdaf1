"""Batch jobs: `/v1/batch/jobs`.

A job advances each time it is retrieved, by one step, so that a test needs no clock:

    QUEUED                    RUNNING, or FAILED for input that is not a list of requests
    RUNNING                   RUNNING with half of the requests answered, then SUCCESS
    CANCELLATION_REQUESTED    CANCELLED, with the results so far

Each request gets the answer that it would have got alone, in order. Its result is a line of the
output file, or of the error file if the answer is an error; both are written when the job ends.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from ..answers import Answer
from ..api import errors, requests
from ..api.checks import Check, integer, list_of, mapping, nullable, one_of, record, string, wrong
from ..jsonvalues import compact
from ..received import Fields, Request
from .files import Files
from .lines import (
    InvalidLineError,
    Line,
    Reply,
    Result,
    first_repeated,
    line_of,
    lines_of,
    result_of,
)
from .pages import page_of
from .query import Query
from .routes import Asked, Route
from .stamps import Stamps

_CREATE: Final[Check] = record(
    {
        "endpoint": one_of(
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
        )
    },
    {
        "input_files": nullable(list_of(string)),
        "requests": nullable(
            list_of(record({"body": mapping}, {"custom_id": nullable(string)}, closed=False))
        ),
        "model": nullable(string),
        "agent_id": nullable(string),
        "metadata": nullable(mapping),
        "timeout_hours": integer(at_least=1),
    },
)
_FILTERS: Final = (
    *("page", "page_size", "model", "agent_id", "created_after", "created_by_me", "status"),
    "order_by",
)
_MOST_PER_STEP: Final = 5_000
"""Requests answered in one step, which the event loop waits for."""


@dataclass(slots=True)
class _Job:
    """A job, and its progress."""

    description: dict[str, Any]
    headers: Fields
    inputs: list[Line] = field(default_factory=list[Line])
    results: list[Result] = field(default_factory=list[Result])

    @property
    def id(self) -> str:
        job_id: str = self.description["id"]
        return job_id

    @property
    def status(self) -> str:
        status: str = self.description["status"]
        return status

    def count(self) -> None:
        """Write the progress into the description."""
        failed = Counter(result.error for result in self.results if result.error is not None)
        self.description |= {
            "completed_requests": len(self.results),
            "succeeded_requests": len(self.results) - failed.total(),
            "failed_requests": failed.total(),
            "errors": [{"message": text, "count": count} for text, count in failed.items()],
        }


class Jobs:
    """The batch jobs of a simulator.

    Args:
        stamps: Gives ids and times.
        files: The files.
        reply: Answers a request that came alone.
    """

    def __init__(self, stamps: Stamps, files: Files, reply: Reply) -> None:
        self._stamps = stamps
        self._files = files
        self._reply = reply
        self._jobs: dict[str, _Job] = {}

    def routes(self) -> Iterable[Route]:
        """Return the routes of batch jobs."""
        return (
            Route("POST", "/v1/batch/jobs", self._create),
            Route("GET", "/v1/batch/jobs", self._list),
            Route("GET", "/v1/batch/jobs/{job_id}", self._get),
            Route("DELETE", "/v1/batch/jobs/{job_id}", self._delete),
            Route("POST", "/v1/batch/jobs/{job_id}/cancel", self._cancel),
        )

    def _create(self, asked: Asked) -> Answer:
        body = requests.parse(asked.request.body, _CREATE)
        given, files = body.get("requests"), body.get("input_files")
        if (given is None) == (files is None):
            message = "Value error, give either input_files or requests"
            raise errors.Refused(errors.invalid([wrong("value_error", ("body",), message, body)]))
        for file_id in files or ():
            self._files.found(file_id)
        job = _Job(
            {
                "id": self._stamps.uuid(),
                "object": "batch",
                "input_files": files or [],
                "endpoint": body["endpoint"],
                "model": body.get("model"),
                "agent_id": body.get("agent_id"),
                "metadata": body.get("metadata"),
                "status": "QUEUED",
                "created_at": self._stamps.now(),
                "started_at": None,
                "completed_at": None,
                "output_file": None,
                "error_file": None,
                "outputs": None,
                "total_requests": 0,
            },
            asked.request.headers,
        )
        job.count()
        if given is not None:
            job.inputs = [line_of(each) for each in given]
            job.description["total_requests"] = len(job.inputs)
        self._jobs[job.id] = job
        return Answer.of_json(job.description)

    def _list(self, asked: Asked) -> Answer:
        query = asked.query
        after = query.time("created_after") or 0.0
        wanted = [
            job.description
            for job in self._jobs.values()
            if job.description["created_at"] > after and _is_wanted(job.description, query)
        ]
        if query.text("order_by") != "created":
            wanted.reverse()
        page = page_of(wanted, query, size=100, most=1000)
        return Answer.of_json({"data": page, "object": "list", "total": len(wanted)})

    def _get(self, asked: Asked) -> Answer:
        job = self._found(asked)
        self._advance(job)
        description = job.description
        if asked.query.flag("inline", default=False):
            description = {**description, "outputs": [result.line for result in job.results]}
        return Answer.of_json(description)

    def _delete(self, asked: Asked) -> Answer:
        job = self._found(asked)
        del self._jobs[job.id]
        return Answer.of_json({"id": job.id, "object": "batch", "deleted": True})

    def _cancel(self, asked: Asked) -> Answer:
        job = self._found(asked)
        if job.status in {"QUEUED", "RUNNING"}:
            job.description["status"] = "CANCELLATION_REQUESTED"
        return Answer.of_json(job.description)

    def _found(self, asked: Asked) -> _Job:
        job = self._jobs.get(asked.names["job_id"])
        if job is None:
            message = f"No batch job matches the id {asked.names['job_id']!r}"
            raise errors.Refused(errors.detail_error(404, message))
        return job

    def _advance(self, job: _Job) -> None:
        match job.status:
            case "QUEUED":
                self._start(job)
            case "RUNNING":
                self._work(job)
            case "CANCELLATION_REQUESTED":
                self._end(job, "CANCELLED")
            case _:
                pass

    def _start(self, job: _Job) -> None:
        job.description["started_at"] = self._stamps.now()
        try:
            for file_id in job.description["input_files"]:
                job.inputs += lines_of(self._files.found(file_id).content)
        except InvalidLineError as error:
            self._fail(job, str(error))
            return
        except errors.Refused:
            self._fail(job, "An input file was deleted")
            return
        job.description["total_requests"] = len(job.inputs)
        repeated = first_repeated(job.inputs)
        if repeated is not None:
            self._fail(job, f"custom_id {repeated!r} is in two lines")
        elif not job.inputs:
            self._fail(job, "There are no requests")
        else:
            job.description["status"] = "RUNNING"

    def _fail(self, job: _Job, message: str) -> None:
        job.description |= {
            "status": "FAILED",
            "errors": [{"message": message, "count": 1}],
            "completed_at": self._stamps.now(),
        }

    def _work(self, job: _Job) -> None:
        share = min(_MOST_PER_STEP, -(-len(job.inputs) // 2))
        done = len(job.results)
        for number, line in enumerate(job.inputs[done : done + share], start=done + 1):
            answer = self._reply(_request_of(job, line, number))
            job.results.append(result_of(line, self._stamps.token(), answer))
        job.count()
        if len(job.results) == len(job.inputs):
            self._end(job, "SUCCESS")

    def _end(self, job: _Job, status: str) -> None:
        good = [result.line for result in job.results if result.error is None]
        bad = [result.line for result in job.results if result.error is not None]
        for name, sample_type, results in (
            ("output_file", "batch_result", good),
            ("error_file", "batch_error", bad),
        ):
            if results:
                content = b"".join(compact(result) + b"\n" for result in results)
                file_name = f"{job.id}_{sample_type.removeprefix('batch_')}.jsonl"
                file_id = self._files.add_results(file_name, content, sample_type)
                job.description[name] = file_id
        job.description |= {"status": status, "completed_at": self._stamps.now()}


def _request_of(job: _Job, line: Line, number: int) -> Request:
    """Return a request of a batch as it would have come alone."""
    body = {name: value for name, value in line.body.items() if name != "stream"}
    path: str = job.description["endpoint"]
    if job.description["model"] is not None:
        body["model"] = job.description["model"]
    if job.description["agent_id"] is not None:
        body["agent_id"] = job.description["agent_id"]
        path = "/v1/agents/completions" if path == "/v1/chat/completions" else path
    return Request(
        method="POST",
        target=urlsplit(path).path,
        headers=job.headers,
        body=compact(body),
        number=number,
        connection=0,
    )


def _is_wanted(job: Mapping[str, Any], query: Query) -> bool:
    statuses = query.texts("status")
    metadata: Mapping[str, Any] = job["metadata"] or {}
    return (
        all(query.text(name) in {None, job[name]} for name in ("model", "agent_id"))
        and (not statuses or job["status"] in statuses)
        and all(str(metadata.get(key)) == text for key, text in query.others(*_FILTERS).items())
    )
