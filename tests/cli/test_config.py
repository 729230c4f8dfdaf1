"""`config.toml`: its keys, their order with options and variables, and `mistralai config`."""

import sys

import pytest

from mistralai.simulator import Simulator
from support.commands import run_here


@pytest.fixture
def sim():
    with Simulator("echo") as sim:
        yield sim


@pytest.fixture
def write(home):
    """Write `config.toml`; return its path."""
    path = home / "config" / "mistralai" / "config.toml"

    def write(text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write


def printing(tmp_path, program):
    """Return an `api_key_command` that runs a program in Python."""
    path = tmp_path / f"print key {len([*tmp_path.iterdir()])}.py"
    path.write_text(program)
    return f"'{sys.executable}' '{path}'"


def test_options_come_before_variables_and_these_before_the_file(sim, write, subtests):
    write(f"""
        model = "of-file"
        server = "local"
        [aliases]
        fast = "ministral-8b-latest"
        of-file = "chosen"
        [servers]
        local = "{sim.url}"
        [rendering]
        stats = true
    """)
    cases = [
        (["chat", "x"], {}, "chosen"),
        (["chat", "x"], {"MISTRAL_MODEL": "of-variable"}, "of-variable"),
        (["chat", "x"], {"MISTRAL_MODEL": "fast"}, "ministral-8b-latest"),
        (["chat", "x", "-m", "fast"], {"MISTRAL_MODEL": "other"}, "ministral-8b-latest"),
        (["chat", "x", "-m", "other"], {}, "other"),
        (["fim", "x"], {}, "codestral-latest"),
        (["fim", "x", "-m", "fast"], {}, "ministral-8b-latest"),
    ]
    for words, environment, model in cases:
        with subtests.test(f"{words} {environment}"):
            done = run_here(*words, MISTRAL_API_KEY="key", **environment)
            assert "time to first token" in done.stderr
            assert sim.requests[-1].json["model"] == model
    with subtests.test("--no-stats"):
        assert run_here("chat", "x", "--no-stats", MISTRAL_API_KEY="key").stderr == ""


def test_the_server_is_that_of_the_option_the_variable_or_the_file(sim, write, subtests):
    nowhere = "http://127.0.0.1:9"
    cases = [
        (f'server = "{sim.url}"', [], {}),
        (f'server = "{nowhere}"', ["--server-url", sim.url], {}),
        (f'server = "{nowhere}"', [], {"MISTRAL_SERVER_URL": sim.url}),
        (f'servers.here = "{sim.url}"', ["--server", "here"], {"MISTRAL_SERVER_URL": nowhere}),
        (f'server = "{nowhere}"', ["--simulate", "echo"], {"MISTRAL_SERVER_URL": nowhere}),
    ]
    for text, words, environment in cases:
        with subtests.test(f"{text} {words} {environment}"):
            write(text)
            done = run_here("chat", *words, "Hi there", MISTRAL_API_KEY="key", **environment)
            assert done.stdout == "Hi there\n"


WRONG = [
    ('\n\nmodle = "x"', 0, "config.toml:3: unknown key 'modle'; did you mean 'model'?"),
    ("x = 1\n\n# a list\nlist = [\n 1,\n]\n[y]\nz = 2", 0, "config.toml:4: unknown key 'list'"),
    ("[servers]\n[rendering]\n\nthinkin = 1", 0, "toml:4: unknown key 'rendering.thinkin'; did"),
    ('api_key = "sk-1234"', 0, "config.toml:1: a key is not read from config.toml; use api_key_c"),
    ("\nsave = 'no'", 2, "config.toml:2: save must be true or false, not 'no'"),
    ("[rendering]\nthinking = 'loud'", 2, "thinking must be one of show, fold, hide, not 'loud'"),
    ("[servers]\na = 'localhost'", 2, "config.toml:2: servers.a must be an address that begins"),
    ("aliases = 3", 2, "config.toml:1: aliases must be a table, not 3"),
    ("aliases.a.b = 'c'", 2, "config.toml:1: aliases.a must be a text, not {'b': 'c'}"),
    ("model = ''", 2, "config.toml:1: model must be a text, not ''"),
    ("model =", 2, "config.toml is not valid TOML: Invalid value (at end of document)"),
    ("server = 'nobody'\n[servers]\na = 'http://a'", 2, "no server 'nobody' in config.toml; known"),
]  # fmt: skip


def test_a_wrong_key_is_a_warning_and_a_wrong_value_an_error_each_with_its_line(
    sim, write, subtests
):
    for text, code, message in WRONG:
        with subtests.test(text):
            write(text)
            words = () if "server =" in text else ("--server-url", sim.url)
            done = run_here("chat", *words, "Hi", MISTRAL_API_KEY="sk-0123456789")
            assert message in done.stderr
            assert "sk-" not in done.stderr
            assert (done.stdout, done.returncode) == ("" if code else "Hi\n", code)
            assert run_here("chat", "--help").returncode == 0


def test_a_command_prints_the_key_in_the_place_of_the_variable(sim, write, tmp_path):
    command = printing(tmp_path, "print('sk-0123456789abcdef\\nlogin: me')")
    write(f'api_key_command = "{command}"')
    done = run_here("chat", "my key is sk-0123456789abcdef", MISTRAL_SERVER_URL=sim.url)
    assert sim.requests[-1].headers["authorization"] == "Bearer sk-0123456789abcdef"
    run_here("chat", "x", MISTRAL_SERVER_URL=sim.url, MISTRAL_API_KEY="of-variable")
    assert sim.requests[-1].headers["authorization"] == "Bearer of-variable"
    done = run_here("--debug", "chat", "x", MISTRAL_SERVER_URL=f"{sim.url}/sk-0123456789abcdef")
    assert "status 404" in done.stderr
    assert "0123456789" not in done.stderr


FAILING = [
    ("import sys; sys.exit('not unlocked')", "exited with status 1"),
    ("print()", "printed no key on its first line"),
    ("print('sk-\\u201d1234')", "api_key_command contains characters that a key cannot have"),
]


def test_a_command_that_prints_no_key_is_named_without_its_output(sim, write, tmp_path, subtests):
    cases = [(printing(tmp_path, program), message) for program, message in FAILING]
    for command, message in [
        *cases,
        ("no-such-program show sk-1234", "'no-such-program' cannot be run: No such file"),
        ("pass 'show sk-1234", "is not a valid command line: No closing quotation"),
    ]:
        with subtests.test(message):
            write(f'api_key_command = "{command}"')
            done = run_here("chat", "x", MISTRAL_SERVER_URL=sim.url)
            assert message in done.stderr
            assert "1234" not in done.stderr
            assert (done.stdout, done.returncode) == ("", 3)
