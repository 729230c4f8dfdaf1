"""The event loop in a thread, through which sync code calls async functions."""

import sys

import pytest

from support.programs import STRICT, run_program

INTERRUPTED = """
import os, signal, sys, threading

from mistralai.cli.app import run

interrupted = threading.Event()
main = threading.main_thread().ident


def interrupt(number, frame):
    waits = False
    while frame is not None:
        waits = waits or frame.f_code.co_name == "result"
        frame = frame.f_back
    if waits and not interrupted.is_set():
        interrupted.set()
        raise KeyboardInterrupt


def hold(*_):
    sys.setprofile(None)
    while not interrupted.is_set():
        signal.pthread_kill(main, signal.SIGINT)
        os.sched_yield()


signal.signal(signal.SIGINT, interrupt)
threading.setprofile(hold)
sys.exit(run(["chat", "--mcp", "sleep 1000", "--yes", "Hi"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are Unix's")
def test_ctrl_c_while_the_loop_starts_ends_the_command():
    """Its thread is held before it does anything, until the main thread waits for the loop."""
    done = run_program(INTERRUPTED, *STRICT, MISTRAL_API_KEY="key")
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "")
