"""The commands other than `chat`."""

import itertools
import json
import re
import signal
import subprocess
import sys

import click
import pytest

from mistralai import Mistral
from mistralai.cli.app import mistralai
from mistralai.simulator import Answer, At, Scenario, Simulator, faults
from support.commands import QUIET, ask, run_cli, run_here
from support.processes import running
from support.proxy import connect_proxy
from support.serving import HELLO
from support.terminal import in_terminal

SHELLS = ("bash", "zsh", "fish")


def at(sim, *words, run=run_here, **options):
    """Run a command against a simulator."""
    return run(*words, MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=sim.url, **options)


@pytest.fixture
def sim():
    with Simulator() as sim:
        yield sim


def test_models_are_listed(sim):
    lines = at(sim, "models").stdout.splitlines()
    assert lines[0].split("\t")[:2] == ["mistral-large-latest", "131072"]
    assert len(lines) == 5


def test_models_are_written_as_json(sim):
    cards = json.loads(at(sim, "models", "--json").stdout)
    assert next(card["id"] for card in cards) == "mistral-large-latest"


def test_models_of_a_server_that_leaves_fields_out_are_listed():
    listed = {"object": "list", "data": [{"id": "my\x1bmodel"}, {"object": "model"}]}
    with Simulator(Answer.of_json(listed)) as sim:
        done = at(sim, "models")
    assert done.stdout.splitlines() == ["my\\x1bmodel\t\t", "unnamed\t\t"]


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
def test_models_are_a_table_on_a_terminal(subtests):
    for columns in (80, 40):
        with (
            subtests.test(str(columns)),
            in_terminal("models", "--simulate", columns=columns) as term,
        ):
            assert term.wait_for_end() == 0
            assert "model" in term.text
            assert "131072" in term.text
            assert max(map(len, term.rows)) < columns


def test_fim_streams_the_code_between_prefix_and_suffix(sim):
    done = at(sim, "fim", "def mean(values):", "--suffix", "print(mean([1, 2]))")
    assert done.stdout.startswith("    return ")
    assert sim.requests[0].json["suffix"] == "print(mean([1, 2]))"
    assert sim.requests[0].json["model"] == "codestral-latest"


def test_fim_reads_its_prefix_from_a_pipe(sim):
    at(sim, "fim", stdin="def mean(values):\n")
    assert sim.requests[0].json["prompt"] == "def mean(values):\n"


def test_the_doctor_finds_nothing_wrong(sim):
    done = at(sim, "doctor", run=run_cli)
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "ok", "ok", "ok", "ok", "note", "ok", "ok"
    ]  # fmt: skip
    assert sim.requests[-1].json["max_tokens"] == 1


def test_the_doctor_never_shows_the_key(sim):
    secret = "sk-0123456789abcdef"
    done = run_here("doctor", MISTRAL_API_KEY=secret, MISTRAL_SERVER_URL=sim.url)
    assert "MISTRAL_API_KEY is set, 19 characters" in done.stdout
    assert secret not in done.stdout + done.stderr
    assert secret[3:9] not in done.stdout + done.stderr


PROBLEMS = [
    ({}, "FAIL  key      MISTRAL_API_KEY is not set", 3),
    ({"MISTRAL_API_KEY": "'quoted'"}, "is surrounded by spaces or quotes", 3),
    (
        {"MISTRAL_SERVER_URL": "http://127.0.0.1:9"},
        "cannot connect to port 9 (Connection refused). Is the server running?",
        5,
    ),
    (
        {"HTTPS_PROXY": "http://u:pass@127.0.0.1:9", "MISTRAL_API_KEY": "key"},
        (
            "FAIL  proxy    could not connect to the proxy http://127.0.0.1:9 of HTTPS_PROXY"
            " (is it running?): [Errno 111] Connection refused;"
            " set NO_PROXY=api.mistral.ai to connect without it; tried once.\n"
        ),
        5,
    ),
    ({"MISTRAL_SERVER_URL": "http://no.such.host.invalid"}, "resolve no.such.host.invalid", 5),
    (
        {"MISTRAL_SERVER_URL": "http://x.test", "HTTP_PROXY": "http://u:pass@proxy.invalid:3128"},
        "FAIL  proxy    could not connect to the proxy http://proxy.invalid:3128 of HTTP_PROXY: ",
        5,
    ),
]


def test_the_doctor_says_what_to_do(subtests):
    for environment, message, code in PROBLEMS:
        with subtests.test(message):
            done = run_here("doctor", **environment)
            assert message in done.stdout
            assert "skipped, see" in done.stdout
            assert "pass" not in done.stdout
            assert (done.stderr, done.returncode) == ("", code)


def test_the_doctor_reports_a_certificate_that_is_not_trusted():
    with Simulator(tls=True) as sim:
        done = at(sim, "doctor")
        assert "FAIL  TLS      the certificate is not trusted" in done.stdout
        assert "SSL_CERT_FILE" in done.stdout
        assert done.returncode == 5
        assert at(sim, "doctor", run=run_cli, SSL_CERT_FILE=str(sim.ca_file)).returncode == 0


def test_the_doctor_reports_a_server_without_tls(sim):
    url = sim.url.replace("http:", "https:")
    done = run_here("doctor", MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=url)
    assert f"FAIL  TLS      the server does not speak TLS. Try {sim.url}\n" in done.stdout


def test_the_doctor_finds_an_address_that_ends_in_v1(sim):
    done = run_here("doctor", MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=f"{sim.url}/v1")
    advice = "ends in /v1, which each request adds"
    assert f"note  server   {sim.url}/v1 {advice}. Give it without /v1.\n" in done.stdout
    assert f"FAIL  models   Not Found (status 404, url {sim.url}/v1/v1/models)." in done.stdout
    assert done.stdout.count(f"server_url {advice}: give it without /v1.\n") == 2
    assert done.returncode == 1


def test_the_doctor_connects_through_the_proxy(subtests):
    with (
        Simulator(tls=True) as sim,
        connect_proxy(credentials="user:secret") as proxy,
    ):
        known = proxy.url.replace("//", "//user:secret@")
        trust = {"SSL_CERT_FILE": str(sim.ca_file)}
        through = f"connected through {proxy.url} of HTTPS_PROXY; NO_PROXY exempts hosts"
        asking = f"the proxy {proxy.url} of HTTPS_PROXY asks for credentials: 407 "
        for environment, message, code in (
            ({"HTTPS_PROXY": known, **trust}, f"ok    proxy    {through}\n", 0),
            ({"HTTPS_PROXY": proxy.url, **trust}, f"FAIL  proxy    {asking}", 5),
            ({"HTTPS_PROXY": known}, "FAIL  TLS      the certificate of 127.0.0.1:", 5),
        ):
            with subtests.test(message):
                done = at(sim, "doctor", run=run_cli, NO_PROXY="", **environment)
                assert message in done.stdout
                assert "secret" not in done.stdout
                assert (done.stderr, done.returncode) == ("", code)


def test_the_doctor_reports_how_the_stream_fails(subtests):
    for fault, code in [("status-401", 3), ("status-429", 4), ("cut", 5)]:
        with subtests.test(fault):
            done = run_here("doctor", f"--simulate={fault}", "--timeout", "5")
            assert "FAIL  " in done.stdout
            assert done.returncode == code


def test_the_doctor_reports_a_model_that_the_server_does_not_have(sim):
    done = at(sim, "doctor", "-m", "nobody")
    assert "5 models, but not nobody. Choose another with -m." in done.stdout


def test_a_recording_is_played_back(sim, tmp_path):
    path = tmp_path / "talk.jsonl"
    first = ask(sim, "--record", str(path), "Write a short poem about coding.")
    ask(sim, "--record", str(path), "Hello there")
    done = run_cli("replay", str(path), "--speed", "inf")
    assert done.stdout == f"{first.stdout}Hello there\n"
    assert done.stderr == "> Write a short poem about coding.\n> Hello there\n"
    assert done.returncode == 0
    assert "key" not in path.read_text("utf-8").replace("monkey", "")


def test_a_replay_has_the_output_forms_of_chat(sim, tmp_path):
    path = tmp_path / "talk.jsonl"
    ask(sim, "--record", str(path), "Hello there")
    done = run_here("replay", str(path), "--speed", "inf", "--json")
    assert json.loads(done.stdout.splitlines()[-1])["text"] == "Hello there"


def test_a_replay_ends_as_the_recorded_answer_did(tmp_path):
    path = tmp_path / "talk.jsonl"
    with Simulator(Scenario("poem", faults=[faults.Cut(at=At(event=5))])) as sim:
        ask(sim, "--record", str(path), "x")
    done = run_here("replay", str(path))
    assert done.stdout == "A cursor blinks, the\n"
    assert done.returncode == 6


def test_a_replay_of_an_answer_that_the_user_stopped_just_ends(tmp_path):
    path = tmp_path / "talk.jsonl"
    with (
        Simulator("poem") as sim,
        Mistral("k", server_url=sim.url, record=path) as client,
        client.chat.stream(model="m", messages=[{"role": "user", "content": "x"}]) as stream,
    ):
        next(stream.text_stream)
    done = run_here("replay", str(path))
    assert done.stdout.startswith("A")
    assert done.returncode == 0


def test_a_recording_cannot_control_the_terminal(tmp_path):
    path = tmp_path / "talk.jsonl"
    body = HELLO.replace(b"Hel", b"\\u001b[2J")
    with Simulator(Answer(body=[body])) as sim:
        ask(sim, "--record", str(path), "a\x1b[2Jb")
    done = run_here("replay", str(path))
    assert done.stdout == "\\x1b[2Jlo\n"
    assert done.stderr == "> a\\x1b[2Jb\n"


def test_a_replay_continues_after_a_failed_attempt(tmp_path):
    path = tmp_path / "talk.jsonl"
    busy = faults.Status(status=503, retry_after=0.001, form="ms", first=1)
    with Simulator(Scenario(faults=[busy])) as sim:
        ask(sim, "--record", str(path), "Hello there")
    done = run_here("replay", str(path))
    assert done.stdout == "Hello there\n"
    assert "status 503" in done.stderr
    assert done.returncode == 0


def test_simulate_takes_a_file_a_recording_and_a_name_with_faults(sim, tmp_path):
    scenario, recording = tmp_path / "one.toml", tmp_path / "two.jsonl"
    scenario.write_text('reply = "poem"')
    ask(sim, "--record", str(recording), "Hello there")
    assert run_here("chat", "--simulate", str(scenario), "x").stdout.startswith("A cursor blinks")
    assert run_here("chat", "--simulate", str(recording), "Hello there").stdout == "Hello there\n"
    done = run_here("chat", "--simulate", "guide,cut-after-3", "Name a book.")
    assert (done.stdout, done.returncode) == ('{"title": "Walden",\n', 6)


def test_the_doctor_names_the_proxy_and_leaves_the_rest_to_it(sim):
    environment = {"MISTRAL_SERVER_URL": "http://x.test", "HTTP_PROXY": sim.url, "NO_PROXY": ""}
    done = run_cli("doctor", MISTRAL_API_KEY="key", **environment)  # warns: http is not encrypted
    assert f"ok    proxy    connected through {sim.url} of HTTP_PROXY;" in done.stdout
    assert "ok    DNS      resolved by the proxy" in done.stdout
    assert "ok    stream" in done.stdout
    assert done.returncode == 0


def test_a_file_that_is_not_a_recording_is_named(subtests, tmp_path):
    path = tmp_path / "talk.jsonl"
    for text in ("nonsense", ""):
        with subtests.test(repr(text)):
            path.write_text(text)
            done = run_here("replay", str(path))
            assert str(path) in done.stderr
            assert done.returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal of Unix")
def test_simulate_serves_until_ctrl_c():
    simulate = (sys.executable, "-m", "mistralai", "simulate", "--port", "0", "--scenario", "poem")
    with running(*simulate, stdout=subprocess.PIPE) as server:
        url = server.stdout.readline().strip()
        done = run_cli("chat", "--server-url", url, "x", MISTRAL_API_KEY="any")
        assert done.stdout.startswith("A cursor blinks")
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0


def test_simulate_has_the_options_of_the_simulator():
    shown = run_cli("simulate", "--help").stdout
    assert shown.startswith("usage:")
    assert "--scenario" in shown


def test_the_script_for_a_shell_is_printed(subtests):
    for shell in SHELLS:
        with subtests.test(shell):
            done = run_here("completion", shell)
            assert "_MISTRALAI_COMPLETE" in done.stdout
            assert done.returncode == 0


COMPLETED = [
    ("mistralai doc", "doctor"),
    ("mistralai chat --thinking fo", "fold"),
    ("mistralai chat --sc", "--schema"),
]


def test_the_command_line_is_completed(subtests):
    for shell, (words, found) in itertools.product(SHELLS, COMPLETED):
        *before, last = words.split()
        environment = {
            "_MISTRALAI_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": last if shell == "fish" else str(len(before)),
        }
        with subtests.test(f"{shell}: {words}"):
            done = run_here(**environment)
            assert found in done.stdout
            assert done.returncode == 0


def commands(command, *words):
    """Yield every command below a command, with the words that call it."""
    yield command, words
    if isinstance(command, click.Group):
        with click.Context(command) as context:
            for name in command.list_commands(context):
                yield from commands(command.get_command(context, name), *words, name)


def test_help_has_an_example_of_every_command_and_option(subtests, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for command, words in commands(mistralai):
        with subtests.test(" ".join(words)):
            shown = run_here(*words, "--help").stdout
            assert max(map(len, shown.splitlines())) <= 80
            if words == ("simulate",):  # the help of `python -m mistralai.simulator`
                assert "\nexamples:\n" in shown
                continue
            assert shown.startswith(" ".join(["Usage: mistralai", *words]))
            examples = f"{command.epilog}\n".partition("Example")[2]
            assert " ".join(["mistralai", *words]) in examples
            options = [option for option in command.params if isinstance(option, click.Option)]
            for option in options:
                used = any(f"{flag} " in examples.replace("\n", " ") for flag in option.opts)
                explained = re.search("for example|such as", option.help or "")
                assert used or explained or option.name == "version", option.opts


def test_a_command_loads_only_modules_that_it_needs(subtests):
    parts = {f"mistralai.cli.{part}" for part in ("configfile", "failures", "talk", "templates")}
    never = parts | {
        "mistralai.bulk",
        "mistralai.tools",
        "prompt_toolkit",
        "rich",
        "tempfile",
        "tomlkit",
    }
    of_files = {"difflib", "platformdirs", "tomllib"}
    cases = [
        (["--help"], never | of_files | {"httpx2", "pydantic", "csv"}),
        (["chat", "--help"], never | of_files | {"httpx2", "pydantic"}),
        (["chat", "--simulate", "poem", "Hi"], never - {"tempfile"}),
    ]
    for words, unneeded in cases:
        with subtests.test(words[0]):
            done = run_cli(*words, flags=("-X", "importtime"))
            loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
            assert done.returncode == 0
            assert "mistralai.cli.app" in loaded
            assert not loaded & unneeded


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
def test_help_fits_a_narrow_terminal():
    with in_terminal("chat", "--help", columns=40, rows=200) as term:
        assert term.wait_for_end() == 0
        options = term.text.partition("Examples:")[0]
    assert max(map(len, options.splitlines())) <= 40


def test_the_simulator_is_noted_on_standard_error_alone():
    done = run_here("models", "--simulate")
    assert done.stderr == QUIET
    assert "simulator" not in done.stdout
