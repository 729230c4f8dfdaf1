"""The server on an event loop: it listens, counts, and stops."""

import asyncio
import contextlib
import ssl
import threading
from collections import deque
from email.utils import formatdate
from socket import socket
from typing import Final

from .answers import Answer, Wire
from .app import App
from .connection import Connection
from .framing import to_wire
from .limits import Limits
from .model import seeding
from .pacing import Pace, Sleep, Ticks
from .received import Request

_ACCEPT_DELAY: Final = 0.1
"""Seconds without new connections after the process ran out of file descriptors."""


class Server:
    """A server that answers from an `App`. Its counters may be read from any thread.

    Args:
        app: Answers requests.
        limits: Its limits.
        seed: The seed of request ids.
        sleep: Waits for pauses; `None` for the loop's clock.
        speed: The factor by which pauses are shortened.
    """

    def __init__(
        self, app: App, *, limits: Limits, seed: int, sleep: Sleep | None, speed: float
    ) -> None:
        self.limits: Final = limits
        self.changed: Final = threading.Condition()
        """Notified when a request is received, or a connection is opened or closed."""
        self.requests: Final[deque[Request]] = deque(maxlen=limits.kept_requests)
        self.accepted = 0
        """Connections accepted since the start."""
        self.count = 0
        """Requests received since the start."""
        self._app = app
        self._seed = seed
        self._sleep = sleep
        self._speed = speed
        self._open: set[Connection] = set()
        self._attaching: dict[asyncio.Task[None], socket] = {}
        self._ticks: Ticks

    def close(self) -> None:
        """Close the files of the answers, once the loop has ended."""
        self._app.close()

    async def serve(self, sock: socket, context: ssl.SSLContext | None) -> None:
        """Accept connections on a bound socket until cancelled, then abort them."""
        loop = asyncio.get_running_loop()
        self._ticks = Ticks()
        sock.setblocking(False)
        loop.add_reader(sock, self._accept, sock, context)
        try:
            await loop.create_future()
        finally:
            loop.remove_reader(sock)
            sock.close()
            await self._drop_all()

    # Not `loop.create_server`: on close, it leaks sockets that it has accepted but not attached.
    def _accept(self, sock: socket, context: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        try:
            accepted, _ = sock.accept()
        except (BlockingIOError, ConnectionAbortedError):  # the client has already left
            return
        except OSError:  # out of file descriptors
            loop.remove_reader(sock)
            loop.call_later(_ACCEPT_DELAY, self._accept_again, sock, context)
            return
        task = loop.create_task(self._attach(accepted, context))
        self._attaching[task] = accepted
        task.add_done_callback(self._attaching.pop)

    def _accept_again(self, sock: socket, context: ssl.SSLContext | None) -> None:
        if sock.fileno() >= 0:
            asyncio.get_running_loop().add_reader(sock, self._accept, sock, context)

    async def _attach(self, accepted: socket, context: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        accepted.setblocking(False)
        with contextlib.suppress(OSError):  # a failed TLS handshake
            await loop.connect_accepted_socket(lambda: Connection(self), accepted, ssl=context)

    async def _drop_all(self) -> None:
        attaching = dict(self._attaching)
        for task in attaching:
            task.cancel()
        await asyncio.gather(*attaching, return_exceptions=True)
        for accepted in attaching.values():
            accepted.close()
        for connection in self._open:
            connection.abort()
        while self._open:  # noqa: ASYNC110 - `connection_lost` follows within a few turns of the loop
            await asyncio.sleep(0)

    @property
    def open(self) -> int:
        """The number of open connections."""
        return len(self._open)

    @property
    def is_full(self) -> bool:
        """True if more connections are open than the limits allow."""
        return len(self._open) > self.limits.connections

    def add(self, connection: Connection) -> int:
        """Count a new connection and return its number, from 1."""
        with self.changed:
            self._open.add(connection)
            self.accepted += 1
            self.changed.notify_all()
        return self.accepted

    def remove(self, connection: Connection) -> None:
        """Forget a closed connection."""
        with self.changed:
            self._open.discard(connection)
            self.changed.notify_all()

    def next_number(self) -> int:
        """Count a request and return its number, from 1."""
        self.count += 1
        return self.count

    def keep(self, request: Request) -> None:
        """Keep a request for a test to inspect."""
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()

    def answer(self, request: Request, *, keep: bool) -> Wire:
        """Return the answer to a request; `keep` lets the connection stay open after it."""
        answer = self._app.answer(request)
        if isinstance(answer, Answer):
            chunks = request.http_version == "1.1"
            added = self._headers(request)
            return to_wire(answer, added=added, method=request.method, chunks=chunks, keep=keep)
        if answer.ending == "clean" and not keep:
            return Wire(answer.steps, "close")
        return answer

    def pace(self) -> Pace:
        """Return the clock for the pauses of one answer."""
        return Pace(self._ticks, self._sleep, self._speed)

    def _headers(self, request: Request) -> list[tuple[str, str]]:
        request_id = seeding.request_id(self._seed, request.number)
        return [
            ("date", formatdate(usegmt=True)),
            ("mistral-correlation-id", request_id),
            ("x-kong-request-id", request_id),
        ]
