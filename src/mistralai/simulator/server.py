"""The server on an event loop: it listens, counts, and stops."""

import asyncio
import contextlib
import ssl
import threading
from collections import deque
from dataclasses import dataclass
from email.utils import formatdate
from socket import socket
from typing import Final

from .answers import Answer, Wire
from .app import App
from .bounds import AtLeastOne, Count, check
from .connection import Connection
from .framing import to_wire
from .model import seeding
from .pacing import Pace, Sleep, Ticks
from .received import Request

_BREATH: Final = 0.1
"""Seconds without new connections, once the process has no file descriptor left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a server bears.

    Attributes:
        request_size: Bytes of a request's body; more is a 413.
        connections: Connections open at once; more get a 503 and are closed.
        kept_requests: Requests kept for a test to look at; older ones are forgotten.
    """

    request_size: Count = 32 * 1024 * 1024
    connections: AtLeastOne = 10_000
    kept_requests: Count = 10_000

    def __post_init__(self) -> None:
        check(self)


class Server:
    """A server that answers from an `App`. What it counts may be read from any thread.

    Args:
        app: What answers.
        limits: What it bears.
        seed: Where request ids come from.
        sleep: What waits for a pause; `None` for the loop's clock.
        speed: By how much pauses are shortened.
    """

    def __init__(
        self, app: App, *, limits: Limits, seed: int, sleep: Sleep | None, speed: float
    ) -> None:
        self.limits: Final = limits
        self.changed: Final = threading.Condition()
        """Notified whenever a request came, or a connection was opened or closed."""
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
        """Close what the answers have opened, once the loop has ended."""
        self._app.close()

    async def serve(self, sock: socket, context: ssl.SSLContext | None) -> None:
        """Accept connections on a bound socket until cancelled; then drop them all."""
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

    # `loop.create_server` would do, but what it has accepted and not yet attached when it is
    # closed, it forgets without closing.
    def _accept(self, sock: socket, context: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        try:
            accepted, _ = sock.accept()
        except (BlockingIOError, ConnectionAbortedError):  # the client has gone already
            return
        except OSError:  # the process has no file descriptor left
            loop.remove_reader(sock)
            loop.call_later(_BREATH, self._accept_again, sock, context)
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
        with contextlib.suppress(OSError):  # a TLS handshake that failed
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
        while self._open:  # noqa: ASYNC110 - each is told in one of the loop's next turns
            await asyncio.sleep(0)

    @property
    def open(self) -> int:
        """How many connections are open."""
        return len(self._open)

    @property
    def is_full(self) -> bool:
        """Whether more connections are open than the limits allow."""
        return len(self._open) > self.limits.connections

    def opened(self, connection: Connection) -> int:
        """Count a new connection; its number from 1."""
        with self.changed:
            self._open.add(connection)
            self.accepted += 1
            self.changed.notify_all()
        return self.accepted

    def lost(self, connection: Connection) -> None:
        """Forget a connection."""
        with self.changed:
            self._open.discard(connection)
            self.changed.notify_all()

    def next_number(self) -> int:
        """Count a request, from 1."""
        self.count += 1
        return self.count

    def received(self, request: Request) -> None:
        """Keep a request for a test to look at."""
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()

    def answer(self, request: Request, *, keep: bool) -> Wire:
        """Write the answer to a request."""
        answer = self._app.answer(request)
        if isinstance(answer, Answer):
            chunks = request.http_version == "1.1"
            added = self._headers(request)
            return to_wire(answer, added=added, method=request.method, chunks=chunks, keep=keep)
        if answer.ending == "clean" and not keep:
            return Wire(answer.steps, "close")
        return answer

    def pace(self) -> Pace:
        """Make what waits for the pauses of one answer."""
        return Pace(self._ticks, self._sleep, self._speed)

    def _headers(self, request: Request) -> list[tuple[str, str]]:
        request_id = seeding.request_id(self._seed, request.number)
        return [
            ("date", formatdate(usegmt=True)),
            ("mistral-correlation-id", request_id),
            ("x-kong-request-id", request_id),
        ]
