"""The command in pipes and scripts: the answer on standard output, everything else beside it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mistralai.simulator import Answer, Reply, Scenario, Simulator
from support.commands import QUIET, ask, run_cli, tokens_a_second
from support.interpreter import modules_after
from support.programs import STRICT
from support.serving import HELLO

FULL = Path("/dev/full")


@pytest.fixture(scope="module")
def echo():
    with Simulator("echo") as sim:
        yield sim


def said(text):
    """A simulator that says a text."""
    return Simulator(Scenario(Reply(text=text)))


def test_the_answer_and_nothing_else_goes_to_standard_output(echo):
    done = ask(echo, "Hello there")
    assert (done.stdout, done.stderr, done.returncode) == ("Hello there\n", "", 0)


def test_nothing_is_left_open(echo):
    done = ask(echo, "Hello there", flags=STRICT)
    assert (done.stdout, done.stderr, done.returncode) == ("Hello there\n", "", 0)


def test_words_without_quotes_are_one_prompt(echo):
    assert ask(echo, "Hello", "there").stdout == "Hello there\n"


def test_what_is_piped_in_stands_below_the_prompt(echo):
    assert (
        ask(echo, "Review this", stdin="+ one\n- two\n").stdout == "Review this\n\n+ one\n- two\n"
    )


def test_what_is_piped_in_alone_is_the_prompt(echo):
    assert ask(echo, stdin="Hello there\n").stdout == "Hello there\n"


def test_a_byte_order_mark_and_line_ends_of_windows_are_read(echo):
    assert ask(echo, stdin=b"\xef\xbb\xbfone\r\ntwo\r\n").stdout == "one\ntwo\n"


def test_input_that_is_no_utf8_is_read_as_far_as_it_goes(echo):
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


def test_line_ends_of_windows_in_an_answer_become_line_ends():
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


def test_the_server_may_be_named_by_an_option(echo):
    assert run_cli("chat", "--server-url", echo.url, "Hi", MISTRAL_API_KEY="key").stdout == "Hi\n"


def test_a_server_of_ones_own_needs_no_key():
    with Simulator(Answer(body=[HELLO])) as sim:
        done = run_cli("chat", "--server-url", sim.url, "x")
    assert (done.stdout, done.stderr) == ("Hello\n", "")
    assert "authorization" not in sim.requests[0].headers


def test_thinking_is_left_out_of_a_pipe():
    with Simulator(Scenario(Reply(text="Four.", thinking="Two and two."))) as sim:
        done = ask(sim, "x")
    assert (done.stdout, done.stderr) == ("Four.\n", "")


def test_thinking_that_is_asked_for_goes_to_standard_error():
    with Simulator(Scenario(Reply(text="Four.", thinking="Two and two."))) as sim:
        done = ask(sim, "--thinking", "show", "x")
    assert (done.stdout, done.stderr) == ("Four.\n", "Two and two.\n")


def test_the_embedded_simulator_needs_neither_key_nor_network():
    done = run_cli("chat", "--simulate", "Hello there")
    assert (done.stdout, done.stderr, done.returncode) == ("Hello there\n", QUIET, 0)


@pytest.mark.parametrize(
    "words", [("--simulate", "poem", "x"), ("--simulate=poem", "x"), ("x", "--simulate", "poem")]
)
def test_the_embedded_simulator_takes_a_scenario(words):
    assert run_cli("chat", *words).stdout.startswith("A cursor blinks")


def test_in_a_pipe_the_embedded_simulator_does_not_wait():
    done = run_cli("chat", "--simulate", "poem", "--stats", "x")
    assert tokens_a_second(done.stderr) > 100


def test_a_scenario_that_is_none_is_named_with_the_nearest():
    done = run_cli("chat", "--simulate=peom", "x")
    assert done.returncode == 2
    assert "did you mean 'poem'?" in done.stderr


def test_without_a_key_one_line_says_both_ways_on():
    done = run_cli("chat", "Hello")
    assert (done.stdout, done.returncode) == ("", 3)
    assert done.stderr.count("\n") == 1
    assert "MISTRAL_API_KEY" in done.stderr
    assert "--simulate" in done.stderr


def test_without_a_prompt_and_a_terminal_it_is_a_mistake_of_usage():
    done = run_cli("chat", "--simulate")
    assert done.returncode == 2
    assert "there is no prompt" in done.stderr


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
    assert not {name for name in loaded if name.startswith("mistralai.simulator")}


def test_help_loads_no_http_library_and_no_models():
    loaded = modules_after("from mistralai.cli.app import run\nrun(['chat', '--help'])")
    assert not {"httpx2", "pydantic", "rich", "prompt_toolkit"} & loaded


@pytest.mark.parametrize(
    ("package", "words"),
    [("click", ["chat", "x"]), ("jsonschema", ["chat", "--schema", "{}", "x"])],
)
def test_the_extra_is_named_where_it_is_missing(package, words):
    """An interpreter that cannot find a package, as one without the extra."""
    program = f"""
import sys
sys.modules[{package!r}] = None
sys.argv[1:] = {words!r}
from mistralai.cli import main
sys.exit(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"mistralai: the command line needs {package}: pip install 'mistralai[cli]'\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of Unix")
@pytest.mark.parametrize("form", [(), ("--json",), ("--raw",)], ids=["text", "json", "raw"])
def test_a_reader_that_has_left_ends_it_quietly(echo, form):
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
def test_an_argument_that_is_no_utf8_is_sent_as_far_as_it_goes(echo):
    assert ask(echo, b"caf\xe9").stdout == "caf\ufffd\n"


@pytest.mark.parametrize("words", [("--debug", "chat"), ("chat", "--debug")])
def test_debug_may_stand_before_the_command_and_behind(words):
    done = run_cli(*words, "--simulate", "x")
    assert "] POST http://127.0.0.1:" in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_console_without_utf8_shows_the_nearest(encoding):
    with said("naïve … 🐍 “x” — é") as sim:
        environment = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
        done = subprocess.run(
            [sys.executable, "-m", "mistralai", "chat", "x"],
            env={**os.environ, **environment, "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding},
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
