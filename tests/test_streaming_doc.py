"""The programs in `docs/streaming.md` run unchanged, and print the output below them."""

import json
import re
from pathlib import Path

import pytest

from mistralai.simulator import Answer, Simulator
from support.chunks import chunk_of
from support.programs import run_program

DOCS = Path(__file__).parent.parent / "docs"
PROGRAMS = re.findall(
    r"```python\n(.*?)```\n\n```text\n(.*?)```",
    (DOCS / "streaming.md").read_text("utf-8"),
    re.DOTALL,
)
BOOKS = [{"title": "Walden", "pages": 352}, {"title": "Emma", "pages": 474}]
CALL = {"id": "abcdefghi", "function": {"name": "weather", "arguments": '{"city": "Brest"}'}}


def in_pieces(text, size=4):
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return Answer.of_events(*(chunk_of({"content": p}) for p in pieces), chunk_of({}, "stop"))


def thinking(text):
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}]}


def answer(request):
    """Return a suitable answer to each program, or let the simulator choose one."""
    body = request.json
    last = body["messages"][-1]
    if last["role"] == "tool":
        return in_pieces(f"It is {last['content']}.")
    if "tools" in body:
        return Answer.of_events(chunk_of({"tool_calls": [CALL]}, "tool_calls"))
    if last["content"] == "Name a book.":
        return in_pieces(json.dumps(BOOKS[0]))
    if last["content"] == "Name two books.":
        return in_pieces(json.dumps({"items": BOOKS}))
    if "2 + 2" in last["content"]:
        return Answer.of_events(
            chunk_of({"content": [thinking("Two and two ")]}),
            chunk_of({"content": [thinking("make four."), {"type": "text", "text": "2 + 2"}]}),
            chunk_of({"content": " is 4."}, "stop"),
        )
    return "auto"


@pytest.fixture(scope="module")
def sim():
    with Simulator(answer) as sim:
        yield sim


def test_the_programs_print_the_output_below_them(subtests, sim):
    environment = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
    for number, (program, printed) in enumerate(PROGRAMS, 1):
        with subtests.test(f"program {number}"):
            done = run_program(program, "-W", "error", **environment)
            assert (done.stderr, done.returncode) == ("", 0)
            # After a return to the first column, a terminal shows the text written last.
            shown = [line.rpartition("\x1b[G")[2] for line in done.stdout.split("\n")]
            assert "\n".join(shown) == printed


def test_every_program_has_its_output():
    text = (DOCS / "streaming.md").read_text("utf-8")
    assert len(PROGRAMS) == text.count("```python") == text.count("```text") == 7
