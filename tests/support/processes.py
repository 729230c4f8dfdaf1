"""Processes that run beside a test: they can be interrupted, and do not outlive it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

RESET = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)"
"""A line of Python after which the process, and what it becomes, can be interrupted."""

_ASLEEP_OR_ENDED = {"S", "Z", "X"}  # proc_pid_stat(5)
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


def wait_until_it_sleeps(pid: int, looks: int = 1) -> None:
    """Return when the main thread of a process waits in the system, or the process has ended.

    Args:
        pid: The process. Where the system does not say how it is, it counts as asleep.
        looks: How often in a row it must be found asleep: it may also wait for a lock for a moment.
    """
    found = 0
    while found < looks:
        if _sleeps(pid):
            found += 1
        else:
            found = 0
            os.sched_yield()


def _sleeps(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # another system, or its exit status was asked for
        return True
    return status.rpartition(")")[2].split()[0] in _ASLEEP_OR_ENDED
