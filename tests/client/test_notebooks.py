"""Streams in a notebook: a real kernel runs the cells, and interrupts them."""

import re

import pytest

from mistralai.simulator import Answer, Gate, Simulator
from support.kernel import kernel
from support.life import SILENT
from support.programs import run_program
from support.serving import chunk, event

ASK = "model='m', messages=[{'role': 'user', 'content': 'Hello'}]"
USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
SHOWN = {
    "sync": f"client.chat.stream({ASK}).show()",
    "async": f"stream = await client.chat.stream_async({ASK}); await stream.show()",
    "not begun": f"await client.chat.stream_async({ASK}).show()",
}
LOOP = f"for event in client.chat.stream({ASK}): print(event.data.choices[0].delta.content)"
FOOTER = (
    r"<small>3 prompt \+ 2 completion tokens · first token \d+\.\d\d s"
    r" · total \d+\.\d\d s(?: · \d+ tokens/s)?</small>"
)


@pytest.fixture(scope="module")
def nb(tmp_path_factory):
    with kernel(tmp_path_factory.mktemp("jupyter")) as nb:
        yield nb


def asked(nb, sim):
    """Make a client of a simulator in the notebook."""
    assert not nb.run(f"""
from mistralai import Mistral
client = Mistral("key", server_url={sim.url!r})
""").error


def test_a_stream_grows_in_one_cell_with_usage_and_timing_below(nb, subtests):
    for kind, source in SHOWN.items():
        gate = Gate()
        parts = [event(chunk("Hel")), gate, event(chunk("lo", "stop", usage=USAGE)), "[DONE]"]
        with subtests.test(kind), Simulator(Answer(body=parts)) as sim:
            asked(nb, sim)
            seen = []

            def look(output, seen=seen, gate=gate):
                seen.append(output.markdown)
                gate.open()

            output = nb.run(source, look)
            assert (output.error, output.printed) == ("", "")
            assert seen[0].startswith("Hel\n\n<small>in progress")
            assert re.fullmatch(rf"Hello\n\n{FOOTER}", output.markdown)
            assert output.cells[0]["text/plain"] == "Hello"


def test_an_interrupt_ends_the_connection_and_leaves_the_text(nb, subtests):
    for kind, source in {**SHOWN, "a plain loop": LOOP}.items():
        with subtests.test(kind), Simulator(SILENT) as sim:
            asked(nb, sim)

            def interrupt(output):
                if not output.updates and not output.error:
                    nb.wait_until_it_sleeps()
                    nb.interrupt()

            output = nb.run(source, interrupt)
            assert output.error in {"KeyboardInterrupt", "CancelledError"}
            sim.requests[0].closed.wait(5)
            if output.cells:
                assert re.match(r"Hel\n\n<small>closed before its end · first", output.markdown)
            else:
                assert output.printed == "Hel\n"


def test_in_a_terminal_ipython_prints_the_text(tmp_path):
    code = f"""
from mistralai import Mistral
with Mistral() as client:
    client.chat.stream({ASK}).show()
"""
    program = f"import IPython; IPython.start_ipython(['--no-banner', '-c', {code!r}])"
    with Simulator() as sim:
        home = {"MISTRAL_SERVER_URL": sim.url, "MISTRAL_API_KEY": "key", "IPYTHONDIR": tmp_path}
        done = run_program(program, **home)
    assert done.stdout.startswith("Hello\n1 prompt + 1 completion tokens · first token ")
    assert (done.stderr, done.returncode) == ("", 0)
