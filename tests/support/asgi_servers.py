"""Processes that serve an application such as `programs/serves_relay.py`, and their clients."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import httpx2

from support.programs import PROGRAMS

SERVERS = {
    "uvicorn": ("uvicorn", "{program}", "--port", "{port}"),
    "hypercorn": ("hypercorn", "{program}", "--bind", "127.0.0.1:{port}"),
    "hypercorn on trio": ("hypercorn", "{program}", "-k", "trio", "--bind", "127.0.0.1:{port}"),
    "granian": ("granian", "--interface", "asgi", "{program}", "--port", "{port}"),
}
"""The servers, and how each is started."""

_UP = re.compile("Uvicorn running|Running on|Started worker-1")
_LIMIT = 60.0


class Served:
    """A server that runs, and a client for it.

    Attributes:
        port: Its port.
    """

    def __init__(self, port: int, *, http2: bool) -> None:
        self.port = port
        self._http2 = http2
        self._client = self.client()

    def client(self) -> httpx2.Client:
        """Return a client with connections of its own.

        It keeps none for later: a server closes those that were silent for some seconds.
        """
        return httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            transport=httpx2.HTTPTransport(
                http1=not self._http2,
                http2=self._http2,
                limits=httpx2.Limits(max_keepalive_connections=0),
                retries=8,
            ),
            timeout=_LIMIT,
            follow_redirects=True,
        )

    def close(self) -> None:
        """Close the connections of the client."""
        self._client.close()

    def head(self, path: str) -> httpx2.Response:
        return self._client.head(path)

    def post(self, path: str, body: dict[str, Any] | str = "") -> httpx2.Response:
        content = body if isinstance(body, str) else json.dumps(body)
        return self._client.post(path, content=content)

    def say(self, key: str, *texts: str) -> None:
        """Have an answer say something; "" ends it."""
        for text in texts:
            self.post(f"/say/{key}", text).raise_for_status()

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self._client.get(path, headers=headers)

    @contextmanager
    def reading(self, method: str, path: str, **options: Any) -> Iterator["Reading"]:
        """Begin to read a stream, by a connection of its own, which leaving it closes.

        Over HTTP/2 httpx2 does not tell the server that it has left a stream.
        """
        with self.client() as client, client.stream(method, path, **options) as response:
            yield Reading(response)

    @contextmanager
    def starting(self, key: str, *texts: str, path: str = "/") -> Iterator["Reading"]:
        """Start an answer and begin to read it."""
        body = json.dumps({"id": key, "say": texts})
        with self.reading("POST", path, content=body) as reading:
            yield reading


class Reading:
    """A stream that is being read.

    Attributes:
        response: Its response.
        text: The text so far.
    """

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self.text = ""
        self._pieces = response.iter_text()

    def until(self, text: str) -> None:
        """Read until a text has come."""
        searched = 0
        while self.text.find(text, searched) < 0:
            searched = max(0, len(self.text) - len(text))
            self.text += next(self._pieces)

    def rest(self) -> str:
        """Read to the end; return all of it."""
        self.text = "".join([self.text, *self._pieces])
        return self.text


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@contextmanager
def serving(
    server: str = "uvicorn",
    *,
    program: str = "serves_relay:app",
    folder: Path = PROGRAMS,
    http2: bool = False,
    **environment: Any,
) -> Iterator[Served]:
    """Serve a program by a server.

    Args:
        server: Its name in `SERVERS`.
        program: The module of the program, and its application.
        folder: The folder of the module.
        http2: Whether the client speaks HTTP/2, without TLS.
        environment: Variables of the program, in capitals; a dict as JSON.
    """
    port = free_port()
    module, *arguments = [part.format(port=port, program=program) for part in SERVERS[server]]
    variables = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in environment.items()
    }
    command = (sys.executable, "-m", module, *arguments)
    places = {"env": {**os.environ, "PYTHONPATH": str(folder), **variables}, "cwd": folder}
    with (
        subprocess.Popen(
            command, **places, start_new_session=True, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process,
        closing(Served(port, http2=http2)) as served,
    ):  # fmt: skip
        try:
            _wait_until_up(process)
            served.get("/")  # granian listens a moment later, and the client tries again
            yield served
            served.close()
            process.terminate()
            process.wait(_LIMIT)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # its workers too


def _wait_until_up(process: subprocess.Popen[str]) -> None:
    """Wait for the line that says so; the other lines are read away, up to the end."""
    lines: list[str] = []
    up: SimpleQueue[bool] = SimpleQueue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if _UP.search(line):
                up.put(True)
        up.put(False)

    threading.Thread(target=read, daemon=True).start()
    assert up.get(timeout=_LIMIT), "".join(lines)
