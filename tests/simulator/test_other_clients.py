"""Other clients read the ordinary streams of the simulator, each in an environment of its own."""

import json
import shutil
import subprocess
import sys
import venv

import pytest

from mistralai.simulator import Simulator
from support.naive_reader import read_answer

pytestmark = pytest.mark.slow

POEM = "Write a short poem about coding."
BODY = {"model": "m", "messages": [{"role": "user", "content": POEM}], "stream": True}

MISTRALAI = """
import sys
from mistralai.client import Mistral

client = Mistral(api_key="key", server_url=sys.argv[1])
messages = [{"role": "user", "content": sys.argv[2]}]
with client.chat.stream(model="m", messages=messages) as stream:
    for event in stream:
        print(event.data.choices[0].delta.content or "", end="")
print(event.data.choices[0].finish_reason, event.data.usage.completion_tokens, end="")
"""

OPENAI = """
import sys
from openai import OpenAI

client = OpenAI(api_key="key", base_url=f"{sys.argv[1]}/v1")
messages = [{"role": "user", "content": sys.argv[2]}]
for chunk in client.chat.completions.create(model="m", messages=messages, stream=True):
    print(chunk.choices[0].delta.content or "", end="")
print(chunk.choices[0].finish_reason, chunk.usage.completion_tokens, end="")
"""


@pytest.fixture(scope="module")
def expected():
    with Simulator() as sim:
        curl = read_with_curl(sim)
    answer = read_answer(curl)
    return f"{answer.text[0]}{answer.finish_reasons[0]} {answer.usage['completion_tokens']}"


def read_with_curl(sim):
    url = f"{sim.url}/v1/chat/completions"
    headers = ["-H", "authorization: Bearer key", "-H", "content-type: application/json"]
    command = [shutil.which("curl") or pytest.skip("curl is not installed"), "-sSN", url, *headers]
    data = ["-d", json.dumps(BODY)]
    return subprocess.run([*command, *data], capture_output=True, check=True).stdout


def test_curl_reads_a_stream_to_its_end():
    with Simulator() as sim:
        body = read_with_curl(sim)
    assert body.endswith(b"data: [DONE]\n\n")
    assert read_answer(body).text[0].startswith("A cursor blinks")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("package", "program"), [("mistralai==3.7.0", MISTRALAI), ("openai>=2,<4", OPENAI)]
)
def test_a_client_reads_what_curl_reads(tmp_path, expected, package, program):
    venv.create(tmp_path, with_pip=True)
    python = tmp_path / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
    subprocess.run(install, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with Simulator() as sim:
        command = [python, "-I", "-c", program, sim.url, POEM]
        result = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert result.stdout.decode() == expected
    assert result.stderr == b""
