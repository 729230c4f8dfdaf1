"""Programs that run in an interpreter of their own."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).parents[1] / "programs"
"""Where those are that a linter and type checkers are to see."""

STRICT = ("-X", "dev", "-W", "error")
"""The flags under which whatever is left open, or never awaited, is written to stderr."""


def run_program(
    program: str | Path, *flags: str, args: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a file, or the text of a program.

    Args:
        program: The path, or the text.
        flags: Of the interpreter.
        args: Of the program.
        environment: Variables to add to the environment.
    """
    source = [str(program)] if isinstance(program, Path) else ["-c", program]
    return subprocess.run(
        [sys.executable, *flags, *source, *args],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
