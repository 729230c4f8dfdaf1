"""A second run on the same output: it continues, or says what differs."""

import json
import os
import shutil
import subprocess

import anyio
import pytest

from mistralai.bulk import BulkError, InputError, OutputError, ResumeError, Run, run
from mistralai.simulator import Answer, Gate, Scenario, faults
from support.bulk import MODEL, asked, ids_of, lines_of, numbers, served, write_prompts

REFUSED = {
    "a changed line": (
        lambda path: path.write_text(path.read_text().replace("Prompt 3", "Prompt three")),
        {},
        "row 3 of the input (line 3) was another one",
    ),
    "a line less": (
        lambda path: write_prompts(path, 4),
        {},
        "the input has 4 rows, fewer than before",
    ),
    "an empty line more, which changes the numbers": (
        lambda path: path.write_text("\n" + path.read_text()),
        {},
        "row 1 of the input (line 2) was another one",
    ),
    "another default": (
        None,
        {"defaults": {"model": "n"}},
        'the default \'model\' was "m" and is "n"',
    ),
    "a new default": (
        None,
        {"defaults": {"model": "m", "top_p": 0.5}},
        "the default 'top_p' was not set and is 0.5",
    ),
    "a simulated server": (
        None,
        {"simulated": True},
        "the server was not simulated and is simulated",
    ),
    "an iterable": (
        None,
        {"rows": ["Prompt 1"]},
        "input from a pipe or an iterable cannot be compared",
    ),
}


@pytest.fixture
def files(tmp_path):
    return write_prompts(tmp_path / "prompts.txt", 5), tmp_path / "answers.jsonl"


def again(client, prompts, answers, rows=None, **settings):
    return run(client, rows or prompts, answers, **{"defaults": MODEL, **settings})


def test_what_differs_is_refused_and_nothing_is_changed(files, subtests):
    prompts, answers = files
    with served() as (sim, client):
        again(client, prompts, answers)
        before, text = answers.read_bytes(), prompts.read_text()
        header = answers.with_name("answers.jsonl.run").read_bytes()
        for name, (change, settings, message) in REFUSED.items():
            with subtests.test(name):
                if change is not None:
                    change(prompts)
                with pytest.raises(ResumeError) as raised:
                    again(client, prompts, answers, **settings)
                assert message in str(raised.value)
                assert "--restart" in str(raised.value)
                assert answers.read_bytes() == before
                assert answers.with_name("answers.jsonl.run").read_bytes() == header
                prompts.write_text(text)
        assert len(sim.requests) == 5
        assert len([*answers.parent.iterdir()]) == 3
    with served() as (_, other), pytest.raises(ResumeError, match=r"the server was http://127.*"):
        again(other, prompts, answers)


def test_an_output_without_its_run_file_is_refused(files):
    prompts, answers = files
    answers.write_text("something of mine\n")
    with served() as (sim, client):
        with pytest.raises(ResumeError, match=r"there is no answers\.jsonl\.run"):
            again(client, prompts, answers)
        assert sim.requests == []
    assert answers.read_text() == "something of mine\n"
    assert {path.name for path in answers.parent.iterdir()} == {"prompts.txt", "answers.jsonl"}


def test_an_output_that_is_not_a_file_of_a_run_is_refused(tmp_path, subtests):
    pytest.importorskip("pyarrow")
    prompts = tmp_path / "prompts.parquet"
    prompts.write_text("something of mine\n")
    lines = write_prompts(tmp_path / "prompts.txt", 2)
    os.mkfifo(tmp_path / "pipe")
    mine, other = tmp_path / "mine.parquet", tmp_path / "other.txt"
    mine.write_text("something of mine\n")
    other.symlink_to(lines)
    refused = {
        "the input itself": (lines, lines, InputError, "has the prompts"),
        "the input by another name": (lines, other, InputError, "has the prompts"),
        "the input as a table": (prompts, prompts, InputError, "has the prompts"),
        "a pipe": (lines, tmp_path / "pipe", OutputError, "not a regular file"),
    }
    before = {*tmp_path.iterdir()}
    with served() as (sim, client):
        for name, (rows, place, error, message) in refused.items():
            with subtests.test(name), pytest.raises(error, match=message):
                again(client, rows, place, restart=True)
        with pytest.raises(ResumeError, match=r"no mine\.parquet\.jsonl"):
            again(client, lines, mine)
        assert sim.requests == []
        assert {*tmp_path.iterdir()} == before
        assert again(client, lines, mine, restart=True).done == 2
        assert again(client, lines, mine).resumed == 2
    assert (tmp_path / "mine.parquet.old").read_text() == "something of mine\n"


def test_a_restart_keeps_the_old_output(files):
    prompts, answers = files
    with served() as (sim, client):
        again(client, prompts, answers)
        old = answers.read_bytes()
        again(client, prompts, answers, defaults={"model": "n"}, restart=True)
        assert len(sim.requests) == 10
        assert {line["response"]["body"]["model"] for line in lines_of(answers)} == {"n"}
        newer = answers.read_bytes()
        for model in "op":
            again(client, prompts, answers, defaults={"model": model}, restart=True)
    assert answers.with_name("answers.jsonl.old").read_bytes() == old
    assert answers.with_name("answers.jsonl.old.2").read_bytes() == newer
    assert answers.with_name("answers.jsonl.old.3").exists()


def test_lines_that_were_appended_are_asked(files):
    prompts, answers = files
    with served() as (sim, client):
        again(client, prompts, answers)
        write_prompts(prompts, 8)
        stats = again(client, prompts, answers)
        assert (stats.rows, stats.resumed, stats.requests) == (8, 5, 3)
        assert set(asked(sim).values()) == {1}
    assert sorted(ids_of(answers)) == numbers(8)


def test_rows_that_failed_are_asked_again_unless_they_are_to_be_kept(files):
    prompts, answers = files
    fails = Scenario(faults=[faults.Status(status=400, first=3)])
    with served(fails) as (sim, client):
        stats = again(client, prompts, answers)
        assert (stats.done, stats.failed) == (2, 3)
        kept = again(client, prompts, answers, keep_failed=True)
        assert (kept.done, kept.failed, kept.resumed, kept.requests) == (2, 3, 5, 0)
        stats = again(client, prompts, answers, ordered=True)
        assert (stats.done, stats.failed, stats.resumed, stats.requests) == (5, 0, 2, 3)
        assert len(sim.requests) == 8
    assert ids_of(answers) == numbers(5)
    assert all(line["error"] is None for line in lines_of(answers))


def test_an_output_keeps_its_mode_and_its_link_when_superseded_lines_are_dropped(files):
    prompts, answers = files
    target = answers.with_name("target.jsonl")
    with served(Scenario(faults=[faults.Status(status=400, first=3)])) as (_, client):
        again(client, prompts, answers)
        answers.rename(target).chmod(0o600)
        answers.symlink_to(target)
        assert again(client, prompts, answers, ordered=True).done == 5
    assert answers.is_symlink()
    assert ids_of(target) == numbers(5)
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_line_of_the_output_that_is_nested_too_deep_is_cut_off(files):
    prompts, answers = files
    with served() as (_, client):
        again(client, prompts, answers)
        first = answers.read_bytes().splitlines(keepends=True)[0]
        answers.write_bytes(first + b"[" * 100_000 + b"\n")
        assert again(client, prompts, answers).resumed == 1
    assert sorted(ids_of(answers)) == numbers(5)


def test_an_input_that_changes_during_the_run_is_noticed(files):
    prompts, answers = files

    async def change_in_between(client, change):
        async with Run(client, prompts, answers, defaults=MODEL, restart=True) as job:
            prompts.write_text(change(prompts.read_text()))  # before the first row is read
            return await job.finish()

    with served() as (_, client):
        stats = anyio.run(change_in_between, client, lambda text: text + "Prompt 6\n")
        assert (stats.rows, stats.done) == (5, 5)
        with pytest.raises(InputError, match="line 5 of the input changed during the run"):
            anyio.run(change_in_between, client, lambda text: text.replace("t 5", "t five"))
        with pytest.raises(InputError, match="the input became shorter during the run"):
            anyio.run(change_in_between, client, lambda text: text.replace("Prompt 6\n", ""))
        stats = again(client, prompts, answers, restart=True)
        assert (stats.rows, stats.done) == (5, 5)


def test_a_second_run_at_the_same_time_is_refused(files):
    prompts, answers = files
    gate = Gate()

    async def two_runs(client):
        async with Run(client, prompts, answers, defaults=MODEL) as job:
            with pytest.raises(ResumeError, match=r"another run is writing to answers\.jsonl"):
                async with Run(client, prompts, answers, defaults=MODEL):
                    pass
            gate.open()
            return await job.finish()

    answer = Answer.of_events({"choices": [{"index": 0, "delta": {"content": "Yes"}}]})
    held = Answer(body=[gate, *answer.body])
    with served(held) as (_, client):
        assert anyio.run(two_runs, client).done == 5


@pytest.fixture
def read_only(tmp_path):
    """A folder in which nothing can be created, or `None` where root can do so in any."""
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o500)
    if os.geteuid():
        yield folder
        return
    command = [shutil.which("chattr") or "false", "+i", folder]
    is_immutable = not subprocess.run(command, check=False, capture_output=True).returncode
    yield folder if is_immutable else None
    if is_immutable:
        subprocess.run(["chattr", "-i", folder], check=True)


def test_an_output_that_cannot_be_written_is_an_error_before_the_first_request(
    files, read_only, subtests
):
    prompts, answers = files
    places = {
        "a missing folder": answers.parent / "missing" / "answers.jsonl",
        "a file as a folder": prompts / "answers.jsonl",
        "a file system without files": "/proc/answers.jsonl",
    }
    if read_only is not None:
        places["a read-only folder"] = read_only / "answers.jsonl"
    with served() as (sim, client):
        for name, place in places.items():
            with subtests.test(name), pytest.raises(OutputError, match="cannot be written"):
                again(client, prompts, place)
        assert sim.requests == []


INPUTS = {
    "a byte-order mark, CRLF, empty lines, and no end of the last line": (
        b"\xef\xbb\xbfOne\r\n\r\n  \r\nTwo\r\nThree",
        ["1", "4", "5"],
    ),
    "ids that are numbers": (
        b'{"custom_id": 7, "prompt": "One"}\n{"id": -1, "prompt": "Two"}\n',
        ["7", "-1"],
    ),
    "ids of every kind": (
        '{"id": "é \\u0000 \\ud800", "prompt": "One"}\n{"id": "", "prompt": "T"}\n'.encode(),
        ["é \x00 \ud800", ""],
    ),
}
BAD = {
    "bad JSON": (b'One\n{"prompt": \n', "line 2 begins with a brace and is not valid JSON"),
    "an id twice": (
        b'{"id": "a", "prompt": "One"}\n\n{"id": "a", "prompt": "Two"}\n',
        "line 3 has the id 'a' a second time, that of row 1",
    ),
    "an id that is the number of another line": (
        b'{"id": 2, "prompt": "One"}\nTwo\n',
        "line 2 has no id, and its number is the id '2' a second time, that of row 1",
    ),
}


def test_a_file_of_any_form_is_read_and_continued(tmp_path, subtests):
    for number, (name, (text, ids)) in enumerate(INPUTS.items()):
        prompts, answers = tmp_path / f"{number}.jsonl", tmp_path / f"{number}-answers.jsonl"
        prompts.write_bytes(text)
        with subtests.test(name), served() as (sim, client):
            again(client, prompts, answers, ordered=True)
            assert [
                json.loads(line)["custom_id"] for line in answers.read_bytes().splitlines()
            ] == ids
            assert again(client, prompts, answers).resumed == len(ids)
            assert sim.requests[0].json["messages"][0]["content"] in {"One", "Two"}


def test_a_bad_row_of_a_file_is_an_error_or_fails(tmp_path, subtests):
    for number, (name, (text, message)) in enumerate(BAD.items()):
        prompts, answers = tmp_path / f"{number}.jsonl", tmp_path / f"{number}-answers.jsonl"
        prompts.write_bytes(text)
        with subtests.test(name), served() as (sim, client):
            with pytest.raises(InputError) as raised:
                again(client, prompts, answers)
            assert message in str(raised.value)
            assert raised.value.number == int(message.split()[1])
            assert (sim.requests, answers.exists()) == ([], False)
            for _ in range(2):
                stats = again(client, prompts, answers, skip_bad=True)
                assert (stats.rows, stats.done, stats.failed) == (2, 1, 1)
            errors = [line["error"] for line in lines_of(answers) if line["error"]]
            assert [error["type"] for error in errors] == ["InvalidRow"]
            assert message in errors[0]["message"]
            assert len(sim.requests) == 1


def test_a_row_without_a_model_is_an_error_that_says_where_to_give_one(tmp_path):
    prompts = write_prompts(tmp_path / "prompts.txt", 1)
    with served() as (_, client), pytest.raises(BulkError, match=r"line 1 has no 'model'.*-m"):
        again(client, prompts, tmp_path / "answers.jsonl", defaults={})
