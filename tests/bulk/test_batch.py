"""A run in jobs of the Batch API: the same rows, lines and errors, and no row paid for twice."""

import json
import os
import subprocess
import sys
from functools import partial
from itertools import pairwise

import anyio
import pytest

from mistralai import Mistral
from mistralai.bulk import InputError, Limits, ResumeError, Run, TooManyErrorsError, run
from mistralai.bulk.batch import Batch, BatchJobError
from mistralai.bulk.batch.results import Result, outcome_of, parse_result
from mistralai.bulk.batch.waiting import Waiter
from mistralai.bulk.errors import OutputError
from mistralai.bulk.jobs import Job, JobBook, JobState
from mistralai.client import errors
from mistralai.client.models import BatchJob
from mistralai.simulator import Answer, Scenario, Simulator, faults
from support.batches import (
    FILES,
    JOBS,
    InJobs,
    at_first,
    batched,
    created,
    left,
    refused,
    sent,
    uploaded,
)
from support.bulk import MODEL, ids_of, lines_of, numbers, served, write_prompts
from support.processes import running
from support.programs import PROGRAMS


@pytest.fixture
def files(tmp_path):
    return write_prompts(tmp_path / "prompts.txt", 5), tmp_path / "answers.jsonl"


def jobs_of(answers):
    """The records of the jobs of an output."""
    return lines_of(answers.with_name(f"{answers.name}.jobs"))


def text_of(line):
    """The text of a line, and why it ends."""
    choice = line["response"]["body"]["choices"][0]
    return choice["message"]["content"], choice["finish_reason"]


@pytest.mark.anyio
async def test_jobs_give_the_lines_that_requests_give(files):
    prompts, answers = files
    local = answers.with_name("local.jsonl")
    defaults = {**MODEL, "temperature": 0.5, "messages": [{"role": "system", "content": "Rhyme."}]}
    engine = InJobs()
    with served() as (sim, client):
        async with Run(client, prompts, local, defaults=defaults, ordered=True) as job:
            await job.finish()
        requests = job.stats
        async with Run(client, prompts, answers, defaults=defaults, engine=engine) as job:
            outcomes = [row async for row in job]
        assert created(sim) == [
            {
                "endpoint": "/v1/chat/completions",
                "input_files": [jobs_of(answers)[0]["file"]],
                "model": "m",
                "metadata": {"mistralai_run": "answers.jsonl"},
                "timeout_hours": 24,
            }
        ]
        assert all("model" not in line["body"] for line in uploaded(sim)[0])
    assert [row.id for row in outcomes] == ids_of(answers) == numbers(5)
    for one, other in zip(lines_of(local), lines_of(answers), strict=True):
        assert one.keys() == other.keys()
        assert text_of(one) == text_of(other)
        assert one["response"]["body"]["usage"] == other["response"]["body"]["usage"]
        assert (other["error"], other["attempts"], other["id"]) == (None, 1, one["id"])
        assert other["timing"]["total"] > 0
    for name in ("rows", "done", "failed", "requests", "prompt_tokens", "completion_tokens"):
        assert getattr(job.stats, name) == getattr(requests, name)
    assert [record["state"] for record in jobs_of(answers)] == ["uploaded", "created", "ended"]
    assert engine.waits == [1.0, 1.5, 2.25]
    assert job.jobs == ()


def test_rows_are_divided_by_model_and_by_the_limits_of_a_file(tmp_path, subtests):
    prompts = tmp_path / "prompts.jsonl"
    rows = [{"prompt": f"Prompt {n}", "model": "ab"[n > 3], "id": f"é{n}"} for n in range(6)]
    prompts.write_text("".join(json.dumps(row) + "\n" for row in rows))
    size = len('{"custom_id":"é0","body":{"messages":[{"role":"user","content":"Prompt 0"}]}}') + 2
    cases = {
        "one per model": ({}, [4, 2]),
        "rows": ({"most_rows": 3}, [3, 1, 2]),
        "bytes": ({"most_bytes": 2 * size}, [2, 2, 2]),
        "a byte less": ({"most_bytes": 2 * size - 1}, [1] * 6),
    }
    for name, (settings, sizes) in cases.items():
        answers = tmp_path / f"{name}.jsonl"
        with subtests.test(name), served() as (sim, client):
            stats = batched(client, prompts, answers, defaults={}, engine=InJobs(**settings))
            assert (stats.done, len(sent(sim, "POST", FILES))) == (6, len(sizes))
            assert sorted(map(len, uploaded(sim))) == sorted(sizes)
            ids = [line["custom_id"] for lines in uploaded(sim) for line in lines]
            assert sorted(ids) == sorted(ids_of(answers)) == [f"é{n}" for n in range(6)]
            assert {job["model"] for job in created(sim)} == {"a", "b"}
            models = {
                line["custom_id"]: line["response"]["body"]["model"] for line in lines_of(answers)
            }
            assert models == {f"é{n}": "ab"[n > 3] for n in range(6)}
    with subtests.test("a row that is larger than a file"), served() as (sim, client):
        engine = InJobs(most_bytes=20)
        stats = batched(client, prompts, tmp_path / "large.jsonl", defaults={}, engine=engine)
        assert (stats.failed, sim.requests) == (6, [])
        message = lines_of(tmp_path / "large.jsonl")[0]["error"]["message"]
        assert message == f"line 1 has {size:,} bytes as a line of a batch file, which may have 20"
    for name, value in {"most_rows": 0, "timeout_hours": True, "cancel": "no"}.items():
        with pytest.raises((TypeError, ValueError), match=f"{name} (is 0; give|takes )"):
            Batch(**{name: value})


def test_a_schema_in_pythons_spelling_is_sent_in_that_of_the_api(files):
    schema = {"type": "object"}
    form = {"type": "json_schema", "json_schema": {"name": "s", "schema_definition": schema}}
    with served() as (sim, client):
        batched(client, *files, defaults={**MODEL, "response_format": form}, engine=InJobs())
        bodies = [line["body"] for line in uploaded(sim)[0]]
    sent_form = {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}}
    assert [body["response_format"] for body in bodies] == [sent_form] * 5


def test_rows_that_failed_are_asked_again_in_a_new_job(files):
    prompts, answers = files
    fails = Scenario(faults=[faults.Status(status=422, first=2, model="m")])
    prompts.write_text(prompts.read_text() + '{"prompt"\n')
    with served(fails) as (sim, client):
        stats = batched(client, prompts, answers, skip_bad=True)
        assert (stats.rows, stats.done, stats.failed, stats.requests) == (6, 3, 3, 5)
        lines = {line["custom_id"]: line for line in lines_of(answers)}
        kinds = {name: line["error"] and line["error"]["type"] for name, line in lines.items()}
        assert kinds == {
            **dict.fromkeys("12", "HTTPValidationError"),
            **dict.fromkeys("345"),
            "6": "InvalidRow",
        }
        assert lines["1"]["response"]["status_code"] == 422
        assert lines["1"]["error"]["message"] == "Input should be a valid string"
        kept = batched(client, prompts, answers, skip_bad=True, keep_failed=True)
        assert (kept.done, kept.failed, len(created(sim))) == (3, 3, 1)
        anyio.run(partial(left, client, prompts, answers, skip_bad=True))
        stats = batched(  # what was asked since then is not left
            client, prompts, answers, skip_bad=True, keep_failed=True, ordered=True
        )
        assert (stats.done, stats.failed, stats.resumed) == (5, 1, 4)
        assert [line["custom_id"] for line in uploaded(sim)[1]] == ["1", "2"]
        assert len(created(sim)) == 2
    assert ids_of(answers) == numbers(6)


def test_rows_without_a_result_fail_and_can_be_asked_again(files, subtests):
    prompts, answers = files
    row = {"custom_id": "2", "response": {"status_code": 200, "body": {"choices": []}}}
    lines = b"nonsense\n\n" + json.dumps({**row, "error": None}).encode()
    cases = {"one line": (Answer(body=[lines]), ["2"]), "no file": (refused(404), [])}
    for name, (answer, found) in cases.items():
        output = answers.with_name(f"{name}.jsonl")
        with subtests.test(name), served(at_first(f"{FILES}/", answer)) as (sim, client):
            stats = batched(client, prompts, output)
            assert (stats.done, stats.failed) == (len(found), 5 - len(found))
            lost = [line["error"] for line in lines_of(output) if line["error"]]
            assert {error["type"] for error in lost} == {"NoResult"}
            assert "ended without a result for the row" in lost[0]["message"]
            assert batched(client, prompts, output).done == 5
            asked = [line["custom_id"] for line in uploaded(sim)[1]]
            assert asked == [row_id for row_id in numbers(5) if row_id not in found]


@pytest.mark.anyio
async def test_a_run_that_is_stopped_leaves_its_jobs_and_continues_with_them(files):
    prompts, answers = files
    table = answers.with_name("answers.parquet")
    with served() as (sim, client):
        for looks in (0, 1):
            job = await left(client, prompts, table, looks)
            assert (job.stopped, job.stats.done, len(job.jobs)) == (True, 0, 1)
            assert not table.exists()
        async with Run(client, prompts, table, defaults=MODEL, engine=InJobs()) as job:
            assert job.jobs
            await job.finish()
        assert (job.stats.done, job.jobs, job.stopped) == (5, (), False)
        assert (len(created(sim)), len(uploaded(sim))) == (1, 1)
    assert table.exists()


def test_jobs_are_cancelled_and_what_they_answered_is_kept(files):
    prompts, answers = files
    with served() as (sim, client):
        job = anyio.run(left, client, prompts, answers, 1)
        stats = batched(client, prompts, answers, engine=InJobs(cancel=True))
        assert (stats.done, stats.failed) == (3, 0)
        assert len(sent(sim, "POST", f"{JOBS}/{job.jobs[0]}/cancel")) == 1
        assert jobs_of(answers)[-1]["status"] == "CANCELLED"
        stats = batched(client, prompts, answers, engine=InJobs(cancel=True))  # there is none
        assert (stats.done, len(created(sim))) == (3, 1)
        assert batched(client, prompts, answers).done == 5
        assert [line["custom_id"] for line in uploaded(sim)[1]] == ["4", "5"]


def test_a_job_that_ends_before_it_can_be_cancelled_is_fetched(files):
    prompts, answers = files

    def refuses(request):
        return refused(400, "It has ended") if request.path.endswith("/cancel") else "auto"

    with served(refuses) as (_, client):
        anyio.run(left, client, prompts, answers)
        with pytest.raises(errors.BadRequestError, match="It has ended"):  # it has not
            batched(client, prompts, answers, engine=InJobs(cancel=True))
        assert batched(client, prompts, answers, engine=InJobs(cancel=True)).done == 5
        assert jobs_of(answers)[-1]["status"] == "SUCCESS"


def test_rows_in_jobs_are_asked_by_nothing_else(files, subtests):
    prompts, answers = files

    def local(**settings):
        return run(client, prompts, answers, **{"defaults": MODEL, **settings})

    with served() as (sim, client):
        (job_id,) = anyio.run(left, client, prompts, answers).jobs
        before = len(sim.requests)
        names = f"rows in batch jobs that have not ended ({job_id}): --engine batch"
        with subtests.test("another engine"), pytest.raises(ResumeError) as raised:
            local()
        assert names in str(raised.value)
        with subtests.test("a restart"), pytest.raises(ResumeError, match="gives them up"):
            batched(client, prompts, answers, restart=True)
        prompts.write_text(prompts.read_text().replace("1", "one"))
        with subtests.test("other rows"), pytest.raises(ResumeError, match="row 1 of the input"):
            batched(client, prompts, answers)
        assert len(sim.requests) == before
        write_prompts(prompts, 6)
        with subtests.test("a line more"):
            assert batched(client, prompts, answers).done == 6
            assert [[line["custom_id"] for line in lines] for lines in uploaded(sim)] == [
                numbers(5),
                ["6"],
            ]
        with subtests.test("a restart once all have ended"):
            assert batched(client, prompts, answers, restart=True).resumed == 0
            assert answers.with_name("answers.jsonl.jobs.old").exists()
            assert len(jobs_of(answers)) == 3
    with subtests.test("input or output that cannot be continued"), served() as (sim, client):
        for rows, output in ((["One"], answers), (prompts, None)):
            with pytest.raises(InputError, match="give a file for the prompts and a file for"):
                batched(client, rows, output)
        assert sim.requests == []


ENDS = {
    "FAILED": "ended with status FAILED: No such model; Too long. 5 of its 5 rows have no answer",
    "TIMEOUT_EXCEEDED": "did not end in time (timeout_hours): No such model; Too long. 5 of its 5",
    "CANCELLED": "was cancelled: No such model; Too long. 5 of its 5 rows",
    "SHELVED": "ended with status SHELVED: No such model",
}


def test_a_job_that_ends_without_success_is_one_error_after_the_others_ended(tmp_path, subtests):
    for status, says in ENDS.items():
        prompts = write_prompts(tmp_path / f"{status}.txt", 10)
        answers = tmp_path / f"{status}.jsonl"
        said = [{"message": "No such model"}, {"message": "Too long", "count": 3}]
        ended = Answer.of_json({"status": status, "errors": said, "completed_at": 5})
        with subtests.test(status), served(at_first(f"{JOBS}/", ended)) as (sim, client):
            with pytest.raises(BatchJobError) as raised:
                batched(client, prompts, answers, engine=InJobs(most_rows=5))
            assert f"the batch job {raised.value.job_id} {says}" in str(raised.value)
            assert raised.value.status == status
            assert raised.value.job_id == jobs_of(answers)[1]["id"]
            assert ids_of(answers) == [str(n) for n in range(6, 11)]
            assert batched(client, prompts, answers).done == 10
            assert len(created(sim)) == 3


def test_a_job_that_the_server_does_not_know_is_kept_until_it_is_given_up(files):
    prompts, answers = files
    with served(at_first(f"{JOBS}/", *[refused(404)] * 3)) as (sim, client):
        for _ in range(2):
            with pytest.raises(BatchJobError, match="Use the key that it was created with"):
                batched(client, prompts, answers)
        assert batched(client, prompts, answers, engine=InJobs(cancel=True)).done == 0
        assert jobs_of(answers)[-1]["status"] == "UNKNOWN"
        assert len(created(sim)) == 1


def test_a_creation_without_an_answer_is_looked_for_before_another_one(files, subtests):
    prompts, answers = files

    def fresh(name):
        return answers.with_name(f"{name}.jsonl")

    failures = at_first(JOBS, refused(503), refused(524), refused(429))  # 524 is a proxy's timeout
    with (
        subtests.test("not created"),
        Simulator(failures) as sim,
        Mistral("key", server_url=sim.url, retry_config=None) as client,
    ):
        assert batched(client, prompts, fresh("a")).done == 5
        assert (len(created(sim)), len(sent(sim, "GET", JOBS))) == (4, 3)
        assert len(uploaded(sim)) == 1
    with subtests.test("created, without a record"), served() as (sim, client):
        anyio.run(left, client, prompts, fresh("b"))
        book = fresh("b").with_name("b.jsonl.jobs")
        book.write_bytes(book.read_bytes().splitlines(keepends=True)[0])
        assert batched(client, prompts, fresh("b")).done == 5
        assert (len(created(sim)), len(uploaded(sim))) == (1, 1)
    unreadable = at_first(JOBS, Answer.of_json(["created"]))
    with subtests.test("created, with an unreadable answer"), served(unreadable) as (sim, client):
        with pytest.raises(errors.ResponseValidationError):
            batched(client, prompts, fresh("d"))
        assert batched(client, prompts, fresh("d")).done == 5
        assert (len(sent(sim, "GET", JOBS)), len(uploaded(sim))) == (1, 1)
    wrong = at_first(JOBS, refused(400, "Invalid model"))
    with subtests.test("refused"), served(wrong) as (sim, client):
        with pytest.raises(errors.BadRequestError, match="Invalid model"):
            batched(client, prompts, fresh("c"))
        assert jobs_of(fresh("c"))[-1]["status"] == "REFUSED"
        assert batched(client, prompts, fresh("c"), defaults={"model": "n"}).done == 5


def test_looks_become_rarer_and_ten_that_fail_end_the_run(files):
    prompts, answers = files
    fails, engine = [refused(500)], InJobs()
    unknown = Answer.of_json({"status": "SETTLING"})  # it is not known to be an end
    looks = at_first(f"{JOBS}/", refused(520), *fails, unknown, *fails * 10)
    with (
        Simulator(looks) as sim,
        Mistral("key", server_url=sim.url, retry_config=None) as client,
        pytest.raises(errors.InternalServerError),
    ):
        batched(client, prompts, answers, engine=engine)
    assert len(engine.waits) == 2 + 1 + 10
    assert (engine.waits[0], engine.waits[-1]) == (1.0, 30.0)
    assert all(later > earlier or later == 30 for earlier, later in pairwise(engine.waits))
    assert jobs_of(answers)[-1]["state"] == "created"


def test_an_upload_that_fails_is_repeated_and_ten_failures_end_the_run(files, subtests):
    prompts, answers = files
    failures = [refused(503), refused(429), Answer(body=[], ending="reset")]

    def uploads(*failures, engine):
        scenario = at_first(FILES, *failures)
        with (
            Simulator(scenario) as sim,
            Mistral("key", server_url=sim.url, retry_config=None) as client,
        ):
            try:
                return batched(client, prompts, answers, engine=engine).done
            finally:
                assert len(sent(sim, "POST", FILES)) <= len(failures) + 1

    with subtests.test("ten"), pytest.raises(errors.InternalServerError):
        uploads(*[refused(503)] * 10, engine=InJobs())
    with subtests.test("a refusal"), pytest.raises(errors.SDKError, match="413"):
        uploads(refused(413), engine=(engine := InJobs()))
    assert engine.waits == []
    with subtests.test("some"):
        assert uploads(*failures, engine=(engine := InJobs())) == 5
        assert engine.waits[:4] == [1.0, 1.5, 2.25, 1.0]
    answers = answers.with_name("stopped.jsonl")
    failing = at_first(FILES, refused(503))
    with subtests.test("stopped in between"), served(failing) as (sim, client):
        job = anyio.run(left, client, prompts, answers)
        assert (job.stopped, job.jobs, len(sent(sim, "POST", FILES))) == (True, (), 1)
        assert batched(client, prompts, answers).done == 5


def test_a_temporary_file_that_cannot_be_written_ends_the_run(files, monkeypatch):
    prompts, answers = files
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with served() as (sim, client), pytest.raises(OutputError, match="in /nowhere: No such file"):
        batched(client, prompts, answers)
    assert sim.requests == []


def test_too_many_failed_rows_leave_the_other_jobs(tmp_path):
    prompts, answers = write_prompts(tmp_path / "p.txt", 6), tmp_path / "answers.jsonl"
    fails = Scenario(faults=[faults.Status(status=400, first=2, model="m")])
    with served(fails) as (sim, client):
        limits, engine = Limits(max_errors=1), InJobs(most_rows=2)
        with pytest.raises(TooManyErrorsError):
            batched(client, prompts, answers, limits=limits, engine=engine)
        states = [record["state"] for record in jobs_of(answers)]
        assert states.count("created") > states.count("ended")
        assert batched(client, prompts, answers).done == 6
        assert len(created(sim)) == 3 + 1


def test_a_kill_at_any_write_costs_no_row_twice(tmp_path):
    """Whenever the process dies, the run continues, and each row is in one job only."""
    prompts, kills = write_prompts(tmp_path / "prompts.txt", 3), 0
    pipe = subprocess.PIPE
    command = (sys.executable, PROGRAMS / "batches_in_children.py")
    with (
        served() as (sim, _),
        running(*command, sim.url, prompts, tmp_path / "a.jsonl", stdin=pipe, stdout=pipe) as runs,
    ):

        def child(number, answers):
            runs.stdin.write(f"{number} {answers}\n")
            runs.stdin.flush()
            return runs.stdout.readline()

        assert runs.stdout.readline() == "ready\n"
        while child(kills + 1, tmp_path / f"{kills + 1}.jsonl") == "killed\n":
            kills += 1
            answers = tmp_path / f"{kills}.jsonl"
            assert child(0, answers) == "ended\n"
            assert ids_of(answers) == numbers(3)
            assert not any(line["error"] for line in lines_of(answers))
            names = [job["metadata"]["mistralai_run"] for job in created(sim)]
            assert names.count(answers.name) == 1
        assert kills == 2 * (3 + 3)
        runs.stdin.close()
        runs.wait(30)


RESULTS = {
    "an answer": (
        {"response": {"status_code": 200, "body": {"usage": {"prompt_tokens": 3}}}},
        (None, None, None, 200),
    ),
    "an answer without a status": ({"response": {"body": {}}}, (None, None, None, 200)),
    "a status": (
        {"response": {"status_code": 400, "body": {"message": "Bad", "code": 3051}}},
        ("BadRequestError", "Bad", "3051", 400),
    ),
    "wrong fields": (
        {"response": {"status_code": 422, "body": {"detail": [{"msg": "A"}, {"msg": "B"}]}}},
        ("HTTPValidationError", "A; B", None, 422),
    ),
    "no capacity": (
        {"response": {"status_code": 429, "body": {"message": {"detail": "Full"}, "code": "3505"}}},
        ("CapacityExceededError", "Full", "3505", 429),
    ),
    "a text": ({"response": None, "error": "Too long"}, ("SDKError", "Too long", None, None)),
    "an error of the server": (
        {"response": {"status_code": 502}},
        ("InternalServerError", "the row failed with status 502", None, 502),
    ),
    "no answer": (
        {"response": {"status_code": 200, "body": [1]}},
        ("ResponseValidationError", None, None, 200),
    ),
}


def test_results_are_read_in_all_their_forms(subtests):
    waiter, job = Waiter("a", 4, 5), BatchJob(id="j", model="m", created_at=10, completed_at=70)
    for name, (fields, (kind, message, code, status)) in RESULTS.items():
        with subtests.test(name):
            result = parse_result(json.dumps({"custom_id": "a", **fields}).encode())
            outcome = outcome_of(result, waiter, job)
            assert (outcome.id, outcome.index, outcome.number) == ("a", 4, 5)
            assert (outcome.status_code, outcome.timing.total) == (status, 60)
            error = outcome.error
            assert (error and error.type) == kind
            assert message in {None, error and error.message}
            assert code == (error and error.code)
            assert json.loads(outcome.line())["custom_id"] == "a"
    for line in (b"", b"[]", b'{"custom_id": 3}', b'{"response": null}', b'{"custom_id"'):
        with subtests.test(line):
            assert parse_result(line) is None
    assert isinstance(parse_result(b'{"custom_id": "a", "response": 5}'), Result)


def test_results_are_fetched_whatever_the_server_writes_in_place_of_numbers(files):
    prompts, answers = files
    times = {"created_at": "2026-01-01T00:00:00Z", "completed_at": "2026-01-01T00:01:00Z"}
    usage = {"prompt_tokens": "many", "completion_tokens": [1]}
    lines = [b"[" * 100_000]
    for number in range(1, 5):
        response = {"status_code": 200, "body": {"choices": [], "usage": usage}}
        lines.append(json.dumps({"custom_id": str(number), "response": response}).encode())
    failed = {"message": {"detail": "Too long"}}
    job = {"status": "FAILED", "errors": [failed], "output_file": "f", "error_file": "", **times}
    created = iter([Answer.of_json({"object": "error", "message": "No"}, status=503)])

    def answer(request):
        match request.method, request.path:
            case "POST", "/v1/files":
                return Answer.of_json({"id": "input", "created_at": "today"})
            case "POST", "/v1/batch/jobs":
                return next(created, Answer.of_json({"id": "j"}))
            case "GET", "/v1/batch/jobs/j":
                return Answer.of_json(job)
            case "GET", "/v1/files/f/content":
                return Answer(body=[b"\n".join(lines)])
        return "auto"

    with served(answer) as (_, client), pytest.raises(BatchJobError, match=r"FAILED: .*Too long"):
        batched(client, prompts, answers)
    assert ids_of(answers) == numbers(4)


def test_the_records_of_jobs_survive_a_tear_at_any_byte(tmp_path):
    """Whatever prefix is on the disk, its whole records count, and the next one follows them."""
    output, synced = tmp_path / "a.jsonl", []
    book = JobBook(output, fsync=lambda file: synced.append(os.fstat(file).st_size))
    job, other = Job("f", 5, "m", ((0, 3), (6, 6))), Job("g", None, None, ((4, 5),))
    states = [(), ((job, None),), ((job, None), (other, None)), ((job, "j"), (other, None))]
    states.append(((other, None),))
    for record in (
        lambda: book.uploaded(job),
        lambda: book.uploaded(other),
        lambda: book.created(job, "j"),
        lambda: book.ended(job, "SUCCESS"),
    ):
        record()
    book.close()
    whole = book.path.read_bytes()
    ends = [0, *(place for place, byte in enumerate(whole, 1) if byte == ord("\n"))]
    assert ends[1:] == synced
    for size in range(len(whole) + 1):
        book.path.write_bytes(whole[:size] + b"\0" * (size % 3))
        again = JobBook(output, fsync=lambda _: None)
        kept = sum(end <= size for end in ends[1:])
        assert [(one.file, one.id) for one in again.open] == [
            (one.file, job_id) for one, job_id in states[kept]
        ]
        if kept == 3:
            assert [again.job_of(place).file for place in range(7)] == [*"ffffggf"]
            assert (again.job_of(7), again.open[0].state) == (None, JobState.CREATED)
        again.uploaded(Job("h", None, None, ()))
        again.close()
        assert JobBook(output).open[-1].file == "h"
    book.path.write_text('{"state": "sold", "file": "f"}\n')
    with pytest.raises(ResumeError, match="not written by this version"):
        JobBook(output)
    book.path.unlink()
    book.path.mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        again.uploaded(job)
