"""`config.toml`: its keys, their order with options and variables, and `mistralai config`."""

import logging
import stat
import subprocess
import sys
import tomllib

import pytest

from support.commands import run_here


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


def test_a_command_prints_the_key_in_the_place_of_the_variable(sim, write, home, tmp_path):
    command = printing(tmp_path, "print('sk-0123456789abcdef\\nlogin: me')")
    write(f'api_key_command = "{command}"')
    done = run_here("chat", "my key is sk-0123456789abcdef", MISTRAL_SERVER_URL=sim.url)
    assert sim.requests[-1].headers["authorization"] == "Bearer sk-0123456789abcdef"
    run_here("chat", "x", MISTRAL_SERVER_URL=sim.url, MISTRAL_API_KEY="of-variable")
    assert sim.requests[-1].headers["authorization"] == "Bearer of-variable"
    done = run_here("--debug", "chat", "x", MISTRAL_SERVER_URL=f"{sim.url}/sk-0123456789abcdef")
    assert "status 404" in done.stderr
    assert "0123456789" not in done.stderr
    logger = logging.getLogger("mistralai")
    assert (logger.handlers, logger.level) == ([], logging.NOTSET), "the command has ended"
    done = run_here("doctor", MISTRAL_SERVER_URL=sim.url)
    assert "ok    key      api_key_command prints a key of 19 characters" in done.stdout
    done = run_here("config", "show")
    assert f"# {home / 'config' / 'mistralai' / 'config.toml'}\n" in done.stdout
    assert "api_key_command = " in done.stdout
    assert "0123456789" not in done.stdout


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


def test_the_configuration_is_shown_with_its_sources(write):
    write("""
        save = false
        aliases."gpt-4.1" = "mistral-large-latest"
        servers.mine = "http://me:hunter2@127.0.0.1:8000"
        modle = "x"
    """)
    done = run_here("config", "show", MISTRAL_MODEL="small", MISTRAL_API_KEY="sk-0123456789")
    assert (
        done.stdout.partition("\n")[2]
        == """\
model = "small"  # environment
server = "https://api.mistral.ai"  # default
save = false  # config.toml
# the key is that of MISTRAL_API_KEY, which is not shown

[aliases]
"gpt-4.1" = "mistral-large-latest"  # config.toml

[servers]
mine = "http://me:***@127.0.0.1:8000"  # config.toml

[rendering]
plain = false  # default
stats = false  # default
"""
    )
    assert "unknown key 'modle'" in done.stderr


EDITED = """\
# Mine.
model = "large" # the best

[aliases] # of models
fast = "small"
"""


def test_a_key_is_set_and_the_rest_of_the_file_is_kept(write, home, tmp_path):
    path = home / "config" / "mistralai" / "config.toml"
    assert run_here("config", "path").stdout == f"{path}\n"
    assert run_here("config", "set", "save", "false").returncode == 0
    assert path.read_text() == "save = false\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(f.stat().st_mode) for f in (path.parent, path.parent.parent)} == {0o700}

    write(EDITED)
    path.chmod(0o640)
    for words in [
        ("set", "model", "medium"),
        ("set", "aliases.gpt-4.1", "large"),
        ("set", "rendering.stats", "true"),
        ("set", "save", "true"),
        ("unset", "aliases.fast"),
    ]:
        assert run_here("config", *words).stderr == "", words
    text = path.read_text()
    for kept in ("# Mine.\n", "# the best\n", "[aliases] # of models\n"):
        assert kept in text
    assert tomllib.loads(text) == {
        "model": "medium",
        "save": True,
        "aliases": {"gpt-4.1": "large"},
        "rendering": {"stats": True},
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [*path.parent.iterdir()] == [path]
    assert run_here("config", "unset", "server").stderr == "server is not set in config.toml\n"
    assert path.read_text() == text

    linked = tmp_path / "dotfiles.toml"
    path.rename(linked)
    path.symlink_to(linked)
    assert run_here("config", "set", "model", "small").returncode == 0
    assert path.is_symlink()
    assert 'model = "small" # the best\n' in linked.read_text()


REFUSED = [
    (("save", "maybe"), "save must be true or false, not 'maybe'"),
    (("servers.a", "localhost"), "servers.a must be an address that begins with http:// or"),
    (("rendering.thinking", "loud"), "rendering.thinking must be one of show, fold, hide, not"),
    (("model", ""), "model must be a text, not ''"),
    (("aliases", "x"), "aliases is a table: name a key in it, for example aliases.NAME"),
    (("rendering", "x"), "name a key in it, for example rendering.thinking"),
    (("sav", "true"), "unknown key 'sav'; did you mean 'save'? The keys are: model, server, save"),
    (("api_key", "sk-1234"), "a key is not read from config.toml; use api_key_command"),
    (("model",), "Missing argument 'VALUE'."),
]


def test_a_wrong_key_or_value_is_not_written(write, subtests):
    path = write(EDITED)
    for words, message in REFUSED:
        with subtests.test(" ".join(words)):
            done = run_here("config", "set", *words)
            assert message in done.stderr
            assert "1234" not in done.stderr
            assert done.returncode == 2
            assert path.read_text() == EDITED
    with subtests.test("a malformed file"):
        write("model = ")
        for words in (["set", "model", "x"], ["unset", "model"], ["show"]):
            assert "config.toml is not valid TOML" in run_here("config", *words).stderr
        assert path.read_text() == "model = "


@pytest.mark.skipif(sys.platform == "win32", reason="limits files as on Unix")
def test_a_file_that_cannot_be_written_stays_as_it_was(write):
    path = write(EDITED)
    command = f"ulimit -f 0; exec '{sys.executable}' -m mistralai config set model x"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False
    )
    assert "File too large" in done.stderr
    assert done.returncode == 1
    assert [(file, file.read_text()) for file in path.parent.iterdir()] == [(path, EDITED)]
