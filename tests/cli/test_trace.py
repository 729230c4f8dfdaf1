"""`--trace`: the calls of an answer as a tree on standard error, after the answer."""

import json
import re
import sys

import pytest

from mistralai.simulator import Answer, Call, Reply, Scenario, Simulator, faults
from support.chunks import chunk_of
from support.commands import ask, run_here
from support.serving import DONE, event
from support.terminal import in_terminal

TOOLS = """
def weather(city: str) -> str:
    return f"sunny in {city}"


def fails():
    raise ValueError("secret of the user")
"""
BUSY = faults.Status(status=429, first=1, retry_after=0.001, form="ms")
CALLS = [
    Scenario(Reply(calls=(Call(name="weather", arguments={"city": "Brest"}), Call(name="fails")))),
    Scenario(Reply(text="It is sunny.")),
]


@pytest.fixture
def tools(tmp_path):
    path = tmp_path / "tools.py"
    path.write_text(TOOLS)
    return str(path)


def names(text):
    """Return the lines of a tree that are not attributes, without their times."""
    lines = [line for line in text.splitlines() if re.search(r"  \d+(\.\d+)? m?s\b", line)]
    return [re.sub(r"  \d+(\.\d+)? m?s\b", "", line) for line in lines]


def attributes(text):
    return dict(re.findall(r"^[│ ]*(\S+?)=(.*)$", text, re.MULTILINE))


def test_each_command_with_an_answer_traces_its_call(subtests, tmp_path):
    recorded = str(tmp_path / "talk.jsonl")
    rows = [
        (["chat", "Hi", "--record", recorded], "chat mistral-large-latest"),
        (["chat", "Hi", "--json"], "chat mistral-large-latest"),
        (["chat", "Hi", "--copy"], "chat mistral-large-latest"),
        (["fim", "def "], "text_completion codestral-latest"),
        (["replay", recorded], "chat mistral-large-latest"),
    ]
    with Simulator("echo") as sim:
        for words, name in rows:
            with subtests.test(words=words):
                done = run_here(
                    *words, "--trace", MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=sim.url
                )
                assert done.returncode == 0
                assert names(done.stderr) == [name]
                found = attributes(done.stderr)
                assert found["gen_ai.response.finish_reasons"] == "stop"
                assert name not in done.stdout
                if "--json" in words:
                    assert [json.loads(line)["type"] for line in done.stdout.splitlines()]


def test_a_run_with_tools_is_one_tree_without_arguments_and_results(tools):
    with Simulator(CALLS) as sim:
        done = ask(sim, "-T", tools, "--yes", "--trace", "How is it?")
    assert done.stdout == "It is sunny.\n"
    assert names(done.stderr) == [
        "invoke_agent",
        "├─ chat mistral-large-latest",
        "├─ execute_tool weather",
        "├─ execute_tool fails  ERROR ValueError",
        "└─ chat mistral-large-latest",
    ]
    tree = done.stderr[done.stderr.index("invoke_agent") :]
    assert "│      gen_ai.tool.name=weather\n" in tree
    assert "secret" not in tree
    assert "Brest" not in tree


def test_failures_and_retries_are_traced_before_their_sentence():
    refused = Scenario(faults=[faults.Status(status=400)])
    busy = Scenario("echo", faults=[BUSY])
    with Simulator(refused) as sim:
        done = ask(sim, "--trace", "Hi")
    assert done.returncode == 1
    assert names(done.stderr) == ["chat mistral-large-latest  ERROR BadRequestError"]
    assert done.stderr.index("ERROR BadRequestError") < done.stderr.index("mistralai: ")
    with Simulator(busy) as sim:
        done = ask(sim, "--trace", "Hi")
    assert re.search(
        r"^    RateLimitError, status 429; again after \d+ ms$", done.stderr, re.MULTILINE
    )


def test_a_server_cannot_write_control_characters_into_the_trace():
    body = [event(chunk_of({"content": "Hi"}, "stop", model="\x1b[31mred\nline")), DONE]
    with Simulator(Answer(body=body)) as sim:
        done = ask(sim, "--trace", "Hi")
    assert "gen_ai.response.model=\\x1b[31mred line\n" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
def test_a_conversation_traces_each_answer_in_a_terminal(tools):
    answers = [Scenario(Reply(text="Good **morning**.")), *CALLS]
    with Simulator(answers) as sim:
        environment = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
        with in_terminal(
            "chat", "--trace", "--no-save", "-T", tools, "--yes", rows=90, **environment
        ) as term:
            term.wait_for("Ctrl-D exits.")
            term.send("Hello\r")
            term.wait_for("Good morning.\ninvoke_agent", "└─ chat mistral-large-latest")
            term.wait_until(lambda now: now.endswith("\n>"), "a prompt")
            term.send("Weather?\r")
            term.wait_for("It is sunny.\ninvoke_agent", "├─ execute_tool weather")
            term.exit_prompt()
            assert term.text.count("invoke_agent  ") == 2
