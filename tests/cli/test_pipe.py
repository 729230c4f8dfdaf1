"""The command in pipes and scripts: the answer, and only the answer, on standard output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mistralai.cli import simulation
from mistralai.simulator import Answer, Reply, Scenario, Simulator, Timing
from support.commands import QUIET, ask, run_cli, run_here
from support.interpreter import modules_after
from support.programs import PROGRAMS, STRICT, run_program
from support.serving import HELLO

FULL = Path("/dev/full")


@pytest.fixture(scope="module")
def echo():
    with Simulator("echo") as sim:
        yield sim


def said(text):
    """Return a simulator that answers with a text."""
    return Simulator(Scenario(Reply(text=text)))


def test_the_answer_and_nothing_else_goes_to_standard_output(echo):
    done = ask(echo, "Hello there", run=run_cli)
    assert (done.stdout, done.stderr, done.returncode) == ("Hello there\n", "", 0)


def test_nothing_is_left_open(echo):
    done = ask(echo, "Hello there", run=run_cli, flags=STRICT)
    assert (done.stdout, done.stderr, done.returncode) == ("Hello there\n", "", 0)


def test_words_without_quotes_are_one_prompt(echo):
    assert ask(echo, "Hello", "there").stdout == "Hello there\n"


def test_piped_text_is_appended_to_the_prompt(echo):
    done = ask(echo, "Review this", run=run_cli, stdin="+ one\n- two\n")
    assert done.stdout == "Review this\n\n+ one\n- two\n"


def test_piped_text_alone_is_the_prompt(echo):
    assert ask(echo, stdin="Hello there\n").stdout == "Hello there\n"


def test_a_byte_order_mark_and_crlf_in_the_input_are_accepted(echo):
    assert ask(echo, stdin=b"\xef\xbb\xbfone\r\ntwo\r\n").stdout == "one\ntwo\n"


def test_invalid_utf8_in_the_input_is_replaced(echo):
    assert ask(echo, stdin=b"caf\xe9").stdout == "caf\ufffd\n"


def test_a_closed_standard_input_is_an_empty_one(echo):
    done = subprocess.run(
        f"exec {sys.executable} -m mistralai chat Hello <&-",
        shell=True,
        env={**os.environ, "MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": echo.url},
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"Hello\n", b"")


def test_crlf_in_an_answer_becomes_lf():
    with said("one\r\ntwo\r\n") as sim:
        assert ask(sim, "x").stdout == "one\ntwo\n"


def test_the_options_are_in_the_request(echo):
    before = len(echo.requests)
    options = ["-m", "small", "-s", "Be brief", "-t", "0.5", "--max-tokens", "7", "--seed", "3"]
    options += ["--stop", "END", "--reasoning-effort", "high"]
    options += ["--param", "top_p=0.9", "--param", "prompt_cache_key=mine"]
    done = ask(echo, *options, "Hello")
    assert (done.stderr, done.returncode) == ("", 0)
    assert echo.requests[before].json == {
        "model": "small",
        "messages": [
            {"role": "system", "content": "Be brief"},
            {"role": "user", "content": "Hello"},
        ],
        "temperature": 0.5,
        "max_tokens": 7,
        "random_seed": 3,
        "stop": ["END"],
        "reasoning_effort": "high",
        "top_p": 0.9,
        "prompt_cache_key": "mine",
        "stream": True,
    }


def test_an_option_selects_the_server(echo):
    assert run_here("chat", "--server-url", echo.url, "Hi", MISTRAL_API_KEY="key").stdout == "Hi\n"


def test_another_server_needs_no_key():
    with Simulator(Answer(body=[HELLO])) as sim:
        done = run_here("chat", "--server-url", sim.url, "x")
    assert (done.stdout, done.stderr) == ("Hello\n", "")
    assert "authorization" not in sim.requests[0].headers


def test_thinking_is_omitted_in_a_pipe():
    with Simulator(Scenario(Reply(text="Four.", thinking="Two and two."))) as sim:
        done = ask(sim, "x")
    assert (done.stdout, done.stderr) == ("Four.\n", "")


def test_requested_thinking_goes_to_standard_error():
    with Simulator(Scenario(Reply(text="Four.", thinking="Two and two."))) as sim:
        done = ask(sim, "--thinking", "show", "x")
    assert (done.stdout, done.stderr) == ("Four.\n", "Two and two.\n")


def test_the_embedded_simulator_needs_neither_key_nor_network():
    done = run_cli("chat", "--simulate", "Hello there")
    assert (done.stdout, done.stderr, done.returncode) == ("Hello there\n", QUIET, 0)


def test_the_embedded_simulator_takes_a_scenario():
    for words in (
        ["--simulate", "poem", "x"],
        ["--simulate=poem", "x"],
        ["x", "--simulate", "poem"],
    ):
        assert run_here("chat", *words).stdout.startswith("A cursor blinks"), words


def test_in_a_pipe_the_embedded_simulator_does_not_wait(monkeypatch):
    """At an hour per token, an answer would not come if it were paced."""
    monkeypatch.setattr(simulation, "PACE", Timing(first=3600.0))
    assert run_here("chat", "--simulate", "poem", "x").stdout.startswith("A cursor blinks")


def test_an_unknown_scenario_is_reported_with_the_nearest():
    done = run_here("chat", "--simulate=peom", "x")
    assert done.returncode == 2
    assert "did you mean 'poem'?" in done.stderr


def test_without_a_key_one_line_names_the_variable_and_the_simulator():
    done = run_here("chat", "Hello")
    assert (done.stdout, done.returncode) == ("", 3)
    assert done.stderr.count("\n") == 1
    assert "MISTRAL_API_KEY" in done.stderr
    assert "--simulate" in done.stderr


def test_without_a_prompt_and_a_terminal_it_is_a_usage_error():
    done = run_here("chat", "--simulate")
    assert done.returncode == 2
    assert "no prompt: pass one" in done.stderr


def test_a_pipe_loads_neither_rich_nor_prompt_toolkit(echo):
    loaded = modules_after(f"""
import os
from mistralai.cli.app import run
os.environ["MISTRAL_SERVER_URL"] = {echo.url!r}
run(["chat", "hello"])
""")
    assert "mistralai.cli.app" in loaded
    packages = {name.partition(".")[0] for name in loaded}
    assert not packages & {"rich", "prompt_toolkit", "markdown_it", "pygments", "jsonschema"}
    unused = ("mistralai.simulator", "mistralai.cli.attachments", "mistralai.tools")
    assert not {name for name in loaded if name.startswith(unused)}


def test_help_loads_no_http_library_and_no_models():
    loaded = modules_after("from mistralai.cli.app import run\nrun(['chat', '--help'])")
    assert not {"httpx2", "pydantic", "rich", "prompt_toolkit"} & loaded


MISSING = [("click", ["chat", "x"]), ("jsonschema", ["chat", "--schema", "{}", "x"])]


def test_a_missing_package_of_the_extra_is_named(subtests):
    for package, words in MISSING:
        with subtests.test(package):
            program = PROGRAMS / "cli_without_package.py"
            done = run_program(program, arguments=[package, *words])
            assert done.returncode == 1
            assert done.stderr == (
                f"mistralai: the command line needs {package}: pip install 'mistralai[cli]'\n"
            )


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of Unix")
def test_it_ends_quietly_if_the_reader_has_gone(echo, subtests):
    for form in [[], ["--json"], ["--raw"]]:
        with subtests.test(" ".join(form)):
            reading, writing = os.pipe()
            os.close(reading)
            done = subprocess.run(
                [sys.executable, *STRICT, "-m", "mistralai", "chat", *form, "Hello"],
                env={**os.environ, "MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": echo.url},
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=subprocess.PIPE,
                timeout=60,
                check=False,
            )
            os.close(writing)
            assert (done.stderr, done.returncode) == (b"", 141)


@pytest.mark.skipif(not FULL.exists(), reason="a device of Linux")
def test_a_full_disk_is_an_error(echo):
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mistralai", "chat", "Hello"],
            env={**os.environ, "MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": echo.url},
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.stderr == b"mistralai: [Errno 28] No space left on device\n"
    assert done.returncode == 1


def test_without_a_standard_output_it_still_works(echo):
    command = f"exec {sys.executable} -m mistralai chat Hello >&-"
    environment = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": echo.url}
    done = subprocess.run(
        command, shell=True, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stderr, done.returncode) == (b"", 0)


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are bytes on Unix alone")
def test_invalid_utf8_in_an_argument_is_replaced(echo):
    assert ask(echo, b"caf\xe9", run=run_cli).stdout == "caf\ufffd\n"


def test_debug_is_accepted_before_and_after_the_command(subtests):
    for words in [("--debug", "chat"), ("chat", "--debug")]:
        with subtests.test(" ".join(words)):
            done = run_cli(*words, "--simulate", "x")
            assert "] POST http://127.0.0.1:" in done.stderr


def test_a_console_without_utf8_shows_similar_characters(subtests):
    for encoding in ("ascii", "latin-1", "cp1252"):
        with subtests.test(encoding):
            with said("naïve … 🐍 “x” — é") as sim:
                server = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
                console = {"PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
                done = subprocess.run(
                    [sys.executable, "-m", "mistralai", "chat", "x"],
                    env={**os.environ, **server, **console},
                    input=b"",
                    capture_output=True,
                    timeout=60,
                    check=False,
                )
            assert (done.stderr, done.returncode) == (b"", 0)
            text = done.stdout.decode(encoding)
            assert "\\U0001f40d" in text
            if encoding == "ascii":
                assert text == 'na\\xefve ... \\U0001f40d "x" - \\xe9\n'
