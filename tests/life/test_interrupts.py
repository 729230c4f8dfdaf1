"""Ctrl-C while a call waits: the server sees the end, and the program says what Python says."""

import signal
import sys

import pytest

from mistralai.simulator import Answer, Gate, Wire
from support.life import RUN, serving
from support.serving import chunk, event

SYNC = """
def main():
    with client.chat.stream(**ask) as stream:
        text(stream)
"""
ASYNC = """
async def main():
    async with client.chat.stream_async(**ask) as stream:
        text([event async for event in stream])
"""
LEAVE = """
try:
    {run}
except KeyboardInterrupt:
    say("interrupted")
    sys.stdin.readline()
    raise
"""
PROGRAMS = {
    "sync": SYNC + LEAVE.format(run="main()"),
    **{name: ASYNC + LEAVE.format(run=run) for name, run in RUN.items()},
}
TRACEBACK = "Traceback (most recent call last):"


@pytest.mark.skipif(sys.platform == "win32", reason="a console's interrupt is sent otherwise")
@pytest.mark.parametrize("where", ["headers", "body"])
@pytest.mark.parametrize("colour", PROGRAMS)
def test_an_interrupt_ends_the_wait_and_the_connection(start, monkeypatch, colour, where):
    if colour == "uvloop":
        pytest.importorskip("uvloop")
    gate = Gate()
    answer = Wire([gate]) if where == "headers" else Answer(body=[event(chunk("Hel")), gate])
    with serving(answer, monkeypatch) as sim:
        running = start(PROGRAMS[colour])
        gate.reached.wait(30)
        running.interrupt(signal.SIGINT)
        assert running.says() == "interrupted"
        sim.requests[0].closed.wait()
        running.go_on()
        lines, stderr, status = running.end()
    assert (lines, status) == ([], -signal.SIGINT)
    assert stderr.startswith(TRACEBACK)
    assert stderr.endswith("\nKeyboardInterrupt\n")
    # asyncio turns the interrupt into a cancellation, and that into an interrupt again.
    assert stderr.count(TRACEBACK) == (2 if colour in {"asyncio", "uvloop"} else 1)
    assert "Exception ignored" not in stderr
    assert "Warning" not in stderr
