"""The examples run as they stand, each in an interpreter of its own, against the simulator."""

from pathlib import Path

import pytest

from mistralai.simulator import Simulator
from support.programs import run_program
from support.serving import POEM

EXAMPLES = Path(__file__).parent.parent / "examples"
STREAMS = sorted(EXAMPLES.glob("stream*.py"))


@pytest.fixture(scope="module")
def sim():
    with Simulator() as sim:
        yield sim


@pytest.fixture(scope="module")
def poem(sim):
    from mistralai import Mistral

    with Mistral("key", server_url=sim.url) as client:
        return client.chat.complete(**POEM).choices[0].message.content


@pytest.mark.parametrize("flags", [(), ("-W", "error")], ids=["as it stands", "strict"])
@pytest.mark.parametrize("example", STREAMS, ids=lambda path: path.stem)
def test_an_example_prints_its_answer_and_nothing_else(sim, poem, example, flags):
    program = run_program(example, *flags, MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=sim.url)
    prompt, answer = "Explain machine learning.", "Explain machine learning.\n"
    if prompt not in example.read_text("utf-8"):
        answer = f"{poem}\n"
    assert (program.stdout, program.stderr, program.returncode) == (answer, "", 0)


def test_every_form_has_its_example():
    sources = {path.stem: path.read_text("utf-8") for path in STREAMS}
    assert {*STREAMS} == {*EXAMPLES.glob("*.py")}
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
