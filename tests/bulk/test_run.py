"""A run against the simulator: its requests, its output, and the rows that a program reads."""

import anyio
import pytest

from mistralai.bulk import Limits, Run, run
from support.bulk import MODEL, asked, ids_of, lines_of, numbers, served, write_prompts


def test_every_row_is_asked_once_and_written_as_a_batch_result(tmp_path):
    prompts = write_prompts(tmp_path / "prompts.txt", 40)
    answers = tmp_path / "answers.jsonl"
    with served() as (sim, client):
        stats = run(client, prompts, answers, defaults={**MODEL, "temperature": 0})
        again = run(client, prompts, answers, defaults={**MODEL, "temperature": 0})
        assert set(asked(sim).values()) == {1}
        assert sim.requests[0].json["temperature"] == 0
    assert sorted(ids_of(answers), key=int) == numbers(40)
    line = min(lines_of(answers), key=lambda line: int(line["custom_id"]))
    assert line.keys() == {"id", "custom_id", "response", "error", "attempts", "timing"}
    assert line["response"].keys() == {"status_code", "request_id", "body"}
    assert line["response"]["body"]["choices"][0]["message"]["content"] == "Prompt 1"
    assert (line["error"], line["attempts"]) == (None, 1)
    assert line["timing"].keys() == {"ttft", "answer", "total"}
    assert (stats.rows, stats.done, stats.failed, stats.resumed) == (40, 40, 0, 0)
    assert stats.requests == 40
    assert stats.prompt_tokens == stats.completion_tokens == 80
    assert (again.done, again.resumed, again.requests) == (40, 40, 0)


def test_a_server_receives_two_seconds_of_requests_and_one_in_any_two_seconds(tmp_path):
    """Up to 0.4 s of requests more: those that the operating system has delayed."""
    prompts = write_prompts(tmp_path / "prompts.txt", 150)
    limits = Limits(requests_per_second=50)
    with served() as (sim, client):
        run(client, prompts, tmp_path / "answers.jsonl", defaults=MODEL, limits=limits)
        times = sorted(request.received_at for request in sim.requests)
    assert len(times) == 150
    most = max(sum(at <= other < at + 2 for other in times) for at in times)
    assert most <= 2 * 50 + 1 + 0.4 * 50


@pytest.mark.anyio
async def test_a_program_reads_every_row_as_it_ends(tmp_path):
    prompts = write_prompts(tmp_path / "prompts.txt", 300)  # more than wait for a reader
    with served() as (_, client):
        async with Run(client, prompts, tmp_path / "a.jsonl", defaults=MODEL, ordered=True) as job:
            rows = [row async for row in job]
    assert sorted(row.number for row in rows) == [*range(1, 301)]
    assert all(row.text == f"Prompt {row.id}" and row.succeeded for row in rows)
    assert job.stats.done == 300
    assert ids_of(tmp_path / "a.jsonl") == numbers(300)


def test_run_refuses_to_block_an_event_loop(tmp_path):
    async def in_a_notebook():
        with served() as (_, client), pytest.raises(RuntimeError, match=r"use\W+`async with Run"):
            run(client, [], tmp_path / "answers.jsonl")

    anyio.run(in_a_notebook)
