"""`make demo`: the command line, with the simulator unless a server is named."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mistralai.simulator import Simulator
from support.commands import QUIET, tokens_per_second

ROOT = Path(__file__).parent.parent.parent

if not (shutil.which("make") and (ROOT / "Makefile").exists()):
    pytest.skip("make or the Makefile is missing", allow_module_level=True)


@pytest.fixture
def demo(tmp_path):
    """Return a function that runs `make demo` in a prepared environment."""
    script = tmp_path / "bin" / "mistralai"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mistralai "$@"\n')
    script.chmod(0o755)
    ready = tmp_path / "ready"
    ready.touch()

    def run(**environment):
        return subprocess.run(
            ["make", "--no-print-directory", "demo", f"VENV={tmp_path}", "-o", str(ready)],
            cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1", **environment},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    return run


def test_without_a_key_the_simulator_answers(demo):
    done = demo(MISTRAL_API_KEY="")
    assert done.returncode == 0
    assert done.stdout.startswith("A cursor blinks")
    assert done.stderr.startswith(f"{QUIET}time to first token ")
    assert tokens_per_second(done.stderr) < 100  # slow enough to see that it streams


def test_with_a_key_the_server_answers(demo):
    with Simulator() as sim:
        done = demo(MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=sim.url)
        assert len(sim.requests) == 1
    assert done.stdout.startswith("A cursor blinks")
    assert "simulated" not in done.stderr
