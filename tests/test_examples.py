"""The examples run unchanged, each in an interpreter of its own, against the simulator."""

import re
from pathlib import Path

import nbformat
import pytest

from mistralai.simulator import Simulator
from support.notebooks import NOTEBOOK, executed
from support.programs import run_program
from support.serving import POEM

EXAMPLES = Path(__file__).parent.parent / "examples"
STREAMS = sorted(EXAMPLES.glob("stream*.py"))
TOOLS = EXAMPLES / "tools.py"
ECHOED = "Explain machine learning."  # the simulator repeats all prompts but that for a poem


@pytest.fixture(scope="module")
def sim():
    with Simulator() as sim:
        yield sim


@pytest.fixture(scope="module")
def poem(sim):
    from mistralai import Mistral

    with Mistral("key", server_url=sim.url) as client:
        return client.chat.complete(**POEM).choices[0].message.content


def check(example, sim, poem, *flags):
    """Run an example, which prints the simulator's answer to its prompt."""
    program = run_program(example, *flags, MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=sim.url)
    is_echoed = ECHOED in example.read_text("utf-8")
    answer = f"{ECHOED if is_echoed else poem}\n"
    assert (program.stdout, program.stderr, program.returncode) == (answer, "", 0)


def test_an_example_prints_its_answer_and_nothing_else(subtests, sim, poem):
    for example in STREAMS:
        with subtests.test(example.stem):
            check(example, sim, poem)


def test_an_example_causes_no_warning(subtests, sim, poem):
    for example in STREAMS:
        with subtests.test(example.stem):
            check(example, sim, poem, "-W", "error")


def test_the_example_with_a_tool_prints_call_result_and_answer():
    with Simulator("guide", speed=1000) as sim:
        program = run_program(TOOLS, "-W", "error", MISTRAL_API_KEY="k", MISTRAL_SERVER_URL=sim.url)
    assert (program.stderr, program.returncode) == ("", 0)
    assert program.stdout.splitlines() == [
        "weather {'city': 'Brest', 'days': 1}",
        "  sunny in Brest for 1 days",
        "It is sunny in Brest.",
    ]


def test_every_form_has_its_example():
    sources = {path.stem: path.read_text("utf-8") for path in STREAMS}
    # tests/on_relay runs the one with FastAPI, which is installed there.
    assert {*STREAMS, TOOLS, EXAMPLES / "relay_fastapi.py"} == {*EXAMPLES.glob("*.py")}
    for form in (
        "with client.chat.stream(",
        "async with client.chat.stream_async(",
        "stream = await client.chat.stream_async(",
        "async for chunk in client.chat.stream_async(",
        "from mistralai.client import Mistral",
        'messages=[{"role": "user"',
        "trio.run(main)",
    ):
        assert any(form in source for source in sources.values()), form


def outputs(notebook):
    """Return what a reader of a notebook sees below each cell, without the seconds it took."""
    shown = [
        (cell.id, output.get("data", output))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]
    texts = [
        (name, data.get("text/markdown", data.get("text/plain", data))) for name, data in shown
    ]
    return [(name, re.sub(r"\d+\.\d\d s|\d+ tokens/s", "_", str(text))) for name, text in texts]


def test_the_notebook_runs_without_a_key_and_has_the_outputs_of_a_run(tmp_path):
    stored = outputs(nbformat.read(NOTEBOOK, 4))
    assert [name for name, _ in stored] == ["sync", "async", "message", "complete"]
    assert outputs(executed(NOTEBOOK, tmp_path)) == stored
