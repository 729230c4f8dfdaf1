"""Conversations on disk: how they are saved, survive a crash, and are listed and removed."""

import json
import os
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager

import pytest

from mistralai.cli.output import Output
from mistralai.cli.sessions.file import complete_lines
from mistralai.cli.sessions.folder import Sessions
from mistralai.cli.sessions.keeper import Keeper
from mistralai.simulator import At, Reply, Scenario, Simulator, faults
from support.commands import ask, run_cli, run_here
from support.processes import running

if sys.platform == "win32":
    pytest.skip("kills processes and limits files as on Unix", allow_module_level=True)

SECRET = "sk-0123456789abcdef"


@pytest.fixture
def folder(home):
    """Return the folder of the sessions."""
    return home / "data" / "mistralai" / "sessions"


def sent(sim):
    """Return who said what in the last request."""
    return [(message["role"], message["content"]) for message in sim.requests[-1].json["messages"]]


def turns(*texts):
    """Return the messages of a conversation with an echo; the last one has no answer."""
    roles = ("user", "assistant")
    both = [(role, text) for text in texts for role in roles]
    return both[:-1]


@contextmanager
def begun(sim, *words):
    """Start `mistralai chat` in a process of its own, and wait for its first output."""
    server = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    command = (sys.executable, "-m", "mistralai", "chat", *words)
    with running(*command, env={**os.environ, **server}, **pipes) as process:
        assert process.stdout.read(1)
        yield process


def test_an_answer_in_a_pipe_is_saved_and_continued(sim, folder):
    ask(sim, "-m", "small", "-s", "Be brief", "one")
    ask(sim, "-c", "two")
    assert sent(sim) == [("system", "Be brief"), *turns("one", "two")]
    assert sim.requests[-1].json["model"] == "small"
    ask(sim, "--session", "rome", "three")
    ask(sim, "--session", "rome", "-m", "large", "four")
    assert sent(sim) == turns("three", "four")
    assert sim.requests[-1].json["model"] == "large"
    ask(sim, "five", run=run_cli)
    ask(sim, "-c", "six")
    assert sent(sim) == turns("five", "six")
    files = [*folder.iterdir()]
    assert len(files) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)} == {0o700}


def test_attachments_and_thinking_are_sent_again(tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("Rome\n")
    with Simulator([Scenario(Reply(text="Four.", thinking="Two.")), Scenario("echo")]) as sim:
        ask(sim, "-a", str(note), "one")
        before = sim.requests[-1].json["messages"]
        ask(sim, "-c", "two")
        question, answer, _ = sim.requests[-1].json["messages"]
    assert [question] == before
    assert [part["type"] for part in answer["content"]] == ["thinking", "text"]


CHOICES = [
    ("", [], True),
    ("", ["--no-save"], False),
    ("save = false", [], False),
    ("save = false", ["--save"], True),
    ("save = false", ["--session", "rome"], True),
    ("save = false", ["--continue"], True),
    ("", ["--continue", "--no-save"], False),
    ("", ["--session", "rome", "--no-save"], False),
]


def test_an_option_or_the_configuration_says_whether_it_is_saved(sim, home, folder, subtests):
    path = home / "config" / "mistralai" / "config.toml"
    path.parent.mkdir(parents=True)

    def contents():
        return {path: path.read_bytes() for path in folder.iterdir()}

    ask(sim, "first")
    for text, words, is_saved in CHOICES:
        with subtests.test(f"{text} {words}"):
            path.write_text(text)
            before = contents()
            done = ask(sim, *words, "more")
            assert (done.stdout, done.stderr) == ("more\n", "")
            assert (contents() != before) == is_saved


def test_a_killed_process_loses_only_the_answer_in_flight():
    stalled = Scenario("poem", faults=[faults.Stall(at=At(event=5))])
    with Simulator([Scenario("echo"), stalled, Scenario("echo")]) as sim:
        ask(sim, "--session", "rome", "one")
        with begun(sim, "--session", "rome", "two") as process:
            process.send_signal(signal.SIGKILL)
        kept = Sessions().read("rome").conversation
        assert [message["content"] for message in kept.messages] == ["one", "one", "two"]
        ask(sim, "--session", "rome", "three")  # the lock has gone with its process
        assert sent(sim) == turns("one", "three")


def test_a_file_that_ends_anywhere_is_continued_after_its_last_complete_line(sim, folder):
    for text in ("one", "tw\u00f6"):
        ask(sim, "--session", "rome", text)
    path = folder / "rome.jsonl"
    whole = path.read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == ord("\n")]
    last = range(ends[-2] - 1, len(whole), 40)
    for size in {*last, *ends, 0, 5, ends[0] - 1, len(whole) - 1}:
        path.write_bytes(whole[:size])
        expected = max((end for end in ends if end <= size), default=0)
        assert complete_lines(path.read_bytes()) == whole[:expected]
        with Keeper(Output()) as keeper:
            before = [*keeper.load("rome", create=True).messages]
            keeper.conversation.add_question("next", "m")
        after = Sessions().read("rome").conversation.messages
        unanswered = before[-1:] and before[-1]["role"] == "user"
        assert after[:-1] == (before[:-1] if unanswered else before)
        assert after[-1]["content"] == "next"
        assert path.read_bytes().startswith(whole[:expected])


def test_a_session_is_open_in_one_process():
    stalled = Scenario("poem", faults=[faults.Stall(at=At(event=5))])
    with Simulator([stalled, Scenario("echo")]) as sim:
        with begun(sim, "--session", "rome", "one") as process:
            for words in (["--session", "rome"], ["-c"]):
                done = ask(sim, *words, "two")
                assert done.stderr == (
                    "mistralai: the session rome is open in another process. Close it there, or"
                    " start another with --session NAME.\n"
                )
                assert (done.stdout, done.returncode) == ("", 1)
            assert "open in another process" in run_here("sessions", "rm", "rome").stderr
            assert "one" in run_here("sessions", "show", "rome").stdout
            assert ask(sim, "--session", "other", "two").returncode == 0
            process.kill()
        assert ask(sim, "--session", "rome", "two").returncode == 0


def test_on_a_full_disk_the_answer_is_shown_and_one_line_says_that_it_is_not_saved(sim, folder):
    import resource

    ask(sim, "--session", "rome", "one")
    path = folder / "rome.jsonl"
    before = path.read_bytes()
    limit = len(before) + 50  # less than a record

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-m", "mistralai", "chat", "--session", "rome", "two"],
        env={**os.environ, "MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url},
        preexec_fn=limited,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("two\n", 0)
    assert done.stderr == (
        f"mistralai: not saved: {path}: File too large; --no-save keeps conversations off the"
        " disk.\n"
    )
    assert path.read_bytes() == before


def test_records_that_could_not_be_written_are_written_with_the_next_one(tmp_path, capsys):
    folder = tmp_path / "sessions"
    folder.write_text("not a folder")
    with Keeper(Output(), sessions=Sessions(folder)) as keeper:
        keeper.conversation.set_system("Be brief")
        keeper.conversation.add_question("one", "m")
        keeper.conversation.add_question("one again", "m")
        assert keeper.saved_as is None
        folder.unlink()
        keeper.conversation.add_question("two", "m")
        assert keeper.saved_as is not None
    (name,) = Sessions(folder).names()
    conversation = Sessions(folder).read(name).conversation
    assert conversation.messages_to_send() == keeper.conversation.messages_to_send()
    assert capsys.readouterr().err == (
        f"mistralai: not saved: {folder}: Not a directory; --no-save keeps conversations off the"
        " disk.\n"
    )


HEADERS = [
    ('{"mistralai": "session", "format": 0}\n', "has format 0; this release reads format 1. Open"),
    ('{"mistralai": "session", "format": 2}\n', "format 2; this release reads format 1. Install a"),
    ('{"role": "user"}\n', "the file of rome is not a session of this program."),
    ("[1]\n", "the file of rome is not a session of this program."),
    (
        '{"mistralai": "session", "format": 1}\n\n{"type": "undo"}\n',
        "line 2 of the session rome is damaged. `mistralai sessions rm rome` removes the session.",
    ),
]


def test_a_file_of_another_format_is_named_and_left_alone(sim, folder, subtests):
    ask(sim, "--session", "other", "one")
    path = folder / "rome.jsonl"
    for text, message in HEADERS:
        with subtests.test(message):
            path.write_text(text)
            for words in (["chat", "--session", "rome", "x"], ["sessions", "show", "rome"]):
                done = run_here(*words, MISTRAL_API_KEY="key")
                assert message in done.stderr
                assert (done.stdout, done.returncode) == ("", 1)
            done = run_here("sessions", "list")
            assert message in done.stderr
            assert done.stdout.startswith("other\t")
            assert path.read_text() == text


def test_no_session_has_the_key(home, tmp_path):
    program = tmp_path / "key.py"
    program.write_text(f"print('{SECRET}2')")
    path = home / "config" / "mistralai" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f"api_key_command = \"'{sys.executable}' '{program}'\"")
    with Simulator("echo") as sim:
        words = ("chat", f"my keys are {SECRET} and", f"{SECRET}2")
        for environment in ({"MISTRAL_API_KEY": SECRET}, {}):
            done = run_here(*words, MISTRAL_SERVER_URL=sim.url, **environment)
            assert done.returncode == 0
            saved = "".join(path.read_text() for path in (home / "data").rglob("*.jsonl"))
            assert saved.count("my keys are ") == 2
            assert SECRET + ("" if environment else "2") not in saved
            for path in (home / "data").rglob("*.jsonl"):
                path.unlink()


WRONG = [
    (["chat", "-c", "x"], 2, "there is no saved conversation to continue."),
    (["chat", "-c", "--session", "rome", "x"], 2, "--continue and --session are mutually excl"),
    (["chat", "--session", "../rome", "x"], 2, "'../rome' cannot be the name of a session."),
    (["sessions", "show"], 2, "there is no saved conversation"),
    (["sessions", "show", "rome"], 1, "there is no session rome. `mistralai sessions list`"),
    (["sessions", "export", "rome"], 1, "there is no session rome."),
    (["sessions", "rm", "rome"], 1, "there is no session rome."),
    (["sessions", "rm"], 2, "name the sessions to remove, or pass --all"),
    (["sessions", "search", "x"], 1, "no session contains 'x'."),
]


def test_a_session_that_is_not_there_is_named(subtests):
    for words, code, message in WRONG:
        with subtests.test(" ".join(words)):
            done = run_here(*words, MISTRAL_API_KEY="key")
            assert message in done.stderr
            assert (done.stdout, done.returncode) == ("", code)
    assert run_here("sessions", "list").stdout == ""


def test_sessions_are_listed_shown_searched_exported_and_removed(sim, folder, tmp_path):
    ask(sim, "--session", "rome", "-m", "small", "-s", "Be brief", "A week\nin Rome?\x1b[2J")
    ask(sim, "--session", "oslo", "A week in Oslo?")
    ask(sim, "-c", "And then?")
    gone = folder / "gone.jsonl"
    gone.symlink_to(folder / "removed")  # as if removed since the folder was read
    lines = [line.split("\t") for line in run_here("sessions", "list").stdout.splitlines()]
    gone.unlink()
    assert [[line[0], *line[2:]] for line in lines] == [
        ["rome", "1", "small", r"A week in Rome?\x1b[2J"],
        ["oslo", "2", "mistral-large-latest", "A week in Oslo?"],
    ]
    listed = json.loads(run_here("sessions", "list", "--json").stdout)
    assert [session["name"] for session in listed] == ["rome", "oslo"]
    assert listed[1]["file"] == str(folder / "oslo.jsonl")

    shown = run_here("sessions", "show", "rome").stdout
    assert shown.startswith("## System\n\nBe brief\n\n## You\n\nA week\nin Rome?\\x1b[2J\n\n## Ass")
    assert "And then?" in run_here("sessions", "show").stdout
    found = run_here("sessions", "search", "a WEEK in").stdout
    assert found.splitlines()[0] == "rome\tuser\tA week in Rome?\\x1b[2J"
    assert [line.split("\t")[0] for line in found.splitlines()] == ["rome", "rome", "oslo", "oslo"]

    exported = json.loads(run_here("sessions", "export", "oslo").stdout)
    assert [message["content"] for message in exported][::2] == ["A week in Oslo?", "And then?"]
    path = tmp_path / "rome.md"
    assert run_here("sessions", "export", "rome", str(path)).returncode == 0
    assert path.read_text().startswith("## System\n\nBe brief\n")
    assert "File exists" in run_here("sessions", "export", "oslo", str(path)).stderr

    done = run_here("sessions", "rm", "rome", "nobody")
    assert "there is no session nobody." in done.stderr
    assert run_here("sessions", "rm", "rome").stderr == "removed rome\n"
    assert [path.name for path in folder.iterdir()] == ["oslo.jsonl"]
    assert run_here("sessions", "rm", "--all").returncode == 0
    assert [*folder.iterdir()] == []
