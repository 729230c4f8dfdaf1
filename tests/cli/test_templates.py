"""Templates, `mistralai templates`, and system prompts in files."""

import json
import sys

import pytest

from support.commands import ask, run_here
from support.terminal import in_terminal

REVIEW = """\
model = "fast"
system = "You review $language. It costs $$5."
prompt = "Review ${language} for $whom:\\n\\n$input"
schema = "answer.json"

[params]
temperature = 0.25
max_tokens = 50
stop = "END"
top_p = 0.5

[vars]
language = "Python"
level = 3

[[tools]]
name = "look_up"

[[tools]]
type = "web_search"
"""
SCHEMA = {"type": "object", "title": "Review"}


@pytest.fixture
def write(home):
    """Return a function that writes a template."""
    folder = home / "config" / "mistralai" / "templates"
    folder.mkdir(parents=True)

    def write(name, text):
        path = folder / f"{name}.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_a_template_makes_the_request_and_options_come_before_it(sim, write, home):
    path = write("review", REVIEW)
    (path.parent / "answer.json").write_text(json.dumps(SCHEMA))
    (home / "config" / "mistralai" / "config.toml").write_text('aliases.fast = "ministral"\n')
    words = ["--template", "review", "--var", "whom=me", "x = 1"]
    ask(sim, *words, stdin="y = 2\n")
    function = {"name": "look_up", "parameters": {"type": "object"}}
    json_schema = {"name": "Review", "schema": SCHEMA, "strict": True}
    made = {
        "model": "ministral",
        "messages": [
            {"role": "system", "content": "You review Python. It costs $5."},
            {"role": "user", "content": "Review Python for me:\n\nx = 1\n\ny = 2"},
        ],
        "temperature": 0.25,
        "max_tokens": 50,
        "stop": ["END"],
        "top_p": 0.5,
        "response_format": {"type": "json_schema", "json_schema": json_schema},
        "tools": [{"type": "function", "function": function}, {"type": "web_search"}],
        "stream": True,
    }
    assert sim.requests[-1].json == made

    given = ["-m", "small", "-t", "1", "--stop", "X", "--param", "top_p=1", "--schema", "{}"]
    ask(sim, *given, "-s", "Be brief", "--var", "language=C", *words)
    sent = sim.requests[-1].json
    assert [sent["model"], sent["temperature"], sent["stop"], sent["top_p"]] == [
        "small", 1, ["X"], 1
    ]  # fmt: skip
    assert sent["response_format"]["json_schema"]["name"] == "answer"
    assert [message["content"] for message in sent["messages"]] == [
        "Be brief",
        "Review C for me:\n\nx = 1",
    ]


def test_a_prompt_without_input_is_a_question_by_itself(sim, write, subtests):
    write("poem", 'prompt = "A poem about $topic"\nvars.topic = "the sea"')
    write("brief", 'system = "Be brief"')
    for name, words, content in [
        ("poem", [], "A poem about the sea"),
        ("poem", ["Two lines"], "A poem about the sea\n\nTwo lines"),
        ("brief", ["Two lines"], "Two lines"),
    ]:
        with subtests.test(f"{name} {words}"):
            done = ask(sim, "--template", name, *words)
            assert (done.stderr, done.returncode) == ("", 0)
            assert sim.requests[-1].json["messages"][-1]["content"] == content


MISTAKES = [
    ("prompt = '$whom'", [], "template it needs a value for $whom. For example: --var whom=..."),
    ("prompt = '$input'", ["--var", "a=1"], "--var a: template it has $input"),
    ("system = 'x'", ["--var", "a=1"], "--var a: template it has no variables"),
    ("prompt = '$input'", ["--var", "input=1"], "--var input: the prompt itself is $input"),
    ("prompt = '''\n$5'''", [], "line 1, col 1. A dollar sign is written $$."),
    ("\nprompt = 5", [], "it.toml:2: prompt must be a text, not 5"),
    ("model = ''\n[tools]\na = 1", [], "it.toml:2: tools must be an array of tables, not {'a': 1}"),
    ("params.model = 'x'", [], "it.toml:1: params.model is not a parameter of a template"),
    ("vars.a = []", [], "it.toml:1: vars.a must be a text or a number, not []"),
    ("model = ", [], "it.toml is not valid TOML: "),
    ("schema = 'none.json'", [], "none.json: No such file or directory"),
    ("", ["--template", "none"], "no template none; known: it. `mistralai templates edit none`"),
    ("", ["--template", "a/b"], "'a/b' is not the name of a template. A name has letters"),
    ("prompt = 'x'", ["--var", "a"], "'a' is not KEY=VALUE, for example language=Python"),
    ("", ["-s", "@none.txt"], "cannot read none.txt: No such file or directory."),
]


def test_a_mistake_is_named_and_nothing_is_sent(sim, write, subtests):
    for text, words, message in MISTAKES:
        with subtests.test(message):
            write("it", text)
            done = ask(sim, "--template", "it", *words, "x")
            assert message in done.stderr
            assert done.returncode in {1, 2}
    with subtests.test("no template"):
        assert "--var needs --template" in ask(sim, "--var", "a=1", "x").stderr
    with subtests.test("no input"):
        write("it", "prompt = '$input'")
        assert "no prompt: pass one" in ask(sim, "--template", "it").stderr
    assert sim.requests == []
    write("it", "modle = 'x'\nprompt = '$input'")
    done = ask(sim, "--template", "it", "x")
    assert (
        "it.toml:1: unknown *** 'modle'; did you mean 'model'?\n" in done.stderr
    )  # the key is key
    assert done.stdout == "x\n"


def test_a_system_prompt_can_be_in_a_file(sim, tmp_path, subtests):
    path = tmp_path / "system.txt"
    path.write_bytes(b"\xef\xbb\xbfBe brief.\nAlways.\n")
    for value, content in [(f"@{path}", "Be brief.\nAlways."), ("@@me", "@me"), ("a @b", "a @b")]:
        with subtests.test(value):
            ask(sim, "-s", value, "x")
            assert sim.requests[-1].json["messages"][0]["content"] == content
    path.write_bytes(b"\xff")
    assert f"cannot read {path}: it is not UTF-8." in ask(sim, "-s", f"@{path}", "x").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
def test_in_a_conversation_the_template_makes_the_first_question(sim, write, tmp_path):
    write("it", "system = 'Be $how'\nprompt = 'Explain: $input'")
    (tmp_path / "system.txt").write_text("Be long\n")
    server = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
    words = ["--template", "it", "--var", "how=brief"]
    with in_terminal("chat", *words, columns=200, **server) as term:
        term.wait_for("\n>")
        for line, reply in [
            ("tides", "tides\nExplain: tides\n>"),
            ("why", "why\nwhy\n>"),
            (f"/system @{tmp_path}/system.txt", "system: Be long\n>"),
            ("/system @none", "cannot read none: No such file or directory."),
        ]:
            term.send(f"{line}\r")
            term.wait_for(reply)
        assert sim.requests[0].json["messages"][0] == {"role": "system", "content": "Be brief"}
        term.exit_prompt()


@pytest.mark.skipif(sys.platform == "win32", reason="the editor is a shell script")
def test_templates_are_listed_shown_and_edited(write, tmp_path):
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "modle = 1" >> "$1"\n')
    editor.chmod(0o755)
    assert "no templates in" in run_here("templates", "list").stderr
    path = write("review", 'prompt = """\nReview\n$input"""\n')
    write("broken", "model =")
    listed = run_here("templates", "list").stdout
    assert "review  Review $input\n" in listed
    assert "broken  (" in listed
    assert run_here("templates", "path", "review").stdout == f"{path}\n"
    assert run_here("templates", "path").stdout == f"{path.parent}\n"
    assert run_here("templates", "show", "review").stdout == path.read_text()
    done = run_here("templates", "edit", "new", VISUAL=str(editor))
    assert "new.toml:10: unknown key 'modle'" in done.stderr
    assert run_here("templates", "show", "new").stdout.startswith("# model = ")
    assert run_here("templates", "show", "nobody").returncode == 2
