"""Runs, round by round: each round measures every peer once, all against one server."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import startup
from .environments import HOME, ROOT, Environments
from .measure.spent import PROFILE
from .peers import OURS, PEERS
from .runs import RUNS

Figure = dict[str, float]
Figures = dict[str, list[Figure]]
TIME_LIMIT = 600.0
SCENARIO = '[reply]\npreset = "lorem"\ntokens = 20\n'
"""The answers of the simulator: 20 tokens, without a pause."""


@dataclass(frozen=True)
class Server:
    """The addresses of the server.

    Attributes:
        plain: The address without TLS.
        tls: The address with TLS.
        ca_file: The certificate of its CA.
        simulator: The address of the package's simulator, which also answers in one piece.
    """

    plain: str
    tls: str
    ca_file: Path
    simulator: str

    def address(self, place: str) -> str:
        """Return the address that a run asks for: `plain`, `tls` or `simulator`."""
        return {"plain": self.plain, "tls": self.tls, "simulator": self.simulator}[place]


@contextmanager
def serving(environments: Environments) -> Iterator[Server]:
    """Run the servers on the last core, and the clients on the first."""
    python = environments.python("this")
    with tempfile.TemporaryDirectory() as folder:
        ca_file, scenario = Path(folder, "ca.pem"), Path(folder, "scenario.toml")
        scenario.write_text(SCENARIO)
        simulator = [python, "-m", "mistralai.simulator", "--port", "0", "--scenario", scenario]
        with (
            _process([python, "-m", "benchmarks.server", ca_file]) as ports,
            _process(simulator) as simulated,
        ):
            _pin(0, 0)  # the workers inherit it
            plain, tls = ports.split()
            yield Server(
                f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{tls}", ca_file, simulated
            )


@contextmanager
def _process(command: list[Any]) -> Iterator[str]:
    """Run a server on the last core, and yield the line that it prints."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        _pin(process.pid, -1)
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


class Conductor:
    """The measuring of runs.

    Args:
        server: The server that all clients read from.
        environments: The environment of each peer.
        quick: Use the tiny numbers.
    """

    def __init__(self, server: Server, environments: Environments, *, quick: bool) -> None:
        self._server = server
        self._environments = environments
        self._quick = quick

    def rounds(
        self, name: str, peers: tuple[str, ...], rounds: int, say: Callable[[str], None]
    ) -> tuple[Figures, dict[str, str]]:
        """Measure a run.

        Returns:
            The figures of each peer by round, and the reasons of the peers that failed.
        """
        figures: Figures = {peer: [] for peer in RUNS[name].peers if peer in peers}
        failed: dict[str, str] = {}
        rounds = min(rounds, RUNS[name].most_rounds)
        for number in range(1, rounds + 1):
            for peer in [peer for peer in figures if peer not in failed]:
                started = time.perf_counter()
                try:
                    measured = self._measure(name, peer)
                    figures[peer].append(measured)
                    said = "  ".join(f"{figure} {value:.4g}" for figure, value in measured.items())
                except subprocess.SubprocessError as error:
                    said = failed[peer] = _reason(error)
                took = time.perf_counter() - started
                say(f"{name:12} {number}/{rounds} {peer:20} {took:6.1f} s  {said}")
        return {peer: measured for peer, measured in figures.items() if measured}, failed

    def profiles(self, name: str) -> list[Path]:
        """Repeat a run of this package under cProfile; return the files."""
        files = {peer: HOME / f"{name}-{peer}.prof" for peer in RUNS[name].peers if peer in OURS}
        for peer, file in files.items():
            file.unlink(missing_ok=True)
            with suppress(subprocess.SubprocessError):  # reported when it was measured
                self._measure(name, peer, {PROFILE: str(file)})
        return [file for file in files.values() if file.exists()]

    def _measure(self, name: str, peer: str, more: dict[str, str] | None = None) -> Figure:
        run, who = RUNS[name], PEERS[peer]
        job = run.job | (run.quick if self._quick else {})
        python = self._environments.python(who.environment)
        env = self._environments.variables(self._server.ca_file) | (more or {})
        base = self._server.address(run.server)
        if run.measure == "imports":
            return startup.imports(peer, python, env, **job)
        if run.measure == "start":
            return startup.start(who.script, python, env, base, **job)
        job |= {"measure": run.measure, "loop": who.loop}
        job |= {"base": base, "control": self._server.plain}
        command = [python, "-m", "benchmarks.worker", who.script, json.dumps(job)]
        return json.loads(_output(command, env).splitlines()[-1])


def _output(command: list[Any], env: dict[str, str]) -> str:
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, check=True, text=True, timeout=TIME_LIMIT
    ).stdout


def _pin(pid: int, place: int) -> None:
    """Pin a process to one of the cores available to this one."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, {sorted(os.sched_getaffinity(0))[place]})


def _reason(error: subprocess.SubprocessError) -> str:
    said = getattr(error, "stderr", None) or str(error)
    return said.strip().splitlines()[-1][:200]
