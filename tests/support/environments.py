"""Environments with packages of others, which are kept for the next run."""

import os
import subprocess
import sys
import venv
from pathlib import Path

PROJECT = Path(__file__).parents[2]
KEPT = PROJECT / ".ecosystem"
ENVIRON = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def environment_of(name: str, packages: list[str]) -> Path:
    """Make an environment with packages, or use that of an earlier run; gives its interpreter.

    It is kept until `make clean` or another choice of packages.
    """
    place = KEPT / name
    python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    made_of = place / "made-of.txt"
    if not made_of.exists() or made_of.read_text().split() != packages:
        venv.create(place, with_pip=True, clear=True)
        pip(python, "install", *packages)
        made_of.write_text("\n".join(packages))
    return python


def pip(python: str | Path, command: str, *what: str | Path) -> None:
    """Run a command of pip."""
    options = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([python, "-m", "pip", command, *options, *what], check=True, env=ENVIRON)
