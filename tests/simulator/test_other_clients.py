"""Other clients read the ordinary streams of the simulator, each in an environment of its own."""

import json
import shutil
import subprocess
import sys
import venv
from contextlib import ExitStack

import pytest

from mistralai.simulator import Simulator
from support.naive_reader import read_answer
from support.programs import PROGRAMS

pytestmark = pytest.mark.slow

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello there"}], "stream": True}


ALIKE = ["auto", "poem", "lorem", "json", "tool-call", "tool-calls", "tool-calls-fragments",
         "choices", "length", "usage-2024", "usage-2026-07"]  # fmt: skip
THINKING = ["thinking", "thinking-empty", "thinking-plain"]
"""Presets that openai has no type for."""


def read_with_curl(sim):
    url = f"{sim.url}/v1/chat/completions"
    headers = ["-H", "authorization: Bearer key", "-H", "content-type: application/json"]
    command = [shutil.which("curl") or pytest.skip("curl is not installed"), "-sSN", url, *headers]
    data = ["-d", json.dumps(BODY)]
    return subprocess.run([*command, *data], capture_output=True, check=True).stdout


@pytest.fixture
def serving():
    """Run a simulator of each preset."""
    with ExitStack() as stack:
        yield lambda presets: [stack.enter_context(Simulator(preset)) for preset in presets]


def test_curl_reads_a_stream_to_its_end(subtests, serving):
    for preset in [*ALIKE, *THINKING]:
        with subtests.test(preset=preset):
            [sim] = serving([preset])
            body = read_with_curl(sim)
            assert body.endswith(b"data: [DONE]\n\n")
            assert all(read_answer(body).finish_reasons)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("package", "program", "presets"),
    [
        ("mistralai==3.7.0", "reads_with_mistralai.py", [*ALIKE, *THINKING]),
        ("openai>=2,<4", "reads_with_openai.py", ALIKE),
    ],
)
def test_a_client_reads_what_curl_reads(tmp_path, serving, package, program, presets):
    venv.create(tmp_path, with_pip=True)
    python = tmp_path / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
    subprocess.run(install, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    sims = serving(presets)
    command = [python, "-I", PROGRAMS / program, *(sim.url for sim in sims)]
    result = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert result.stderr == b""
    for preset, sim, read in zip(presets, sims, json.loads(result.stdout), strict=True):
        expected = read_answer(read_with_curl(sim))
        calls = [[call["name"], call["arguments"]] for call in expected.tool_calls[0]]
        tokens = expected.usage["completion_tokens"]
        assert (preset, *read) == (preset, expected.text, calls, expected.finish_reasons, tokens)
