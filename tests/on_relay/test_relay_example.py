"""The server with FastAPI in `examples` and in the documentation, beside the simulator."""

import importlib.util
import json
import re

import pytest

from mistralai.simulator import Simulator
from support.asgi_servers import serving
from support.pages import DOCS, ROOT, printed_on

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("fastapi") is None, reason="needs the environment .relay"
    ),
]

EXAMPLE = (ROOT / "examples" / "relay_fastapi.py").read_text("utf-8")
POEM = {"type": "text", "text": "Write a short poem about coding."}
BODY = {"id": "chat-7", "messages": [{"id": "1", "role": "user", "parts": [POEM]}]}


def test_the_program_in_the_documentation_is_the_example():
    [printed] = [block for block in printed_on(DOCS / "relay.md") if block.mark == "fastapi"]
    assert EXAMPLE.partition('"""\n\n')[2] == printed.source


@pytest.mark.parametrize("path", ["/api/chat", "/api/chat/"])
def test_the_example_answers_a_page(path):
    with (
        Simulator() as sim,
        serving(
            program="relay_fastapi:app",
            folder=ROOT / "examples",
            MISTRAL_API_KEY="key",
            MISTRAL_SERVER_URL=sim.url,
        ) as served,
    ):
        with served.reading("POST", path, content=json.dumps(BODY)) as page:
            parts = re.findall(r"^data: (\{.*)$", page.rest(), re.MULTILINE)
        deltas = [json.loads(part).get("delta", "") for part in parts]
        assert "".join(deltas).startswith("A cursor blinks")
        assert page.text.endswith("data: [DONE]\n\n")
        assert served.get(f"{path}/chat-7/stream").status_code == 204
        wrong = served.post("/api/chat/", {**BODY, "messages": 7})
        assert (wrong.status_code, wrong.text) == (400, "messages is 7; it must be a list")
