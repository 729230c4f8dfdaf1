"""`mistralai run`: exit codes, the two streams, the line on a terminal, Ctrl-C."""

import json

from mistralai.bulk import Stats
from mistralai.cli.progress import clock, progress_line
from mistralai.simulator import Scenario, Simulator, faults
from support.batches import jobs_at
from support.bulk import ids_of, lines_of, numbers, write_prompts
from support.commands import QUIET, run_cli, run_here
from support.terminal import in_terminal

ENDINGS = {
    "every row is done": ((), 0, "rows      5 of 5 done; 0 failed"),
    "every row is done already": ((), 0, "continuing: 5 rows are finished already"),
    "another default": (("-t", "1"), 2, "the default 'temperature' was not set and is 1.0"),
    "start again": (("-t", "1", "--restart"), 0, "5 of 5 done; 0 failed"),
    "a key that is refused": (("--restart", "--simulate", "status-401"), 3, "Unauthorized"),
    "some rows fail": (("--restart", "--simulate", "status-400"), 7, "0 of 5 done; 5 failed"),
    "why they fail": (
        ("--restart", "--simulate", "status-400"),
        7,
        "errors    5 BadRequestError, the first in row ",
    ),
    "too many rows fail": (
        ("--restart", "--simulate", "status-400", "--max-errors", "0"),
        1,
        "more than max_errors = 0 allows",
    ),
    "nothing is sent": (("--dry-run", "--rps", "5"), 0, "requests       5 per second"),
    "a wrong limit": (("--max-errors", "x"), 2, "max_errors is 'x'; give a number"),
    "a number that is none": (("--max-errors", "²"), 2, "max_errors is '²'; give a number"),
    "a wrong mapping": (("--map", "prompt"), 2, "'prompt' is not FIELD=COLUMN"),
    "workers without an engine": (("--workers", "2"), 2, "--workers needs --engine ray"),
    "a rate of a batch": (("--engine", "batch", "--rps", "2"), 2, "--rps needs --engine local or"),
    "hours of another engine": (("--timeout-hours", "2"), 2, "needs --engine batch"),
    "a batch of standard output": (("--engine", "batch", "-o", "-"), 2, "a file for the answers"),
    "an order of standard output": (("--ordered", "-o", "-"), 2, "only a file can be sorted"),
    "a plan of a batch": (("--engine", "batch", "--dry-run"), 0, "batch jobs     one per model"),
    "a recording of workers": (("--engine", "ray", "--record", "r"), 2, "--record needs"),
    "an engine that is not installed": (("--engine", "ray"), 1, "pip install 'mistralai[ray]'"),
    "a column that is not there": (("--map", "prompt=q", "--restart"), 0, "5 of 5 done"),
}


def test_a_run_ends_with_a_code_and_a_summary(tmp_path, subtests):
    prompts = write_prompts(tmp_path / "prompts.txt", 5)
    for name, (words, code, says) in ENDINGS.items():
        simulate = () if "--simulate" in words else ("--simulate",)
        command = ("run", str(prompts), "-o", str(tmp_path / "answers.jsonl"), *words, *simulate)
        with subtests.test(name):
            done = run_here(*command)
            assert (done.stdout, done.returncode) == ("", code)
            assert says in done.stderr
            assert "Traceback" not in done.stderr


def test_the_file_of_the_figures_is_checked_before_the_first_request(tmp_path, subtests):
    prompts, answers = write_prompts(tmp_path / "prompts.txt", 2), tmp_path / "answers.jsonl"
    command = ("run", str(prompts), "-o", str(answers), "--simulate", "--stats-json")
    assert run_here(*command, str(tmp_path / "stats.json")).returncode == 0
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    refused = {
        prompts: "has the prompts or the answers",
        answers: "has the prompts or the answers",
        tmp_path / "missing" / "stats.json": f"no folder {tmp_path / 'missing'}",
    }
    for place, message in refused.items():
        with subtests.test(message):
            done = run_here(*command, str(place))
            assert (done.returncode, message in done.stderr) == (2, True)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_standard_input_becomes_standard_output(tmp_path):
    figures = tmp_path / "stats.json"
    with Simulator() as sim:
        done = run_cli(
            *("run", "-", "-o", "-", "-s", "Be brief.", "--stats-json", str(figures)),
            stdin='One\n{"prompt": \n{"prompt": "Two", "id": "b", "top_p": 0.5}\n',
            MISTRAL_API_KEY="key",
            MISTRAL_SERVER_URL=sim.url,
        )
        bodies = [request.json for request in sim.requests]
    lines = {line["custom_id"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert lines.keys() == {"1", "2", "b"}
    assert lines["2"]["error"]["type"] == "InvalidRow"
    assert done.returncode == 7
    assert {body["messages"][0]["content"] for body in bodies} == {"Be brief."}
    assert sorted(body.get("top_p", 1) for body in bodies) == [0.5, 1]
    stats = json.loads(figures.read_text())
    assert (stats["rows"], stats["done"], stats["failed"], stats["requests"]) == (3, 2, 1, 2)
    assert "(simulated" not in done.stderr


def test_a_file_of_an_input_that_is_read_once_cannot_be_continued(tmp_path):
    command = ("run", "-", "-o", str(tmp_path / "answers.jsonl"), "--simulate")
    first, second = (run_cli(*command, stdin="One\nTwo\n") for _ in range(2))
    assert first.returncode == 0
    assert first.stderr.startswith(f"{QUIET}the input is read once, so this run cannot be")
    assert sorted(ids_of(tmp_path / "answers.jsonl")) == ["1", "2"]
    assert second.returncode == 2
    assert "input from a pipe or an iterable cannot be compared" in second.stderr


def test_the_line_fits_the_columns(subtests):
    stats = Stats(rows=12_000, done=4_900, failed=100, in_flight=64, level=64, completion_tokens=9)
    stats.ttft_p50, stats.ttft_p95 = 0.31, 1.2
    wide = progress_line(stats, (21.5, 1234.5), columns=200)
    assert wide == (
        "4,900/12,000 done · 100 failed · 64 of 64 in flight · 21.5 rows/s · 1,234 tokens/s"
        " · TTFT 0.31, p95 1.20 s · 5:25 left"
    )
    narrow = progress_line(stats, (21.5, 1234.5), columns=80)
    assert narrow == (
        "4,900/12,000 done · 100 failed · 64 of 64 in flight · 21.5 rows/s · 5:25 left"
    )
    for columns in range(5, 120):
        with subtests.test(columns):
            line = progress_line(stats, (1, 1), columns=columns, paused=59, note="stopping")
            assert len(line) <= columns
    assert [clock(seconds) for seconds in (5, 65, 3725)] == ["5 s", "1:05", "1:02:05"]


def test_ctrl_c_finishes_what_runs_and_again_drops_it(tmp_path):
    prompts = write_prompts(tmp_path / "prompts.txt", 30)
    answers = tmp_path / "answers.jsonl"
    stalls = Scenario(faults=[faults.Stall(), faults.Status(status=400, first=2)])
    settings = {"MISTRAL_API_KEY": "key", "columns": 100}
    with Simulator(stalls) as sim:
        command = ("run", str(prompts), "-o", str(answers), "--server-url", sim.url)
        with in_terminal(*command, "--concurrency", "8", **settings) as terminal:
            terminal.wait_for("0/30 done · 2 failed · 8 of 8 in flight")
            terminal.resize(60, 20)
            terminal.send("\x03")
            terminal.wait_for("Ctrl-C: finishing what runs; once more drops it")
            terminal.send("\x03")
            assert terminal.wait_for_end() == 130
            shown = terminal.text
    assert "stopped; the same command again continues" in shown
    assert "in flight" not in shown  # the line is gone
    assert [line["error"]["type"] for line in lines_of(answers)] == ["BadRequestError"] * 2
    with Simulator() as sim:
        run_here(
            *("run", str(prompts), "-o", str(answers), "--restart"),
            MISTRAL_API_KEY="key",
            MISTRAL_SERVER_URL=sim.url,
        )
    assert sorted(ids_of(answers), key=int) == numbers(30)


def test_batch_jobs_go_on_after_ctrl_c_and_can_be_cancelled(tmp_path):
    prompts = write_prompts(tmp_path / "prompts.txt", 4)
    answers = tmp_path / "answers.jsonl"
    command = ("run", str(prompts), "-o", str(answers), "--engine", "batch")
    with Simulator() as sim:
        settings = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
        with in_terminal(*command, **settings, columns=100) as terminal:
            terminal.wait_for("0/4 done · 1 batch job: 1 running · 0 of 4 answered")
            terminal.send("\x03")
            assert terminal.wait_for_end() == 130
            shown = " ".join(terminal.text.split())
        (job_id,) = (job["id"] for job in jobs_at(sim))
        assert f"1 batch job ({job_id}) stays at the server; --cancel cancels it" in shown
        assert "stopped; the same command again continues" in shown
        refused = run_here("run", str(prompts), "-o", str(answers), **settings)
        assert (refused.returncode, job_id in refused.stderr) == (2, True)
        cancelled = run_here(*command, "--cancel", **settings)
        assert cancelled.returncode == 0
        assert f"continuing with 1 batch job ({job_id})" in cancelled.stderr
        assert "2 of 4 done; 0 failed" in cancelled.stderr
        assert "stopped; the same command without --cancel continues" in cancelled.stderr
    assert ids_of(answers) == numbers(2)
