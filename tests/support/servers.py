"""A real server around an ASGI application, in the loop of the test, and a client by hand."""

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import uvicorn
from anyio.abc import SocketAttribute

BUFFER = 65536


class Client:
    """One connection to a server, of which every byte is seen.

    Attributes:
        received: The bytes so far.
    """

    def __init__(self, stream: anyio.abc.SocketStream) -> None:
        self._stream = stream
        self.received = bytearray()

    async def ask(self, method: str, target: str, body: dict[str, Any] | None = None) -> None:
        """Send a request."""
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}"
        await self._stream.send(f"{head}\r\n\r\n".encode() + content)

    async def until(self, text: bytes) -> None:
        """Read until a text has come."""
        searched = 0
        while self.received.find(text, searched) < 0:
            searched = max(0, len(self.received) - len(text))
            self.received += await self._stream.receive()

    async def to_the_end(self) -> bytearray:
        """Read until the server closes the connection; return all that it sent."""
        async for data in self._stream:
            self.received += data
        return self.received


@asynccontextmanager
async def on_uvicorn(app: Any, **settings: Any) -> AsyncIterator[int]:
    """Serve an application by uvicorn, on asyncio; gives the port."""
    config = uvicorn.Config(app, log_config=None, ws="none", **settings)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, [listening])
            yield listening.getsockname()[1]
            server.should_exit = True


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    """Connect to a server. What a client has not read is held by the system up to 64 KiB."""
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        sock = stream.extra(SocketAttribute.raw_socket)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        yield Client(stream)
