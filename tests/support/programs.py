"""Programs that run in an interpreter of their own."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).parent.parent / "programs"
STRICT = ("-X", "dev", "-W", "error")
"""The flags under which whatever is left open, or never awaited, is written to stderr."""


def run_program(
    program: str | Path, *flags: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a file, or the text of a program.

    Args:
        program: The path, or the text.
        flags: Of the interpreter.
        environment: Variables to add to the environment.
    """
    source = [str(program)] if isinstance(program, Path) else ["-c", program]
    return subprocess.run(
        [sys.executable, *flags, *source],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
