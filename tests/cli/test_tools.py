"""`mistralai chat` with tools: functions of a file and MCP servers, each call asked for."""

import json
import os
import shlex
import sys

import pytest

from mistralai.simulator import Call, Reply, Scenario, Simulator
from support.commands import ask
from support.mcp_servers import COMMAND, needs_mcp_2
from support.terminal import in_shell, in_terminal

TOOLS = '''
from typing import Annotated, Literal

from helper import DEGREES


def weather(city: Annotated[str, "Name of a town"], unit: Literal["C", "F"] = "C") -> str:
    """Say how the weather is. In one line."""
    return f"sunny in {city}, {DEGREES} {unit}"


async def clock() -> str:
    return "noon"


def boom():
    raise ValueError("secret of the user")


def slow(path):
    print("slow", flush=True)
    return open(path).read()


def wait():
    import signal

    print("waiting", flush=True)
    signal.pause()


def _private(*args):
    return args
'''


@pytest.fixture
def tools(tmp_path):
    """Write a file with tools, and one that it imports."""
    (tmp_path / "helper.py").write_text("DEGREES = 20\n")
    path = tmp_path / "tools.py"
    path.write_text(TOOLS)
    return str(path)


def calling(*calls, text=None):
    made = tuple(Call(name=name, arguments=arguments) for name, arguments in calls)
    return Scenario(Reply(calls=made, text=text))


def saying(text):
    return Scenario(Reply(text=text))


WEATHER = ("weather", {"city": "Brest"})
CALLS = [calling(WEATHER, ("clock", {})), saying("It is **sunny** at noon.")]
SERVER = shlex.join(COMMAND)


def contents(request):
    """Return role and content of the messages of a request."""
    return [(message["role"], message.get("content")) for message in request.json["messages"]]


def test_calls_are_shown_and_run_in_a_pipe_with_yes(tools):
    with Simulator(CALLS) as sim:
        done = ask(sim, "-T", tools, "--yes", "How is it?")
    assert (done.returncode, done.stdout) == (0, "It is **sunny** at noon.\n")
    assert done.stderr.splitlines() == [
        'weather(city="Brest", unit="C")',
        "clock()",
        "weather: sunny in Brest, 20 C",
        "clock: noon",
    ]
    assert contents(sim.requests[1])[2:] == [("tool", "sunny in Brest, 20 C"), ("tool", "noon")]
    names = [tool["function"]["name"] for tool in sim.requests[0].json["tools"]]
    assert names == ["weather", "clock", "boom", "slow", "wait"]


def test_the_model_is_not_told_the_text_of_an_exception(tools):
    with Simulator([calling(("boom", {})), saying("It failed.")]) as sim:
        done = ask(sim, "-T", tools, "--yes", "Try it")
    assert done.returncode == 0
    assert "the tool boom raised ValueError: secret of the user" in done.stderr
    assert contents(sim.requests[1])[-1] == ("tool", "the tool failed (ValueError)")


OTHERS = """
from mistralai.tools import FunctionTool, tool

made = FunctionTool(
    name="made", description="", parameters={"type": "object"}, function=lambda **given: str(given)
)


def decide(call, context):
    raise LookupError("secret of the user")


@tool(approve=decide)
def guarded() -> str:
    return "never"


__all__ = ["made", "guarded"]
"""


def test_tools_that_are_made_and_approvals_that_fail(subtests, tmp_path):
    path = tmp_path / "others.py"
    for name, text in {"with": OTHERS, "without": OTHERS.partition("__all__")[0]}.items():
        path.write_text(text.replace("def decide", "def _decide").replace("=decide", "=_decide"))
        with (
            subtests.test(name),
            Simulator([calling(("made", {"x": 1}), ("guarded", {})), saying("Done.")]) as sim,
        ):
            done = ask(sim, "-T", str(path), "--yes", "Go")
            assert (done.returncode, done.stdout) == (0, "Done.\n")
            assert "approve of the tool guarded raised LookupError: secret of" in done.stderr
            told = [content for role, content in contents(sim.requests[1]) if role == "tool"]
            assert told == ["{'x': 1}", "not run: its approval failed"]


def test_an_approval_that_returns_no_verdict_is_named_and_the_call_is_not_run(tmp_path):
    path = tmp_path / "others.py"
    path.write_text(OTHERS.replace('raise LookupError("secret of the user")', "return 3"))
    with Simulator([calling(("guarded", {})), saying("Done.")]) as sim:
        done = ask(sim, "-T", str(path), "--yes", "Go")
    assert (done.returncode, done.stdout) == (0, "Done.\n")
    assert "mistralai: approve returned 3 for the tool 'guarded'; it returns True" in done.stderr
    assert "--help" not in done.stderr
    assert contents(sim.requests[1])[-1] == ("tool", "not run: its approval failed")


def test_a_call_is_shown_as_it_is(tmp_path):
    """What is shown in other words or in another order than it is run would be approved."""
    path = tmp_path / "any.py"
    path.write_text("def f(**given): return 'ran'")
    given = {"spaces": "a  b", "hidden": "x\u202e\u00a0\u200b\u2028", 'a="1", b\n': "é 🙂\t"}
    with Simulator([calling(("f", given)), saying("Done.")]) as sim:
        done = ask(sim, "-T", str(path), "--yes", "Go")
    assert done.stderr.splitlines()[0] == (
        r"""f(spaces="a  b", hidden="x\u202e\u00a0\u200b\u2028", "a=\"1\", b\n"="é 🙂\t")"""
    )


def test_json_has_a_line_for_each_delta_and_a_summary(tools):
    with Simulator(CALLS) as sim:
        done = ask(sim, "-T", tools, "--yes", "--json", "How is it?")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [line["type"] for line in lines if line["type"] not in {"text", "usage", "finish"}]
    run = ["tool_start", "tool_result"]
    assert kinds == [
        *["step_start", "tool_call", "tool_call", *run, *run, "step_end"],
        *["step_start", "step_end", "summary"],
    ]
    assert lines[-1]["text"] == "It is **sunny** at noon."
    assert (lines[-1]["steps"], lines[-1]["end_reason"]) == (2, "stop")
    assert [each["role"] for each in lines[-1]["messages"]] == [
        "assistant", "tool", "tool", "assistant",
    ]  # fmt: skip
    assert lines[-1]["usage"]["prompt_tokens"] > 0


PRINTING = """
import logging, sys

print("loaded")
log = logging.StreamHandler(sys.stdout)


def plain():
    print("plain")
    log.emit(logging.makeLogRecord({"msg": "logged"}))


async def later():
    print("later")
"""


def test_what_tools_print_is_not_in_the_answer(subtests, tmp_path):
    path = tmp_path / "printing.py"
    path.write_text(PRINTING)
    for words in [], ["--json"]:
        calls = calling(("plain", {}), ("later", {}))
        with subtests.test(words=words), Simulator([calls, saying("Done.")]) as sim:
            done = ask(sim, "-T", str(path), "--yes", *words, "Go")
            printed = ["loaded", "plain", "logged", "later"]
            assert [line for line in done.stderr.splitlines() if line in printed] == printed
            if words:
                kinds = [json.loads(line)["type"] for line in done.stdout.splitlines()]
                assert kinds[-1] == "summary"
            else:
                assert done.stdout == "Done.\n"


def test_a_schema_statistics_and_a_failure_are_those_of_the_last_answer(subtests, tools):
    schema = '{"type": "object", "properties": {"a": {"type": "integer"}}}'
    for text, code in [('{"a": 1}', 0), ('{"a": "x"}', 1)]:
        with subtests.test(text), Simulator([calling(WEATHER), saying(text)]) as sim:
            done = ask(sim, "-T", tools, "--yes", "--schema", schema, "--stats", "How is it?")
            assert (done.returncode, done.stdout) == (code, f"{text}\n")
            assert "calls weather" in done.stderr
    with (
        subtests.test("ten answers that call"),
        Simulator([calling(("weather", {"city": str(number)})) for number in range(11)]) as sim,
    ):
        done = ask(sim, "-T", tools, "--yes", "--json", "How is it?")
        summary = json.loads(done.stdout.splitlines()[-1])
        assert (done.returncode, len(sim.requests)) == (1, 10)
        assert summary["error"]["class"] == "ToolLoopError"


def test_what_cannot_be_used_is_refused_at_the_start(subtests, sim, tools, tmp_path):
    files = {"none.py": "x = 1", "bad.py": "1 / 0", "star.py": "def f(*args): ...", "text.txt": ""}
    files["lost.py"] = "__all__ = ['f', 'g']\ndef f(): ..."
    files["script.py"] = "def f(): ...\nraise SystemExit(0)"
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    rows = [
        (["-T", tools], 2, "no terminal to ask in. --yes runs every call"),
        (["--mcp", SERVER], 2, "no terminal to ask in"),
        (["--yes"], 2, "it needs -T or --mcp"),
        (["-T", tools, "--yes", "--raw"], 2, "--raw writes one response"),
        (["-T", "missing.py", "--yes"], 2, "does not exist"),
        (["-T", f"{tmp_path}/none.py", "--yes"], 2, "none.py has no public function"),
        (["-T", f"{tmp_path}/bad.py", "--yes"], 1, "bad.py, line 1: ZeroDivisionError"),
        (["-T", os.path.relpath(tmp_path / "bad.py"), "--yes"], 1, "bad.py, line 1: ZeroDivision"),
        (["-T", f"{tmp_path}/script.py", "--yes"], 1, "script.py, line 2: SystemExit: 0"),
        (["-T", f"{tmp_path}/star.py", "--yes"], 2, "star.py: f: the tool 'f' has the parameter"),
        (["-T", f"{tmp_path}/lost.py", "--yes"], 2, "lost.py: __all__ has 'g', and the file has"),
        (["-T", f"{tmp_path}/text.txt", "--yes"], 2, "is not a Python file"),
        (["-T", tools, "-T", tools, "--yes"], 2, "two tools have the name weather"),
        (["--mcp", "/no/such/server", "--yes"], 1, "/no/such/server could not be used"),
        (["--mcp", " ", "--yes"], 2, "the command is empty"),
    ]
    for words, code, text in rows:
        with subtests.test(words=words):
            done = ask(sim, *words, "Hi")
            assert done.returncode == code
            assert text in " ".join(done.stderr.split())
    assert not sim.requests


@needs_mcp_2
def test_the_tools_of_a_server_are_called():
    with Simulator([calling(("add", {"a": 1, "b": 2}), ("refuse", {})), saying("Three.")]) as sim:
        done = ask(sim, "--mcp", SERVER, "--yes", "How much?")
    assert (done.returncode, done.stdout) == (0, "Three.\n")
    assert "add: 3" in done.stderr.splitlines()
    (_, added), (_, refused) = contents(sim.requests[1])[2:]
    assert (added, "no such town" in refused) == ("3", True)


@pytest.fixture
def begin(tools):
    """Run `mistralai chat` with the tools in a terminal."""
    if sys.platform == "win32":
        pytest.skip("pseudo-terminals are Unix's")

    def start(sim, *words):
        environment = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
        return in_terminal("chat", "-T", tools, *words, **environment)

    return start


def test_each_call_is_asked_for_in_a_terminal(begin):
    calls = [WEATHER, ("clock", {}), ("weather", {"city": "Nice"}), ("boom", {})]
    with Simulator([calling(*calls), calling(("clock", {})), saying("Done.")]) as sim:
        with begin(sim, "How is it?") as term:
            term.wait_for('weather(city="Brest", unit="C")', "run it?")
            term.send("y\n")
            term.wait_for("clock()")
            term.send("always\n")
            term.wait_for('weather(city="Nice"')
            term.send("use Brest\n")
            term.wait_for("boom()")
            term.send("\n")
            assert term.wait_for_end() == 0
            assert term.text.count("run it?") == 4
            assert "weather failed: " in term.text
        results = [content for role, content in contents(sim.requests[-1]) if role == "tool"]
    assert results[:2] == ["sunny in Brest, 20 C", "noon"]
    assert "use Brest" in results[2]
    assert "secret" not in results[3]
    assert results[4] == "noon"


def test_a_line_that_was_typed_before_the_call_was_shown_is_not_an_answer(begin, tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    steps = [calling(("slow", {"path": str(path)})), calling(("clock", {})), saying("Done.")]
    with Simulator(steps) as sim:
        with begin(sim, "Go") as term:
            term.wait_for("run it?")
            term.send("y\n")
            term.wait_until(lambda now: now.endswith("\nslow"), "the tool")
            term.send("y\n")
            path.write_text("now")
            term.wait_until(lambda now: now.count("run it?") == 2, "a question")
            term.send("no, thanks\n")
            assert term.wait_for_end() == 0
        results = [content for role, content in contents(sim.requests[-1]) if role == "tool"]
    assert results == ["now", "not run: no, thanks"]


def test_a_question_that_nobody_would_see_is_refused_at_the_start(sim, tools, tmp_path):
    """Calls and questions are written to standard error."""
    environment = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
    command = f"mistralai chat -T {tools} Hi 2> {tmp_path}/errors"
    with in_shell(command, **environment) as term:
        assert term.wait_for_end() == 2
    assert "no terminal to ask in" in (tmp_path / "errors").read_text()
    assert not sim.requests


def test_the_prompt_is_on_the_terminal_wherever_standard_error_goes(tools, tmp_path):
    environment = {"MISTRAL_API_KEY": "key"}
    for redirected, other in [("2", "errors"), ("1", "answers")]:
        with Simulator(saying("Hello.")) as sim:
            command = f"mistralai chat -T {tools} --yes --no-save {redirected}> {tmp_path}/{other}"
            with in_shell(command, MISTRAL_SERVER_URL=sim.url, **environment) as term:
                term.wait_for(">")
                term.send("Hi\r")
                term.wait_until(lambda now: now.count(">") > 1, "a second prompt")
                term.send("\x04")
                assert term.wait_for_end() == 0
                text = f"{term.text}\n{(tmp_path / other).read_text()}"
            assert "Hello." in text


def talk(term, text, *shown):
    term.send(f"{text}\r")
    term.wait_for(*shown)
    term.wait_until(lambda now: now.endswith("\n>"), "a prompt")


def test_a_conversation_with_tools_is_kept_and_continued(begin, tmp_path):
    with Simulator([*CALLS, saying("Yes."), saying("Again.")]) as sim:
        with begin(sim, "--yes", "--session", "one") as term:
            term.wait_for("Ctrl-D exits.")
            talk(term, "/tools", "weather  Say how the weather is", "clock", "boom")
            talk(term, "How is it?", "weather: sunny in Brest, 20 C", "It is sunny at noon.")
            talk(term, f"/save {tmp_path}/talk.md", "saved 5 messages")
            talk(term, "Really?", "Yes.")
            term.exit_prompt()
        done = ask(sim, "--session", "one", "And now?")
        assert (done.returncode, done.stdout) == (0, "Again.\n")
        roles = [role for role, _ in contents(sim.requests[-1])]
    assert roles == ["user", "assistant", "tool", "tool", "assistant", "user", "assistant", "user"]
    saved = (tmp_path / "talk.md").read_text()
    assert '(calls weather with {"city": "Brest"})' in saved
    assert "## Tool\n\nsunny in Brest, 20 C" in saved


def test_ctrl_c_ends_a_tool_and_the_conversation_goes_on(begin):
    with Simulator([calling(("wait", {}), ("clock", {})), saying("Hello.")]) as sim:
        with begin(sim, "--yes", "--no-save") as term:
            term.wait_for("Ctrl-D exits.")
            term.send("Wait\r")
            term.wait_for("wait()", "waiting")
            term.send("\x03")
            term.wait_for("(stopped; the partial answer is kept)")
            term.wait_until(lambda now: now.endswith("\n>"), "a prompt")
            talk(term, "Hi", "Hello.")
            term.exit_prompt()
        messages = contents(sim.requests[-1])
    assert [role for role, _ in messages] == [
        "user",
        "assistant",
        "tool",
        "tool",
        "assistant",
        "user",
    ]
    assert messages[3] == ("tool", "not run: cancelled")
