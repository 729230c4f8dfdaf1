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

pytestmark = pytest.mark.slow

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello there"}], "stream": True}

READ = """
import json, sys

def text_of(content):
    if isinstance(content, str):
        return content
    return "".join(chunk.text for chunk in content or () if chunk.type == "text")

def read(chunks):
    texts, calls, reasons, usage = {}, {}, {}, None
    for chunk in chunks:
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + text_of(choice.delta.content)
            reasons[choice.index] = choice.finish_reason
            for call in choice.delta.tool_calls or ():
                made = calls.setdefault(call.index, ["", ""])
                made[0] += call.function.name or ""
                made[1] += call.function.arguments or ""
        usage = chunk.usage or usage
    return [*texts.values()], [*calls.values()], [*reasons.values()], usage.completion_tokens

def main(stream):
    messages = [{"role": "user", "content": "Hello there"}]
    print(json.dumps([read(stream(url, messages)) for url in sys.argv[1:]]))
"""

MISTRALAI = f"""{READ}
from mistralai.client import Mistral

def stream(url, messages):
    with Mistral(api_key="key", server_url=url).chat.stream(model="m", messages=messages) as events:
        for event in events:
            yield event.data

main(stream)
"""

OPENAI = f"""{READ}
from openai import OpenAI

def stream(url, messages):
    client = OpenAI(api_key="key", base_url=f"{{url}}/v1")
    return client.chat.completions.create(model="m", messages=messages, stream=True)

main(stream)
"""

ALIKE = ["auto", "poem", "lorem", "json", "tool-call", "tool-calls", "tool-calls-fragments",
         "choices", "length", "usage-2024", "usage-2026-07"]  # fmt: skip
THINKING = ["thinking", "thinking-empty", "thinking-plain"]
"""What openai has no type for."""


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
        ("mistralai==3.7.0", MISTRALAI, [*ALIKE, *THINKING]),
        ("openai>=2,<4", OPENAI, ALIKE),
    ],
)
def test_a_client_reads_what_curl_reads(tmp_path, serving, package, program, presets):
    venv.create(tmp_path, with_pip=True)
    python = tmp_path / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
    subprocess.run(install, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    sims = serving(presets)
    command = [python, "-I", "-c", program, *(sim.url for sim in sims)]
    result = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert result.stderr == b""
    for preset, sim, read in zip(presets, sims, json.loads(result.stdout), strict=True):
        expected = read_answer(read_with_curl(sim))
        calls = [[call["name"], call["arguments"]] for call in expected.tool_calls[0]]
        tokens = expected.usage["completion_tokens"]
        assert (preset, *read) == (preset, expected.text, calls, expected.finish_reasons, tokens)
