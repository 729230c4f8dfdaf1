"""Programs that leave streams in every way, while the test sees that each is closed."""

import signal
import sys

import pytest

from mistralai.simulator import Answer

from .faults import STREAM
from .life import Program, serving

WAYS = 5
"""In how many ways `leaves.py` and `leaves_async.py` leave a stream before they are interrupted."""


def check_leaving(monkeypatch: pytest.MonkeyPatch, kind: str, client: str) -> None:
    """Check every way to leave a stream, and an interrupt at last."""
    interrupted = [] if sys.platform == "win32" else ["interrupted"]  # sent otherwise there
    with serving(Answer(body=STREAM[:2], ending="hang"), monkeypatch) as sim:
        name = "leaves.py" if kind == "sync" else "leaves_async.py"
        program = Program(name, kind, client, *interrupted)
        try:
            for way in range(WAYS + len(interrupted)):
                if way == WAYS:
                    assert program.says() == "reading"
                    program.interrupt(signal.SIGINT)
                assert program.says() == "closed Hel", f"way {way + 1}"
                sim.requests[way].closed.wait()
                program.go_on()
            ended = program.end()
            assert ended == ([], "", 0), ended
        finally:
            program.kill()
