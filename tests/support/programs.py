"""Run programs in an interpreter of their own; `tests/programs` has those that are files."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PROGRAMS = Path(__file__).parent.parent / "programs"
STRICT = ("-X", "dev", "-W", "error")
"""Flags that report on standard error whatever is left open or never awaited."""


def run_program(
    program: str | Path,
    *flags: str,
    arguments: Sequence[str] = (),
    timeout: float = 60,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run a file, or the text of a program.

    Args:
        program: The path, or the text.
        flags: Of the interpreter.
        arguments: Of the program.
        timeout: Seconds that it may take.
        environment: Variables to add to the environment.
    """
    source = [str(program)] if isinstance(program, Path) else ["-c", program]
    return subprocess.run(
        [sys.executable, *flags, *source, *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
