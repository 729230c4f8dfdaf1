"""Thousands of connections at once."""

from contextlib import ExitStack

import pytest

from mistralai.simulator import Answer, Gate, Simulator
from support.raw_client import RawClient, chat

resource = pytest.importorskip("resource", reason="there is no such limit")

MANY = 2_000
FILES = 2 * MANY + 200
"""Both ends of each connection are in this process."""


@pytest.fixture
def files():
    """Raise the limit of open files, if the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= 0 and hard >= 0 and hard < FILES:
        pytest.skip(f"a process may have {hard} files here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, FILES), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("files")
def test_thousands_of_streams_are_open_at_once_and_all_end():
    gate = Gate()
    answer = Answer(body=[b"data: 1\n\n", gate, b"data: 2\n\n"])
    with Simulator(answer) as sim, ExitStack() as stack:
        clients = [stack.enter_context(RawClient(sim.url)) for _ in range(MANY)]
        for client in clients:
            client.send(chat(stream=True))
        for client in clients:
            client.read_to(b"data: 1\n\n\r\n")
        assert sim.open_connections == MANY
        gate.open()
        for client in clients:
            client.read_to(b"data: 2\n\n\r\n0\r\n\r\n")
