"""Servers of several kinds, and programs that say how far they have come."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import pytest

from mistralai.simulator import Answer, ScenarioLike, Simulator

from .processes import interruptible, wait_until_it_sleeps
from .programs import PROGRAMS, STRICT
from .serving import chunk, event

SILENT = Answer(body=[event(chunk("Hel"))], ending="hang")
"""A stream that falls silent after its first event."""

LOOPS = ("asyncio", "trio", *(("uvloop",) if find_spec("uvloop") else ()))
"""The kinds of event loops that programs can be told to run in."""

KINDS = ("sync", *LOOPS)


@contextmanager
def serving(
    scenario: ScenarioLike, monkeypatch: pytest.MonkeyPatch, *, tls: bool = False
) -> Iterator[Simulator]:
    """Run a simulator that the environment names, with its certificate."""
    with Simulator(scenario, tls=tls) as sim:
        monkeypatch.setenv("MISTRAL_API_KEY", "key")
        monkeypatch.setenv("MISTRAL_SERVER_URL", sim.url)
        if tls:
            monkeypatch.setenv("SSL_CERT_FILE", str(sim.ca_file))
        yield sim


class Program:
    """A program of `tests/programs` that runs beside the test.

    By default whatever it leaves open, or never awaits, goes to its stderr.
    """

    def __init__(self, name: str, *args: str, flags: tuple[str, ...] = STRICT) -> None:
        self._process = subprocess.Popen(
            interruptible([sys.executable, *flags, PROGRAMS / name, *args]),
            env=os.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout

    def says(self) -> str:
        """Wait for the next line that it prints."""
        return self._stdout.readline().rstrip("\n")

    def go_on(self) -> None:
        """Give it a line to read."""
        self._stdin.write("\n")
        self._stdin.flush()

    def interrupt(self, number: int) -> None:
        """Send it a signal once it waits, and wait until it prints something.

        A signal that comes just before a system call does not end it, so another one follows.
        """
        wait_until_it_sleeps(self._process.pid)
        for _ in range(3):
            self._process.send_signal(number)
            if select.select([self._stdout], [], [], 10)[0]:
                return
        raise AssertionError(f"{self._process.args} did not react to signal {number}")

    def end(self) -> tuple[list[str], str, int]:
        """Wait for its end; return the lines that were not read, its stderr, and its status."""
        out, err = self._process.communicate(timeout=30)
        return out.splitlines(), err, self._process.returncode

    def kill(self) -> None:
        """End it, if it has not ended."""
        self._process.kill()
        self._process.communicate()
