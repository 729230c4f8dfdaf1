"""Failures: a sentence and a hint on standard error, and the exit codes of `docs/cli.md`."""

import io
import json
import re
from pathlib import Path

from mistralai.cli.failures import exit_code, sentence
from mistralai.cli.output import Output
from mistralai.client import errors
from mistralai.simulator import Answer, At, Scenario, Simulator, faults
from support.commands import ask, run_cli, run_here

DOCS = Path(__file__).parent.parent.parent / "docs" / "cli.md"

FAULTS = [
    (faults.Status(status=401), 3, "Unauthorized (status 401). Set MISTRAL_API_KEY"),
    (faults.Status(status=403), 3, "status 403"),
    (faults.Status(status=429, retry_after=90), 4, "Rate limit exceeded"),
    (faults.ErrorEvent(at=At(event=5), status=429), 4, "Rate limit exceeded"),
    (faults.Status(status=400), 1, "status 400"),
    (faults.Cut(at=At(event=5)), 6, "The answer is incomplete: try again."),
    (faults.Truncate(at=At(event=5)), 6, "The answer is incomplete: try again."),
    (faults.Stall(at=At(event=5)), 6, "Raise the limit with --timeout."),
    (faults.BadJson(at=At(event=5)), 1, "Check --server-url."),
]


def test_a_failure_is_one_line_and_an_exit_code(subtests):
    for fault, code, message in FAULTS:
        # Only a stall may run into the timeout: a busy machine can take as long for any answer.
        words = ("--timeout", "0.2") if isinstance(fault, faults.Stall) else ()
        with subtests.test(repr(fault)):
            with Simulator(Scenario("poem", faults=[fault])) as sim:
                done = ask(sim, *words, "x")
            assert done.returncode == code
            assert done.stderr.count("\n") == 1
            assert done.stderr.startswith("mistralai: ")
            assert message in done.stderr
            assert ".partial" not in done.stderr


def test_the_text_received_is_printed_before_the_error():
    with Simulator(Scenario("poem", faults=[faults.Cut(at=At(event=5))])) as sim:
        done = ask(sim, "x")
    assert done.stdout == "A cursor blinks, the\n"


def test_a_server_that_is_not_there_is_a_failure_of_the_connection():
    with Simulator() as sim:
        url = sim.url
    done = run_cli("chat", "--server-url", url, "x", MISTRAL_API_KEY="key")
    assert done.returncode == 5
    assert "`mistralai doctor` diagnoses the cause." in done.stderr


USAGE = [
    (("--json", "--raw"), 2, "--json and --raw are mutually exclusive"),
    (("--simulate", "--server-url", "http://x"), 2, "are mutually exclusive"),
    (("--param", "top_p"), 2, "is not KEY=JSON"),
    (("--param", "stream=false"), 2, "is set by the command itself"),
    (("--temperature", "warm"), 2, "not a valid float"),
    (("--thinking", "loud"), 2, "'loud' is not one of"),
    (("--schema", "{"), 2, "--schema is not valid JSON"),
    (("--schema", '{"type": 7}'), 2, "--schema is not a valid JSON schema at $.type"),
    (("--schema", "[]"), 1, "No such file"),
    (("--server-url", "nowhere"), 2, "server_url"),
    (("--nonsense",), 2, "No such option"),
]


def test_invalid_options_are_reported_before_anything_is_sent(subtests):
    for words, code, message in USAGE:
        with subtests.test(" ".join(words)):
            done = run_here("chat", *words, "x", MISTRAL_API_KEY="key")
            assert message in done.stderr
            assert done.returncode == code
            assert "Traceback" not in done.stderr


NO_COMMAND = [
    (["Hello"], """No such command 'Hello'. Did you mean `mistralai chat "Hello"`?"""),
    (["chta"], "No such command 'chta'. Did you mean 'chat'?"),
    (["Models", "--json"], "No such command 'Models'. Did you mean 'models'?"),
    (["help"], "No such command 'help'. Did you mean `mistralai --help`?"),
    (
        ["Write", "a", "poem", "-m", "large"],
        """No such command 'Write'. Did you mean `mistralai chat "Write a poem"`?""",
    ),
    (
        ["Is $HOME set?"],
        "No such command 'Is $HOME set?'. Did you mean `mistralai chat 'Is $HOME set?'`?",
    ),
    (
        ["a\x1b[31m\nb"],
        r"""No such command 'a\x1b[31m b'. Did you mean `mistralai chat 'a\x1b[31m b'`?""",
    ),
    (
        ["x" * 99],
        f"""No such command '{"x" * 59}…'. Did you mean `mistralai chat "{"x" * 59}…"`?""",
    ),
]


def test_a_command_that_does_not_exist_is_answered_with_the_one_that_was_meant(subtests):
    for words, message in NO_COMMAND:
        with subtests.test(message):
            done = run_here(*words)
            assert done.stderr.splitlines()[-1] == f"Error: {message}"
            assert (done.stdout, done.returncode) == ("", 2)


def test_a_key_that_cannot_be_sent_is_reported_and_not_shown(subtests):
    for words in (("chat", "x"), ("doctor",)):
        with subtests.test(words[0]):
            done = run_here(*words, MISTRAL_API_KEY="sk-”1234")
            assert "MISTRAL_API_KEY contains characters that a key cannot have." in done.stderr
            assert "1234" not in done.stderr
            assert done.returncode == 3


def test_a_missing_file_is_named():
    done = run_here("chat", "--schema", "nowhere.json", "x", MISTRAL_API_KEY="key")
    assert (done.stderr, done.returncode) == (
        "mistralai: nowhere.json: No such file or directory\n",
        1,
    )


def test_an_error_body_cannot_control_the_terminal():
    body = {"message": "no\x1b[2J\x9b1m", "code": "x\x07"}
    with Simulator(Answer.of_json(body, status=400)) as sim:
        done = ask(sim, "x")
    assert r"no\x1b[2J\x9b1m" in done.stderr
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.stderr)


def test_debug_shows_the_traceback_and_the_log_without_the_key():
    secret = "sk-0123456789abcdef"
    error = {"message": f"the key {secret} is not known"}
    with Simulator(Answer.of_json(error, status=401)) as sim:
        done = run_cli("--debug", "chat", "x", MISTRAL_API_KEY=secret, MISTRAL_SERVER_URL=sim.url)
    assert done.returncode == 3
    assert "Traceback (most recent call last)" in done.stderr
    assert "status 401" in done.stderr
    assert secret not in done.stderr


def test_no_line_on_standard_error_has_the_key():
    secret = "sk-0123456789abcdef"
    output = Output(io.StringIO(), io.StringIO(), {"MISTRAL_API_KEY": secret})
    output.note(f"a note with {secret}")
    output.say(f"an error with {secret}")
    stars = "*" * len(secret)
    assert output.err.getvalue() == f"a note with {stars}\nan error with {stars}\n"


def test_a_failure_in_json_is_in_the_summary():
    with Simulator(Scenario(faults=[faults.Status(status=401)])) as sim:
        done = ask(sim, "--json", "x")
    (summary,) = map(json.loads, done.stdout.splitlines())
    assert summary["type"] == "summary"
    assert summary["error"]["class"] == "AuthenticationError"
    assert summary["error"]["exit_code"] == done.returncode == 3


def every_error():
    kinds = [errors.MistralClientError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return [kind for kind in kinds if kind.__module__ != "mistralai.client.errors.precise"]


def test_every_error_of_the_client_has_a_sentence_and_a_code(subtests):
    kinds = every_error()
    assert len(kinds) > 15
    for kind in kinds:
        with subtests.test(kind.__name__):
            error = kind.__new__(kind)
            error.__dict__.update(message="it failed", phase="idle", error=None)
            error.args = ("it failed",)
            error.error = errors.ErrorDetails()
            assert sentence(error).startswith("it failed")
            assert exit_code(error) in {1, 3, 4, 5, 6}


def test_the_exit_codes_are_those_of_the_documentation():
    documented = {
        int(code) for code in re.findall(r"^\| (\d+) \|", DOCS.read_text("utf-8"), re.MULTILINE)
    }
    assert documented == {0, 1, 2, 3, 4, 5, 6, 7, 130, 141}
