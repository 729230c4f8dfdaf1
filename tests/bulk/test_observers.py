"""Runs as observers of the client see them: a scope whose rows are inside, in any process."""

from contextlib import nullcontext

import anyio
import pytest

from mistralai.bulk import Limits, Run
from mistralai.client.errors import AuthenticationError
from mistralai.simulator import Answer, Gate, Scenario, faults
from support.batches import InJobs
from support.bulk import MODEL, served, write_prompts
from support.observing import Recorder, here
from support.serving import DONE, chunk, event

COUNTS = ("asked", "answered", "failed", "skipped")


def observed(client):
    recorder = Recorder()
    client.sdk_configuration.observers = [recorder]
    return recorder


def figures(root):
    """Return the end reason of a run's scope and its counts."""
    attributes = root.attributes
    return attributes["mistralai.end_reason"], [
        attributes[f"mistralai.bulk.{name}"] for name in COUNTS
    ]


@pytest.mark.anyio
async def test_the_calls_of_rows_are_inside_the_scope_of_their_run():
    seen = []

    async def rows():
        for number in range(3):
            seen.append(here())
            yield f"Prompt {number}"

    def output(_):
        seen.append(here())

    with served() as (_, client):
        recorder = observed(client)
        with client.observe("mine"):
            async with Run(client, rows(), output, defaults=MODEL) as job:
                seen += [here() async for _ in job]
    assert recorder.tree() == ["mine", ["mistralai.bulk", ["chat"] * 3]]
    assert set(seen) == {"mine"}
    of_run = recorder.seen[1]
    assert of_run.outcomes == [None]
    assert figures(of_run) == ("done", [3, 3, 0, 0])


@pytest.mark.anyio
async def test_the_calls_of_batch_jobs_are_inside_the_scope_of_their_run(tmp_path):
    prompts = write_prompts(tmp_path / "p.txt", 1)
    engine = InJobs()
    with served() as (_, client):
        recorder = observed(client)
        async with Run(client, prompts, tmp_path / "a.jsonl", defaults=MODEL, engine=engine) as job:
            assert [here() async for _ in job] == [None]
    name, calls = recorder.tree()
    assert (name, len(calls)) == (
        "mistralai.bulk",
        1 + 1 + 2 + 1,
    )  # upload, create, looks, download
    assert figures(recorder.root) == ("done", [1, 1, 0, 0])


@pytest.mark.anyio
async def test_a_run_that_is_continued_says_what_it_skipped(tmp_path):
    prompts, answers = write_prompts(tmp_path / "p.txt", 3), tmp_path / "a.jsonl"
    fault = Scenario(faults=[faults.Status(status=400, first=1)])
    ends = []
    with served(fault) as (_, client):
        for limits in (Limits(concurrency=1), Limits(max_errors=0)):
            recorder = observed(client)
            async with Run(client, prompts, answers, defaults=MODEL, limits=limits) as job:
                await job.finish()
            root = recorder.root
            assert root.attributes["mistralai.bulk.rows"] == 3
            ends.append(figures(root))
    assert ends == [("done", [3, 2, 1, 0]), ("done", [1, 1, 0, 2])]


@pytest.mark.anyio
async def test_however_a_run_ends_its_scope_says_how(subtests):
    fatal = Scenario(faults=[faults.Status(status=401)])
    for way, error in [("stopped", None), ("dropped", None), ("error", "AuthenticationError")]:
        gate = Gate()
        held = Answer(body=[event(chunk("a")), gate, event(chunk("b", "stop")), DONE])
        with subtests.test(way), served(fatal if error else held) as (sim, client):
            recorder = observed(client)
            raised = nullcontext() if error is None else pytest.raises(AuthenticationError)
            async with client:
                with raised:
                    async with Run(
                        client,
                        map(str, range(9)),
                        None,
                        defaults=MODEL,
                        limits=Limits(concurrency=1),
                    ) as job:
                        await anyio.to_thread.run_sync(sim.wait_for_requests, 1)
                        if way == "stopped":
                            job.stop()
                        elif way == "dropped":
                            job.drop()
                        gate.open()
                        await job.finish()
            root = recorder.root
            answered = int(way == "stopped")
            assert figures(root) == (way, [1, answered, int(way == "error"), 0])
            assert [type(end).__name__ for end in root.outcomes] == [error or "NoneType"]
            assert all(len(each.outcomes) == 1 for each in recorder.seen)
