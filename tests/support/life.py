"""Servers of several kinds, and programs that say how far they have come."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mistralai.simulator import Answer, ScenarioLike, Simulator

from .programs import STRICT
from .serving import chunk, event

SILENT = Answer(body=[event(chunk("Hel"))], ending="hang")
"""A stream that falls silent after its first event."""

PRELUDE = """
import asyncio, gc, logging, os, signal, sys, threading, warnings
import anyio
from mistralai import Mistral

logging.getLogger("asyncio").setLevel("ERROR")  # its debug mode says of imports that they are slow
warnings.filterwarnings("ignore", ".*fork", DeprecationWarning)  # newer Pythons warn of any
client = Mistral()
ask = {"model": "m", "messages": [{"role": "user", "content": "Hello there"}]}

def text(events):
    return "".join(event.data.choices[0].delta.content for event in events)

def say(*words):
    print(*words, flush=True)
"""
"""How the programs begin."""

RUN = {
    "asyncio": "asyncio.run(main())",
    "uvloop": "import uvloop; uvloop.run(main())",
    "trio": "import trio; trio.run(main)",
}
"""How they run a coroutine function `main` in a loop."""


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
    """A program that runs beside the test.

    By default whatever it leaves open, or never awaits, goes to its stderr.
    """

    def __init__(self, source: str, flags: tuple[str, ...] = STRICT) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *flags, "-c", PRELUDE + source],
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
        """Send it a signal."""
        self._process.send_signal(number)

    def end(self) -> tuple[list[str], str, int]:
        """Wait for its end; give the lines that were not read, its stderr, and its status."""
        out, err = self._process.communicate(timeout=30)
        return out.splitlines(), err, self._process.returncode

    def kill(self) -> None:
        """End it, if it has not ended."""
        self._process.kill()
        self._process.communicate()
