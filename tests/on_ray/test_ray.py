"""Bulk runs with workers on Ray: real clusters, real deaths. Run by `make test-ray`."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mistralai.simulator import Answer, Gate, Simulator
from support.bulk import ids_of, lines_of, numbers, write_prompts
from support.programs import PROGRAMS
from support.serving import DONE, chunk, event

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None or sys.platform != "linux",
        reason="needs Ray, and the processes in /proc",
    ),
]

KEY = "sk-a-key-that-nobody-may-see-0123456789"
LEVEL = 16
"""The most rows that the programs ask at the same time."""


@pytest.fixture
def session():
    """A folder for the sessions of Ray, with a short name: sockets are below it."""
    folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def environment_of(session):
    """Return the variables of a program that keeps the files of Ray in a folder."""
    return {**os.environ, "RAY_TMPDIR": str(session), "RAY_AUTH_MODE": "disabled"}


@contextmanager
def running(program, session, *arguments):
    """Run a program with the key on its standard input."""
    with subprocess.Popen(
        [sys.executable, PROGRAMS / program, *map(str, arguments)],
        env=environment_of(session),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdin.write(f"{KEY}\n")
        process.stdin.close()
        process.stdin = None  # `communicate` would flush it
        try:
            yield process
        finally:
            process.kill()


def output_of(process):
    """Wait for the end of a program, and return what it printed, without what Ray did."""
    out, err = process.communicate(timeout=170)
    assert process.returncode == 0, err
    return [line[5:] for line in out.splitlines() if line.startswith("run: ")]


def workers_of(session):
    """Return the process ids of the workers whose cluster is in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name = (process / "cmdline").read_bytes()
            environment = (process / "environ").read_bytes()
        except OSError:  # it has ended, or is another user's
            continue
        if name.startswith(b"ray::Worker") and str(session).encode() in environment:
            found.append(int(process.name))
    return sorted(found)


def connections_of(pid, port):
    """Return the number of connections that a process has to a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {row[9] for row in rows if row[2].endswith(f":{port:04X}")}
    links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    return sum(link in {f"socket:[{inode}]" for inode in inodes} for link in links)


def shown_keys(*folders):
    """Return the files below some folders that contain the key, and how many there are."""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if KEY.encode() in file.read_bytes()], len(files)


def held_at(gate):
    return Answer(body=[event(chunk("a")), gate, event(chunk("b", "stop")), DONE])


def test_a_killed_worker_costs_its_rows_in_flight_and_the_key_is_in_no_file(tmp_path, session):
    prompts, answers = write_prompts(tmp_path / "p.txt", 300), tmp_path / "a"
    gate = Gate()
    with Simulator(held_at(gate)) as sim, Simulator(api_key="another") as refusing:
        arguments = ("--connected", prompts, answers, sim.url, refusing.url)
        with running("runs_on_ray.py", session, *arguments) as program:
            sim.wait_for_requests(8, timeout=60)  # the first level
            port = urlsplit(sim.url).port
            in_flight = {pid: connections_of(pid, port) for pid in workers_of(session)}
            assert len(in_flight) == 2
            killed = max(in_flight, key=in_flight.__getitem__)
            os.kill(killed, signal.SIGKILL)
            sim.wait_for_requests(8 + in_flight[killed], timeout=60)  # others ask its rows
            gate.open()
            ended, refused = output_of(program)
        assert len(sim.requests) == 300 + in_flight[killed]
        assert ended == f"300 0 0 {len(sim.requests)}"
        assert refused == "AuthenticationError"
    assert sorted(ids_of(answers.with_suffix(".0.jsonl")), key=int) == numbers(300)
    found, searched = shown_keys(session, tmp_path)
    assert found == []
    assert searched > 10  # the logs of Ray among them


def test_a_killed_driver_is_resumed_and_leaves_no_process(tmp_path, session):
    prompts, answers = write_prompts(tmp_path / "p.txt", 300), tmp_path / "a"
    with Simulator() as sim:
        arguments = ("--local", prompts, answers, sim.url)
        with running("runs_on_ray.py", session, *arguments) as program:
            sim.wait_for_requests(100, timeout=60)
            program.kill()
        written = len(lines_of_whole(answers.with_suffix(".0.jsonl")))
        with running("runs_on_ray.py", session, *arguments) as program:
            [ended] = output_of(program)
        done, failed, resumed, requests = ended.split()
        assert (done, failed) == ("300", "0")
        assert int(resumed) >= written
        assert len(sim.requests) <= 300 + LEVEL
    assert sorted(ids_of(answers.with_suffix(".0.jsonl")), key=int) == numbers(300)
    assert all(line["error"] is None for line in lines_of(answers.with_suffix(".0.jsonl")))
    assert requests == str(300 - int(resumed))
    deadline = time.monotonic() + 30
    while workers_of(session) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert workers_of(session) == []


def test_rows_of_workers_are_inside_the_span_of_their_run(tmp_path, session):
    prompts, file = write_prompts(tmp_path / "p.txt", 30), tmp_path / "spans.jsonl"
    with Simulator() as sim:
        with running("traces_on_ray.py", session, prompts, file, sim.url) as program:
            assert output_of(program) == ["30 0"]
        assert len(sim.requests) == 30
    spans = lines_of(file)
    [of_run] = [span for span in spans if span["name"] == "mistralai.bulk"]
    rows = {
        span["context"]["span_id"]: span for span in spans if span["name"] == "mistralai.bulk.row"
    }
    calls = [span for span in spans if span["name"] == "chat m"]
    assert {span["context"]["trace_id"] for span in spans} == {of_run["context"]["trace_id"]}
    assert {row["parent_id"] for row in rows.values()} == {of_run["context"]["span_id"]}
    assert sorted(row["attributes"]["mistralai.bulk.row"] for row in rows.values()) == [
        *range(1, 31)
    ]
    assert sorted(call["parent_id"] for call in calls) == sorted(rows)
    workers = {span["resource"]["attributes"]["process.pid"] for span in calls}
    assert len(workers - {of_run["resource"]["attributes"]["process.pid"]}) == 2
    assert of_run["attributes"]["mistralai.bulk.answered"] == 30
    assert KEY not in file.read_text()


def lines_of_whole(path):
    """Return the complete lines of an output."""
    return [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def test_the_command_line_writes_the_answers_of_workers_to_standard_output(session):
    command = ("run", "-", "-o", "-", "--engine", "ray", "--workers", "2")
    with Simulator() as sim:
        done = subprocess.run(
            [sys.executable, "-m", "mistralai", *command],
            env={**environment_of(session), "MISTRAL_API_KEY": KEY, "MISTRAL_SERVER_URL": sim.url},
            input="".join(f"Prompt {number}\n" for number in range(1, 31)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert len(sim.requests) == 30
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted((line["custom_id"] for line in lines), key=int) == numbers(30)
    assert "30 of 30 done" in done.stderr
    assert shown_keys(session)[0] == []


def test_pipelines_of_ray_data_get_an_answer_or_an_error_for_each_row(session):
    with (
        Simulator() as sim,
        running("asks_with_ray_data.py", session, sim.url) as program,
    ):
        by_row, by_batch, told = map(json.loads, output_of(program))
        assert len(sim.requests) == 39 + 39 + 40
    wanted = [[f"Prompt {n}", 1] for n in range(40)]
    assert told == wanted
    wanted[7] = ["InvalidRow", 0]
    assert by_row == wanted
    assert by_batch == wanted
    found, searched = shown_keys(session)
    assert found == []
    assert searched > 10
