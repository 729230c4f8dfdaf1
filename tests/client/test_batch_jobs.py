"""Batch jobs: each method against the state of a simulator."""

import json
from datetime import UTC, datetime

import pytest

from mistralai.client import Mistral
from mistralai.client.errors import InternalServerError, NotFoundError
from mistralai.client.models import (
    BatchError,
    BatchJob,
    BatchRequest,
    DeleteBatchJobResponse,
    ListBatchJobsResponse,
)
from mistralai.simulator import Answer, Simulator
from support.paging import items

CHAT = "/v1/chat/completions"


def row(number, **fields):
    messages = [{"role": "user", "content": f"Question {number}"}]
    return {"custom_id": str(number), "body": {"messages": messages, **fields}}


def test_a_job_of_a_file_runs_to_its_results(colour, sim):
    client = colour.client(server_url=sim.url)
    rows = [row(1), row(2, max_tokens="many")]
    file = colour.ask(client.files, "upload", file="\n".join(map(json.dumps, rows)).encode())
    job = colour.ask(
        client.batch.jobs,
        "create",
        input_files=[file.id],
        endpoint=CHAT,
        model="mistral-small-latest",
        metadata={"run": "7"},
    )
    assert type(job) is BatchJob
    assert (job.status, job.input_files, job.metadata) == ("QUEUED", [file.id], {"run": "7"})
    assert job.request_id
    seen = [colour.ask(client.batch.jobs, "get", job_id=job.id) for _ in range(3)]
    assert [(each.status, each.completed_requests) for each in seen] == [
        *(("RUNNING", 0), ("RUNNING", 1), ("SUCCESS", 2)),
    ]
    done = seen[-1]
    assert (done.total_requests, done.succeeded_requests, done.failed_requests) == (2, 1, 1)
    assert [type(error) for error in done.errors] == [BatchError]
    assert done.output_file
    assert done.error_file
    inline = colour.ask(client.batch.jobs, "get", job_id=job.id, inline=True)
    assert [each["custom_id"] for each in inline.outputs] == ["1", "2"]


def test_jobs_are_listed_cancelled_and_deleted(colour, sim):
    jobs = colour.client(server_url=sim.url).batch.jobs
    rows = [row(1), BatchRequest(**row(2))]
    made = [
        colour.ask(jobs, "create", requests=rows, endpoint=CHAT, metadata={"of": name})
        for name in "abc"
    ]
    listed = colour.ask(jobs, "list", metadata={"of": "b"}, status=["QUEUED", "RUNNING"])
    assert type(listed) is ListBatchJobsResponse
    assert ([job.id for job in listed.data], listed.total) == ([made[1].id], 1)
    after = datetime.fromtimestamp(made[1].created_at, UTC)
    assert colour.ask(jobs, "list", created_after=after, order_by="created").total == 1
    found = colour.collect(items(colour, jobs, "iterate", page_size=2))
    assert [job.id for job in found] == [job.id for job in reversed(made)]
    assert colour.ask(jobs, "cancel", job_id=made[0].id).status == "CANCELLATION_REQUESTED"
    assert colour.ask(jobs, "get", job_id=made[0].id).status == "CANCELLED"
    gone = colour.ask(jobs, "delete", job_id=made[0].id)
    assert type(gone) is DeleteBatchJobResponse
    assert (gone.id, gone.deleted) == (made[0].id, True)
    with pytest.raises(NotFoundError):
        colour.ask(jobs, "get", job_id=made[0].id)


def test_a_job_that_was_sent_is_not_created_again(colour):
    busy = Answer(status=503, headers={"retry-after": "0"})
    with Simulator(busy) as sim:
        jobs = colour.client(server_url=sim.url).batch.jobs
        with pytest.raises(InternalServerError):
            colour.ask(jobs, "create", requests=[row(1)], endpoint=CHAT, retries=3)
        assert len(sim.requests) == 1
        with pytest.raises(InternalServerError):
            colour.ask(jobs, "get", job_id="j", retries=1)
        assert len(sim.requests) == 3


WRONG = {
    "requests[1].body is missing": {"requests": [row(1), {"custom_id": "2"}]},
    "requests[0].custom_id takes a string, not 2": {"requests": [{"custom_id": 2, "body": {}}]},
    "input_files takes a list": {"input_files": "an id"},
    "metadata.run takes a string, not 7": {"metadata": {"run": 7}},
    "timeout_hours takes a whole number": {"timeout_hours": "day"},
}


def test_a_wrong_field_of_a_job_is_named(subtests):
    jobs = Mistral("key", server_url="http://127.0.0.1:9").batch.jobs
    for text, fields in WRONG.items():
        with subtests.test(text), pytest.raises(ValueError) as raised:  # noqa: PT011 - by its text
            jobs.create(endpoint=CHAT, **fields)
        assert text in str(raised.value)
