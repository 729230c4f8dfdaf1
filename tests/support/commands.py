"""The command line as a script runs it: in a process of its own, with pipes."""

import math
import os
import re
import subprocess
import sys
from typing import Any

QUIET = "(simulated: no model, no network)\n"
"""What standard error has where the embedded simulator answers and nothing goes wrong."""


def run_cli(
    *words: str, stdin: str | bytes = "", flags: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `mistralai` with words.

    Args:
        words: The command line.
        stdin: What is piped in.
        flags: Of the interpreter.
        environment: Variables to add to the environment.
    """
    done = subprocess.run(
        [sys.executable, *flags, "-m", "mistralai", *words],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )
    out, err = (text.decode(errors="surrogateescape") for text in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def ask(simulator: Any, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run `mistralai chat` against a running simulator."""
    return run_cli(
        "chat", *words, MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=simulator.url, **options
    )


def tokens_a_second(shown: str) -> float:
    """Read the pace of an answer from `--stats`: infinite where it came too fast to be known."""
    found = re.search(r"tokens a second +([\d.]+|unknown)", shown)
    assert found is not None, shown
    return math.inf if found[1] == "unknown" else float(found[1])
