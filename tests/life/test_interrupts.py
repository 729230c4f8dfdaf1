"""Ctrl-C while a call waits: the server sees the end, and the program says what Python says."""

import signal
import sys

import pytest

from mistralai.simulator import Answer, Gate, Wire
from support.life import KINDS, serving
from support.serving import chunk, event

TRACEBACK = "Traceback (most recent call last):"


@pytest.mark.skipif(sys.platform == "win32", reason="a console's interrupt is sent otherwise")
@pytest.mark.parametrize("kind", KINDS)
def test_an_interrupt_ends_the_wait_and_the_connection(start, monkeypatch, subtests, kind):
    head, body = Gate(), Gate()
    answers = [Wire([head]), Answer(body=[event(chunk("Hel")), body])]
    with serving(answers, monkeypatch) as sim:
        running = start("interrupted.py", kind)
        for number, (where, gate) in enumerate({"headers": head, "body": body}.items()):
            with subtests.test(f"while it waits for the {where}"):
                gate.reached.wait(30)
                if gate is body:  # the client has the stream, and waits for its second event
                    assert running.says() == "an event"
                running.interrupt(signal.SIGINT)
                assert running.says() == "interrupted"
                sim.requests[number].closed.wait()
            running.go_on()
        lines, stderr, status = running.end()
    assert (lines, status) == ([], -signal.SIGINT)
    assert stderr.startswith(TRACEBACK)
    assert stderr.endswith("\nKeyboardInterrupt\n")
    assert stderr.count("\nKeyboardInterrupt\n") == 2
    # asyncio turns the interrupt into a cancellation, and that into an interrupt again.
    assert stderr.count(TRACEBACK) == (4 if kind in {"asyncio", "uvloop"} else 2)
    assert "Exception ignored" not in stderr
    assert "Warning" not in stderr
