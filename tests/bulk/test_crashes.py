"""A run that is killed, loses power or fills its disk loses nothing that was written."""

import os
import random
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from mistralai import Mistral
from mistralai.bulk import run
from mistralai.bulk.ids import Ids
from mistralai.bulk.journal import Journal, State
from mistralai.bulk.opening import RowMaker, open_output
from mistralai.bulk.outcomes import Outcome, RowError
from mistralai.bulk.runfile import Header
from mistralai.bulk.sources import FileSource
from mistralai.simulator import Reply, Scenario, Timing
from support.bulk import MODEL, asked, ids_of, lines_of, numbers, served, write_prompts
from support.processes import running
from support.programs import PROGRAMS

ROWS = 400
KILLS = 50
SLOW = Scenario(Reply(text="Yes"), timing=Timing(first=0.004))


class Children:
    """A process that runs the same bulk run in one child after the other."""

    def __init__(self, process):
        self._process = process

    def begin(self, largest_file=0):
        """Begin a child; return its process id."""
        self._process.stdin.write(f"{largest_file}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self):
        """Wait for the end of a child; return what it printed."""
        printed = [*iter(self._process.stdout.readline, "ended\n")]
        return "".join(printed)


@contextmanager
def children(*arguments):
    command = (sys.executable, PROGRAMS / "runs_in_children.py", *arguments)
    pipe = subprocess.PIPE
    with running(*command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout.readline() == "ready\n"
        yield Children(process)
        process.stdin.close()
        process.wait(30)


def succeeded(path):
    """The ids with a success, and that no line is broken."""
    whole = path.read_bytes()
    lines = whole[: whole.rfind(b"\n") + 1]  # the last one may be torn
    path.with_name("read.jsonl").write_bytes(lines)
    return [line["custom_id"] for line in lines_of(path.with_name("read.jsonl"))]


def test_fifty_kills_cost_only_what_was_in_flight(tmp_path):
    prompts = write_prompts(tmp_path / "prompts.txt", ROWS)
    answers = tmp_path / "answers.jsonl"
    rng = random.Random(16)
    in_flight = 0
    with served(SLOW) as (sim, _), children(sim.url, prompts, answers) as runs:
        for _ in range(KILLS):
            done = succeeded(answers) if answers.exists() else []
            before = len(sim.requests)
            pid = runs.begin()
            sim.wait_for_requests(before + min(rng.randint(1, 12), ROWS - len(done)))
            os.kill(pid, signal.SIGKILL)
            runs.end()
            with Mistral("key", server_url=sim.url) as client:  # accepted after all of the run's
                client.chat.complete(**MODEL, messages=[{"role": "user", "content": "Last"}])
            sim.wait_for_connections()
            prompts_sent = (request.json["messages"][0]["content"] for request in sim.requests)
            *sent, last = [*prompts_sent][before:]
            assert last == "Last"
            assert not {f"Prompt {row_id}" for row_id in done} & set(sent)
            lost = len(sent) - (len(succeeded(answers)) - len(done))
            assert lost <= 16
            in_flight += lost
        runs.begin()
        assert runs.end() == ""
        assert len(sim.requests) - 1 - KILLS == ROWS + in_flight
    assert sorted(ids_of(answers), key=int) == numbers(ROWS)


def test_a_full_disk_is_an_error_after_which_the_run_continues(tmp_path):
    prompts = write_prompts(tmp_path / "prompts.txt", 60)
    answers = tmp_path / "answers.jsonl"
    with served() as (sim, _), children(sim.url, prompts, answers) as runs:
        runs.begin(largest_file=9000)
        message = runs.end()
        assert message.startswith(f"OutputError: {answers} cannot be written: File too large.")
        written = set(ids_of(answers))
        assert 0 < len(written) < 60
        runs.begin()
        assert runs.end() == ""
        repeated = {f"Prompt {row_id}" for row_id in written}
        assert all(asked(sim)[text] == 1 for text in repeated)
    assert sorted(ids_of(answers), key=int) == numbers(60)


def journal_lines(count):
    return [Outcome(str(n + 1), n + 1, n, 200, body='{"model":"m"}').line() for n in range(count)]


def all_ids(count):
    ids = Ids()
    for place in range(count):
        ids.add(str(place + 1), place)
    return ids


def test_what_an_output_belongs_to_is_synced_and_renamed_before_its_first_line(tmp_path):
    prompts, output = write_prompts(tmp_path / "prompts.txt", 3), tmp_path / "answers.jsonl"
    synced = []

    def note(descriptor):
        file = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((file.name, os.fstat(descriptor).st_size, output.exists()))

    source = FileSource(prompts, {}, frozenset())
    maker = RowMaker({}, needs_model=False, skip_bad=False)
    header = Header("http://server", False, {}, True)
    opened = open_output(output, header, source, maker, restart=False, fsync=note)
    try:
        whole = (tmp_path / "answers.jsonl.run").read_bytes()
        assert whole.count(b"\n") == 1 + 3
        assert synced == [("answers.jsonl.run.tmp", len(whole), False)]
        assert output.read_bytes() == b""
        assert not (tmp_path / "answers.jsonl.run.tmp").exists()
    finally:
        opened.close()


def test_power_loss_costs_only_what_was_not_synced(tmp_path):
    """Whatever prefix of the unsynced writes is on the disk, the whole lines in it are kept."""
    lines = journal_lines(9)
    synced = []
    journal = Journal(tmp_path / "whole.jsonl", fsync=lambda _: synced.append(journal_size()))

    def journal_size():
        return (tmp_path / "whole.jsonl").stat().st_size

    for index, line in enumerate(lines):
        journal.write(index, line, State.SUCCEEDED)
        if index == 6:
            journal.sync()
    journal.close()
    whole = (tmp_path / "whole.jsonl").read_bytes()
    assert synced == [sum(map(len, lines[:7]))]
    path, ids = tmp_path / "part.jsonl", all_ids(9)
    for size in range(synced[0], len(whole) + 1):
        for garbage in (b"", bytes(20)):
            path.write_bytes(whole[:size] + garbage)
            again = Journal(path, ids, fsync=lambda _: None)
            kept = again.count(State.SUCCEEDED)
            again.close()
            assert path.read_bytes() == b"".join(lines[:kept])
            assert kept >= 7
            assert len(b"".join(lines[: kept + 1])) > size or kept == 9


def test_a_run_continues_after_a_torn_line(tmp_path):
    prompts = write_prompts(tmp_path / "prompts.txt", 12)
    answers = tmp_path / "answers.jsonl"
    with served() as (sim, client):
        run(client, prompts, answers, defaults=MODEL)
        whole = answers.read_bytes()
        kept = ids_of(answers)[:8]
        answers.write_bytes(b"".join(whole.splitlines(keepends=True)[:9])[:-10])
        stats = run(client, prompts, answers, defaults=MODEL)
        assert (stats.resumed, stats.requests) == (8, 4)
        assert all(asked(sim)[f"Prompt {row_id}"] == 1 for row_id in kept)
    assert sorted(ids_of(answers), key=int) == numbers(12)


def test_a_copy_at_the_end_replaces_the_output_as_a_whole(tmp_path):
    """Superseded lines go, and where the copy cannot be made the output stays as it is."""
    path = tmp_path / "answers.jsonl"
    failed = Outcome("2", 2, 1, error=RowError("InvalidRow", "bad")).line()
    first, second, third = journal_lines(3)

    def written(fsync=lambda _: None):
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)
        journal = Journal(path, fsync=fsync)
        journal.write(2, third, State.SUCCEEDED)
        journal.write(1, failed, State.FAILED)
        journal.write(1, second, State.SUCCEEDED)
        journal.write(0, first, State.SUCCEEDED)
        return journal

    written().finish(ordered=False)
    assert path.read_bytes() == third + second + first
    written().finish(ordered=True)
    assert path.read_bytes() == first + second + third

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    journal = written(full)
    with pytest.raises(OSError, match="No space left"):
        journal.finish(ordered=True)
    journal.close()
    assert path.read_bytes() == third + failed + second + first
    assert [*tmp_path.iterdir()] == [path]
