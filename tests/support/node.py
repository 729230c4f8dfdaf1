"""Programs of Node, with packages that are installed once for all tests of the relay."""

import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream

SOURCES = Path(__file__).parent.parent / "on_relay" / "node"
INSTALLED = Path(__file__).parent.parent.parent / ".relay" / "node"


def installed(name: str) -> Path:
    """Return a folder with the packages that a lock file in `on_relay/node` names.

    They are installed if they are not there or the lock file has changed. Without Node and npm the
    test is skipped.
    """
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("needs Node and npm")
    folder, stamp = INSTALLED / name, INSTALLED / name / "installed.json"
    lock = (SOURCES / name / "package-lock.json").read_bytes()
    if not stamp.exists() or stamp.read_bytes() != lock:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SOURCES / name, folder)
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
        subprocess.run(["npm", "ci", *quiet], cwd=folder, check=True, timeout=300)
        stamp.write_bytes(lock)
    return folder


class Program:
    """A program that answers each line of JSON with one."""

    def __init__(self, process: anyio.abc.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._input = process.stdin
        self._output = BufferedByteReceiveStream(process.stdout)

    async def do(self, action: str, **options: Any) -> Any:
        """Have it do something; return what it answers."""
        await self._input.send(json.dumps({"action": action, **options}).encode() + b"\n")
        return json.loads(await self._output.receive_until(b"\n", 2**24))


@asynccontextmanager
async def running(folder: Path, script: str, *arguments: str) -> AsyncIterator[Program]:
    """Run a script of `on_relay/node` with the packages of a folder, until the body is left."""
    program = shutil.copy(SOURCES / script, folder)
    command = ["node", str(program), *arguments]
    async with await anyio.open_process(command, stderr=None) as process:
        try:
            yield Program(process)
        finally:
            process.kill()
