"""The server that every client reads from: asyncio and prepared bytes, nothing else.

    python -m benchmarks.server CA_FILE

writes the certificate of its CA to CA_FILE and prints its two ports, without and with TLS. It
counts connections, and notes when readers disconnect in the middle of a stream; `GET /counts`
returns both.
"""

import asyncio
import json
import math
import re
import resource
import ssl
import sys
import time
from pathlib import Path

import trustme

from .shapes import END, HEAD, Shape, shape

GOLDEN = (5**0.5 - 1) / 2
"""The fractional parts of its multiples are spread evenly, however many there are."""
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Counts:
    """The events that the server counts.

    Attributes:
        connections: The number opened so far; with TLS, of completed handshakes.
        left: The times, by the monotonic clock in ns, at which readers disconnected in mid-stream.
    """

    def __init__(self) -> None:
        self.connections = 0
        self.left: list[int] = []


class Connection(asyncio.Protocol):
    """One connection, which answers its requests in order."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._received = b""
        self._shape: Shape | None = None  # of the answer being written
        self._timer: asyncio.TimerHandle | None = None
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._counts.connections += 1
        self._number = self._counts.connections

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if self._shape is not None:
            self._counts.left.append(time.monotonic_ns())
            self._shape = None
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        missing = int(length[1]) - len(rest) if length else 0
        if end and missing <= 0:
            self._received = b""
            self._answer(head.split(b" ", 2)[1].decode())

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        if self._shape is not None:
            self._write()

    def _answer(self, path: str) -> None:
        name = path.split("/")[1]
        if name == "counts":
            content = json.dumps(vars(self._counts)).encode()
            self._transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(content), content)
            )
            return
        self._shape = shape(name)
        self._pieces = self._shape.pieces()
        self._transport.write(HEAD)
        if self._shape.interval:
            self._next_at = self._before_now(self._shape.interval)
            self._tick()
        else:
            self._write()

    def _before_now(self, interval: float) -> float:
        """Return the last of this connection's due times before now.

        Streams that are open together are written at evenly spread times. Otherwise a client that
        opens many in one burst would find all their events in one burst, which is cheaper to read.
        """
        turn = self._number * GOLDEN % 1
        return (math.floor(self._now() / interval - turn) + turn) * interval

    def _write(self) -> None:
        """Write until the reader falls behind."""
        assert self._shape is not None
        for piece in self._pieces:
            self._transport.write(piece)
            if self._paused:
                return
        self._end()

    def _tick(self) -> None:
        """Write one piece, and schedule the next."""
        assert self._shape is not None
        piece = next(self._pieces, None)
        if piece is None:
            self._end()
            return
        self._transport.write(piece)
        # A delay is never made up: two writes in succession would become one read.
        self._next_at = max(self._next_at, self._now() - self._shape.interval)
        self._next_at += self._shape.interval
        self._timer = asyncio.get_running_loop().call_at(self._next_at, self._tick)

    def _end(self) -> None:
        if self._shape is not None and self._shape.ends:
            self._shape = None
            self._transport.write(END)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def certified(ca_file: Path) -> ssl.SSLContext:
    """Create a certificate, and write that of its CA to a file."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    ca_file.write_bytes(authority.cert_pem.bytes())
    return context


async def serve(context: ssl.SSLContext) -> None:
    """Serve until the process ends."""
    loop = asyncio.get_running_loop()
    counts = Counts()
    made = [
        await loop.create_server(lambda: Connection(counts), "127.0.0.1", 0, ssl=tls, backlog=1024)
        for tls in (None, context)
    ]
    print(*(server.sockets[0].getsockname()[1] for server in made), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(serve(certified(Path(sys.argv[1]))))
