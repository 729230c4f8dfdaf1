"""What a fresh process costs: its imports, and its way to the last token."""

import os
import statistics
import subprocess
import time
from pathlib import Path

from .shapes import text

CLIENTS = Path(__file__).parent / "clients"

_CHAT = "from {0} import {1}\n{1}(api_key='key').chat\n"
_OURS = _CHAT.format("mistralai", "Mistral")
_GENERATED = _CHAT.format("mistralai.client", "Mistral")  # its top level has no names

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
    """Milliseconds of CPU, the least of some times; of the import alone, over the bare interpreter."""
    programs = {"bare_ms": "pass", **IMPORTS[peer]}
    figures = {}
    for name, program in programs.items():
        _cpu(python, program, env)  # compiled, and in the cache
        figures[name] = min(_cpu(python, program, env) for _ in range(times)) * 1e3
    figures["import_ms"] -= figures["bare_ms"]
    return figures


def start(
    script: str, python: Path, env: dict[str, str], base: str, *, events: int, times: int
) -> dict[str, float]:
    """Milliseconds from starting a process to the last token that it prints."""
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
        came = b""
        while len(came) < len(wanted):
            data = process.stdout.read(65536)
            if not data:
                break
            came += data
        wall = time.perf_counter() - started
    if came != wanted:
        raise AssertionError(f"{command[1]} printed {came[-80:]!r}")
    return wall
