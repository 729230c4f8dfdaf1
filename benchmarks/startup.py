"""The cost of a new process: its imports, and the time to the last token."""

import os
import statistics
import subprocess
import time
from pathlib import Path

from .shapes import text

CLIENTS = Path(__file__).parent / "clients"

_CHAT = "from {0} import {1}\n{1}(api_key='key').chat\n"
_OURS = _CHAT.format("mistralai", "Mistral")
_GENERATED = _CHAT.format("mistralai.client", "Mistral")  # its top level exports nothing

IMPORTS = {
    "this": {
        "import_ms": "import mistralai",
        "chat_ms": _OURS,
        "message_ms": _OURS + "from mistralai.models import UserMessage",
    },
    "mistralai": {
        "import_ms": "import mistralai.client",
        "chat_ms": _GENERATED,
        "message_ms": _GENERATED + "from mistralai.client.models import UserMessage",
    },
    "openai": {"import_ms": "import openai", "chat_ms": _CHAT.format("openai", "OpenAI")},
    "litellm": {"import_ms": "import litellm"},
}


def imports(
    peer: str, python: Path, env: dict[str, str], *, times: int, **_: object
) -> dict[str, float]:
    """Return milliseconds of CPU, the minimum of several runs.

    The bare interpreter is subtracted from the import alone.
    """
    programs = {"bare_ms": "pass", **IMPORTS[peer]}
    figures = {}
    for name, program in programs.items():
        _cpu(python, program, env)  # so that compiled modules are cached
        figures[name] = min(_cpu(python, program, env) for _ in range(times)) * 1e3
    figures["import_ms"] -= figures["bare_ms"]
    return figures


def start(
    script: str, python: Path, env: dict[str, str], base: str, *, events: int, times: int
) -> dict[str, float]:
    """Return the milliseconds from the start of a process to its last printed token."""
    command = [python, CLIENTS / f"{script}.py", f"{base}/bulk-{events}"]
    wanted = text(events).encode()
    walls = [_wall(command, env, wanted) for _ in range(times + 1)]
    return {"wall_ms": statistics.median(walls[1:]) * 1e3}


def _cpu(python: Path, program: str, env: dict[str, str]) -> float:
    process = subprocess.Popen([python, "-c", program], env=env)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, program)
    return usage.ru_utime + usage.ru_stime


def _wall(command: list[object], env: dict[str, str], wanted: bytes) -> float:
    started = time.perf_counter()
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdout is not None
        received = b""
        while len(received) < len(wanted):
            data = process.stdout.read(65536)
            if not data:
                break
            received += data
        wall = time.perf_counter() - started
    if received != wanted:
        raise AssertionError(f"{command[1]} printed {received[-80:]!r}")
    return wall
