"""The command line as a script runs it, with pipes: in a process of its own, or in this one."""

import io
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from typing import Any
from unittest import mock

QUIET = "(simulated: no model, no network)\n"
"""The only text on standard error if the embedded simulator answers without a failure."""

Finished = subprocess.CompletedProcess[str]


def run_cli(
    *words: str | bytes, stdin: str | bytes = "", flags: tuple[str, ...] = (), **environment: str
) -> Finished:
    """Run `mistralai` in a process of its own.

    Args:
        words: The command line.
        stdin: The text or bytes to pipe in.
        flags: Flags of the interpreter.
        environment: Variables to add to the environment.
    """
    done = subprocess.run(
        [sys.executable, *flags, "-m", "mistralai", *words],
        input=_bytes(stdin),
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return _finished(done.args, done.returncode, done.stdout, done.stderr)


def run_here(*words: str, stdin: str | bytes = "", **environment: str) -> Finished:
    """Run `mistralai` in this process, where it neither starts an interpreter nor loads modules.

    For cases that are about the command and not about the process: same arguments, same result.
    """
    from mistralai.cli.app import run

    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, environment))
        stack.enter_context(
            mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(_bytes(stdin)), "utf-8"))
        )
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        try:
            code = run(words)
        except SystemExit as ended:  # completion of a command line
            code = int(ended.code or 0)
    return _finished(words, code, out.buffer.getvalue(), err.buffer.getvalue())


def ask(
    simulator: Any, *words: str | bytes, run: Callable[..., Finished] = run_here, **options: Any
) -> Finished:
    """Run `mistralai chat` against a running simulator, by default in this process."""
    return run("chat", *words, MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=simulator.url, **options)


def tokens_per_second(shown: str) -> float:
    """Read the pace of an answer from `--stats`: infinite if it was too fast to be measured."""
    found = re.search(r"tokens per second +([\d.]+|unknown)", shown)
    assert found is not None, shown
    return math.inf if found[1] == "unknown" else float(found[1])


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _finished(args: Any, code: int, out: bytes, err: bytes) -> Finished:
    texts = (text.decode(errors="surrogateescape") for text in (out, err))
    return subprocess.CompletedProcess(args, code, *texts)
