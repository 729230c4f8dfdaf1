"""A run as a part of a program: its inputs, its reader, its end."""

import asyncio
import contextlib
import csv
import threading

import anyio
import pytest

from mistralai.bulk import InputError, Limits, OutputError, ResumeError, Run, run
from mistralai.simulator import Answer, Gate
from support.bulk import MODEL, asked, ids_of, lines_of, numbers, served, write_prompts
from support.flows import DONE, ROLE, STOP, text

DEEP = '{"prompt": "Four", "x": %s}' % ("[" * 900 + "]" * 900)
ROWS = [
    "One",
    {"prompt": "Two", "id": "b"},
    '{"prompt": ',
    "",
    {"prompt": "Three", "id": "b"},
    DEEP,
    7,
]
IDS = ["1", "3", "6", "7", "b", "b (line 5)"]


async def as_async(rows):
    for row in rows:
        yield row


def broken():
    yield "One"
    raise OSError("the disk has gone")


def held(gate):
    """Answers that wait until a gate opens."""
    return Answer(body=[ROLE, text("Yes"), gate, STOP, DONE])


@pytest.mark.anyio
async def test_any_iterable_is_asked_and_checked_as_it_is_read(subtests):
    kinds = {"a list": ROWS, "a generator": (row for row in ROWS), "async": as_async(ROWS)}
    with served() as (sim, client):
        for name, rows in kinds.items():
            lines = []
            with subtests.test(name):
                async with Run(client, rows, lines.append, defaults=MODEL) as job:
                    outcomes = {row.id: row async for row in job}
                assert sorted(outcomes) == IDS
                assert {row_id for row_id, row in outcomes.items() if row.succeeded} == {"1", "b"}
                assert "line 5 has the id 'b' a second time" in outcomes["b (line 5)"].error.message
                assert (job.stats.rows, job.stats.done, job.stats.failed) == (6, 2, 4)
                assert len(lines) == 6
        assert asked(sim) == {"One": 3, "Two": 3}
        with pytest.raises(OSError, match="the disk has gone"):
            async with Run(client, broken(), None, defaults=MODEL) as job:
                await job.finish()
        with pytest.raises(TypeError, match="a path or an iterable, not int"):
            Run(client, 5, None)
        with pytest.raises(InputError, match=r"missing\.jsonl cannot be read: No such file"):
            Run(client, "missing.jsonl", None)


@pytest.mark.anyio
async def test_a_slow_reader_slows_the_run_and_none_does_not(tmp_path):
    prompts = write_prompts(tmp_path / "prompts.txt", 120)
    few, unread = Limits(concurrency=8), anyio.Event()
    lines = []

    def write(line):
        lines.append(line)
        if len(lines) == 260:
            unread.set()

    with served() as (sim, client):
        async with Run(client, prompts, None, defaults=MODEL, limits=few) as job:
            assert (await anext(job)).succeeded
            # The row that was read, those that wait for the reader, and one of each worker.
            await anyio.to_thread.run_sync(sim.wait_for_requests, 1 + 64 + 8)
            with pytest.raises(TimeoutError):
                await anyio.to_thread.run_sync(sim.wait_for_requests, 1 + 64 + 8 + 1, 0.2)
            assert (await job.finish()).done == 120
        async with Run(client, ["One"] * 270, write, defaults=MODEL) as job:
            await unread.wait()
            with pytest.raises(RuntimeError, match="nobody read the first 250 rows"):
                await anext(job)
    assert job.stats.done == 270


@pytest.mark.anyio
async def test_a_run_that_is_stopped_lets_go_of_its_iterable():
    """The iterator has no end: its thread waits for the next time that it is asked."""
    threads = []

    def endless():
        threads.append(threading.current_thread())
        while True:
            yield "One"

    with served() as (_, client):
        async with Run(client, endless(), None, defaults=MODEL) as job:
            assert (await anext(job)).succeeded
            job.stop()
    (thread,) = threads
    await anyio.to_thread.run_sync(thread.join, 10)
    assert not thread.is_alive()


@pytest.mark.anyio
async def test_a_reader_beside_finish_is_told_that_it_missed_rows(tmp_path):
    prompts = write_prompts(tmp_path / "prompts.txt", 120)
    with served() as (_, client):
        async with Run(client, prompts, None, defaults=MODEL) as job:
            assert (await anext(job)).succeeded
            assert (await job.finish()).done == 120
            with pytest.raises(RuntimeError, match=r"since `finish\(\)`.* are only in"):
                async for _ in job:
                    pass


@pytest.mark.anyio
async def test_a_run_that_did_not_begin_is_not_waited_for(tmp_path):
    with served() as (_, client):
        job = Run(client, ["One"], tmp_path / "missing" / "answers.jsonl", defaults=MODEL)
        with pytest.raises(OutputError):
            await job.__aenter__()
        with anyio.fail_after(10), pytest.raises(RuntimeError, match="did not begin"):
            await job.finish()
        with anyio.fail_after(10), pytest.raises(RuntimeError, match="did not begin"):
            await anext(job)


@pytest.mark.anyio
async def test_the_end_of_the_body_decides_what_becomes_of_the_rest(tmp_path):
    prompts = write_prompts(tmp_path / "prompts.txt", 30)
    gate = Gate()

    async def fail_in_body(job, sim):
        async with job:
            await anyio.to_thread.run_sync(sim.wait_for_requests, 16)
            gate.open()
            raise KeyError("a bug of the program")

    with served(held(gate)) as (sim, client):
        with anyio.CancelScope() as scope:
            async with Run(client, prompts, tmp_path / "a.jsonl", defaults=MODEL) as cancelled:
                await anyio.to_thread.run_sync(sim.wait_for_requests, 8)
                scope.cancel()
                await anyio.sleep_forever()
        assert (cancelled.stats.done, cancelled.stopped) == (0, True)
        await anyio.to_thread.run_sync(sim.wait_for_connections)
        raised = Run(client, prompts, tmp_path / "a.jsonl", defaults=MODEL)
        with pytest.raises(KeyError):
            await fail_in_body(raised, sim)
        assert (raised.stats.done, raised.stopped) == (8, True)
        async with Run(client, prompts, tmp_path / "a.jsonl", defaults=MODEL) as left:
            pass
        assert (left.stats.done, left.stats.resumed, left.stopped) == (30, 8, False)
        assert len(sim.requests) == 8 + 30
        with pytest.raises(RuntimeError, match="entered once"):
            await left.__aenter__()


@pytest.mark.anyio
async def test_an_input_is_not_read_to_its_end_after_a_cancellation(tmp_path):
    prompts, answers = tmp_path / "prompts.txt", tmp_path / "answers.jsonl"
    prompts.write_text("One\n" * 200_000 + "{ bad\n")  # the end would be an error

    async def enter(client):
        async with Run(client, prompts, answers, defaults=MODEL):
            pass

    with served() as (_, client):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(enter, client)
            while not answers.with_name("answers.jsonl.run.tmp").exists():
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
    assert [*tmp_path.iterdir()] == [prompts]


def test_a_run_that_is_cancelled_while_it_opens_leaves_its_output_free(tmp_path):
    """asyncio's own cancellation returns while a thread still reads the input."""
    prompts = write_prompts(tmp_path / "prompts.txt", 3000)
    answers = tmp_path / "answers.jsonl"

    async def enter(client):
        async with Run(client, prompts, answers, defaults=MODEL) as job:
            job.drop()
        return job.stats.rows

    async def cancel_and_enter(client):
        task = asyncio.create_task(enter(client))
        while not answers.with_name("answers.jsonl.run").exists():
            await anyio.lowlevel.checkpoint()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while True:
            with contextlib.suppress(ResumeError):  # until the thread has ended
                return await enter(client)

    with served() as (_, client):
        assert asyncio.run(cancel_and_enter(client)) == 3000


def test_a_record_with_more_cells_than_columns_is_bad(tmp_path):
    """Its prompt would be cut off at the comma."""
    prompts, answers = tmp_path / "prompts.csv", tmp_path / "answers.jsonl"
    prompts.write_text('id,prompt\na,"One, two"\nb,Three, four\n')
    with served() as (sim, client):
        with pytest.raises(InputError, match="line 2 has 3 cells and the table 2 columns"):
            run(client, prompts, answers, defaults=MODEL)
        stats = run(client, prompts, answers, defaults=MODEL, skip_bad=True)
        assert (stats.done, stats.failed) == (1, 1)
        assert asked(sim) == {"One, two": 1}


def test_a_cell_may_be_a_long_document_and_a_suffix_in_capitals(tmp_path):
    prompts = tmp_path / "PROMPTS.CSV"
    prompts.write_text(f"prompt\n{'word ' * 40_000}\n")  # longer than Python's own limit
    with served() as (sim, client):
        assert run(client, prompts, None, defaults=MODEL).done == 1
        assert [len(prompt) for prompt in asked(sim)] == [200_000]


def test_tables_are_read_and_written(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    with (tmp_path / "prompts.csv").open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["key", "question", "temperature", "author"])
        writer.writerow(["a", "One,\n or two?", "0.5", "someone"])
        writer.writerow(["b", "Two", "", ""])
    mapping = {"prompt": "question", "custom_id": "key"}
    with served() as (sim, client):
        output = tmp_path / "answers.parquet"
        stats = run(client, tmp_path / "prompts.csv", output, defaults=MODEL, mapping=mapping)
        assert stats.done == 2
        bodies = {request.json["messages"][0]["content"]: request.json for request in sim.requests}
        assert bodies["One,\n or two?"]["temperature"] == 0.5
        assert "temperature" not in bodies["Two"]
        assert not any("author" in body for body in bodies.values())
        table = parquet.read_table(output).to_pylist()
        assert {row["custom_id"]: row["text"] for row in table} == {
            "a": "One,\n or two?",
            "b": "Two",
        }
        assert all(row["finish_reason"] == "stop" and row["total"] > 0 for row in table)
        again = run(client, tmp_path / "prompts.csv", output, defaults=MODEL, mapping=mapping)
        assert (again.resumed, len(lines_of(tmp_path / "answers.parquet.jsonl"))) == (2, 2)

        (tmp_path / "half.jsonl").write_text('{"id": "a \\ud800", "prompt": "One"}\n')
        run(client, tmp_path / "half.jsonl", tmp_path / "half.parquet", defaults=MODEL)
        (row,) = parquet.read_table(tmp_path / "half.parquet").to_pylist()
        assert row["custom_id"] == r"a \ud800"

        records = {"prompt": ["One", "Two"], "n": [1, None]}
        parquet.write_table(pa.table(records), tmp_path / "prompts.parquet")
        run(client, tmp_path / "prompts.parquet", tmp_path / "p.jsonl", defaults=MODEL)
        assert sorted(ids_of(tmp_path / "p.jsonl")) == numbers(2)
        with pytest.raises(InputError, match="has no column 'q', which is mapped to 'prompt'"):
            run(client, tmp_path / "prompts.csv", None, defaults=MODEL, mapping={"prompt": "q"})
        with pytest.raises(InputError, match="has no column 'prompt', 'messages' or 'body'"):
            run(client, tmp_path / "prompts.csv", None, defaults=MODEL)
