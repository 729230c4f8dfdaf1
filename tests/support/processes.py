"""Processes that run beside a test: they can be interrupted, and do not outlive it."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

RESET = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)"
"""A line of Python after which the process, and what it becomes, can be interrupted."""

_BECOME = f"{RESET}; import os, sys; os.execv(sys.argv[1], sys.argv[1:])"


def interruptible(command: Sequence[Any]) -> list[Any]:
    """Return a command that starts a program which SIGINT ends, whoever runs the tests.

    A shell that runs a script lets the jobs in its background ignore SIGINT, and what they start
    inherits that.

    Args:
        command: The path of the program, and its arguments.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        return [*command]
    return [sys.executable, "-c", _BECOME, *command]


@contextmanager
def running(*command: Any, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a program, and kill it at the end, if it has not ended.

    `Popen` itself would wait for it, without limit where a test fails before it ends the program.

    Args:
        command: The path of the program, and its arguments.
        options: Those of `Popen`.
    """
    with subprocess.Popen(interruptible(command), text=True, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def sleeps(pid: int) -> bool:
    """Return True if the main thread of a process waits in the system, as far as that says."""
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "S"
