"""What the tests of a client's life share."""

import pytest

from support.fault_table import packed
from support.life import SILENT, Program, serving


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def tls(request):
    """Each way to reach a server."""
    return request.param


@pytest.fixture(params=["plain", "tls", "compressed"])
def silent(request, monkeypatch):
    """A server, named by the environment, whose streams fall silent after their first event."""
    answer = (
        packed(*SILENT.body, end=b"", ending="hang") if request.param == "compressed" else SILENT
    )
    with serving(answer, monkeypatch, tls=request.param == "tls") as sim:
        yield sim


@pytest.fixture
def start():
    """Start programs, which do not outlive the test."""
    started = []

    def start(source, *flags):
        started.append(Program(source, flags) if flags else Program(source))
        return started[-1]

    yield start
    for program in started:
        program.kill()
