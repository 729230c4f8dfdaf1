"""HTTP servers of many kinds, each of which frames an answer in its own way, are read the same.

Run by `make ecosystem`.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mistralai.client.utils import BackoffStrategy, RetryConfig
from mistralai.simulator import Answer, Simulator
from support.colours import COLOURS, UVLOOP, colour_of
from support.environments import ENVIRON, environment_of
from support.peers import nobody, sockets_to
from support.serving import ASK, WHOLE
from support.streams import STREAMS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

HERE = Path(__file__).parent / "servers"
STREAM = STREAMS / "text-padded.sse"
PACKAGES = ["aiohttp", "cheroot", "granian", "gunicorn", "h11", "httptools", "hypercorn"]
PACKAGES += ["tornado", "uvicorn", "waitress", "werkzeug"]
SERVERS = ["aiohttp", "cheroot", "granian", "gunicorn", "http.server", "hypercorn", "node"]
SERVERS += ["tornado", "uvicorn, h11", "uvicorn, httptools", "waitress", "werkzeug", "wsgiref"]

UNTIL_IT_LISTENS = RetryConfig(
    "backoff", BackoffStrategy(50, 200, 1.5, 60_000, 0), retry_connection_errors=True
)


@contextmanager
def served_by(name: str, whole: Path) -> Iterator[int]:
    """Run a server of a kind; gives its port."""
    port = nobody()
    files = [str(port), str(STREAM), str(whole)]
    if name == "node":
        node = shutil.which("node")
        if node is None:
            pytest.skip("Node is not installed")
        command = [node, HERE / "serve.mjs", *files]
    else:
        command = [environment_of("servers", PACKAGES), HERE / "serve.py", name, *files]
    with subprocess.Popen(command, env=ENVIRON, process_group=0) as server:
        try:
            yield port
        finally:
            os.killpg(server.pid, 15)  # workers of its own too


def answers(colour, url: str) -> tuple[list[str], str]:
    """All that a stream gives, asked for twice, and the text of a whole answer."""
    client = colour.client(server_url=url, retry_config=UNTIL_IT_LISTENS)
    streams = [colour.collect(colour.open(client, **ASK)) for _ in range(2)]
    first, second = ([event.data.model_dump_json() for event in events] for events in streams)
    assert first == second
    text = colour.complete(client, **ASK).choices[0].message.content
    colour.shut(client)
    return first, text


@pytest.fixture(scope="module")
def expected() -> tuple[list[str], str]:
    with colour_of("sync") as colour:
        stream = Answer(body=[STREAM.read_bytes()])
        whole = Answer(body=[WHOLE], headers={"content-type": "application/json"})
        with Simulator([stream, stream, whole]) as sim:
            return answers(colour, sim.url)


@pytest.mark.parametrize("server", SERVERS)
def test_its_answers_are_read_as_those_of_any_other(server, expected, tmp_path, subtests):
    whole = tmp_path / "whole.json"
    whole.write_bytes(WHOLE)
    with served_by(server, whole) as port:
        for name in (*COLOURS, *UVLOOP):
            with subtests.test(name), colour_of(name) as colour:
                assert answers(colour, f"http://127.0.0.1:{port}") == expected
                assert sockets_to(port) == set()
