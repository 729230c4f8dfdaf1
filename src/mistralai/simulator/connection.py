"""One TCP connection: requests in, answers out, one `send` per piece.

A connection serves one request at a time. Bytes that arrive in the meantime stay in the
`RequestReader`; more than one request's worth of them ends the connection. An answer is a task that
plays the steps of a `Wire`; `connection_lost` cancels it.
"""

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Final, Protocol, cast

from .answers import End, Ending, Pause, Relay, Repeat, Step, Wire
from .api import errors
from .framing import to_wire
from .inbound import MAX_FRAMING, BadRequestError, Parsed, RequestReader
from .limits import Limits
from .pacing import Pace
from .received import Fields, Request
from .signals import Gate, Signal

_LOGGER: Final = logging.getLogger("mistralai.simulator")
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
_SENDS_IN_A_ROW: Final = 32
"""Sends without a pause after which other connections get their turn."""


class Service(Protocol):
    """The part of a server that its connections use."""

    @property
    def limits(self) -> Limits:
        """The limits of the server."""
        ...

    @property
    def is_full(self) -> bool:
        """True if more connections are open than the limits allow."""
        ...

    def add(self, connection: "Connection") -> int:
        """Count a new connection and return its number, from 1."""
        ...

    def remove(self, connection: "Connection") -> None:
        """Forget a closed connection."""
        ...

    def next_number(self) -> int:
        """Count a request and return its number, from 1."""
        ...

    def keep(self, request: Request) -> None:
        """Keep a request for a test to inspect."""
        ...

    def answer(self, request: Request, *, keep: bool) -> Wire:
        """Return the answer to a request; `keep` lets the connection stay open after it."""
        ...

    def pace(self) -> Pace:
        """Return the clock for the pauses of one answer."""
        ...


class Connection(asyncio.Protocol):
    """One connection of a server.

    Args:
        server: Answers the requests.
    """

    def __init__(self, server: Service) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._reader = RequestReader(server.limits.request_size)
        self._task: asyncio.Task[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._closed = Signal("the close of the connection")
        self._transport: asyncio.Transport
        self._pace: Pace
        self._number: int

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start, or refuse if too many connections are open."""
        self._transport = cast("asyncio.Transport", transport)
        # Writing resumes only once the buffer is empty. asyncio's TLS transport pauses at the
        # high-water mark, its TCP transport above it.
        tls = self._transport.get_extra_info("ssl_object") is not None
        self._transport.set_write_buffer_limits(high=1 if tls else 0, low=0)
        self._socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._number = self._server.add(self)
        if self._server.is_full:
            self._refuse(503, "Too many connections")

    def data_received(self, data: bytes) -> None:
        """Read a request; a pipelined one waits for its turn."""
        self._reader.feed(data)
        if self._task is None:
            self._next_request()
        elif self._reader.early > self._server.limits.request_size + MAX_FRAMING:
            self.abort()

    def eof_received(self) -> None:
        """Abort: a client that closes its side does not read the answer."""
        self._closed.set()
        self.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Cancel the running answer."""
        self._closed.set()
        if self._task is not None:
            self._task.cancel()
        self._reader.close()
        self._server.remove(self)

    def pause_writing(self) -> None:
        """Hold the next piece until the system has taken this one."""
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        """Continue the answer."""
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)

    def abort(self) -> None:
        """Close immediately and discard unsent bytes."""
        self._transport.abort()

    def _socket(self) -> socket.socket:
        sock: socket.socket = self._transport.get_extra_info("socket")
        return sock

    def _next_request(self) -> None:
        try:
            parsed = self._reader.next()
        except BadRequestError as error:
            self._refuse(error.status, str(error))
        else:
            if parsed is not None:
                self._task = self._loop.create_task(self._serve(parsed))
            elif self._reader.take_continue():
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _refuse(self, status: int, message: str) -> None:
        """Answer an invalid request, then close."""
        answer = errors.detail_error(status, message)
        wire = to_wire(answer, added=(), keep=False)
        self._task = self._loop.create_task(self._play(wire, Signal("the refusal")))

    async def _serve(self, parsed: Parsed) -> None:
        request = Request(
            method=parsed.method,
            target=parsed.target,
            headers=Fields(parsed.headers),
            body=parsed.body,
            number=self._server.next_number(),
            connection=self._number,
            http_version=parsed.http_version,
            received_at=self._loop.time(),
            closed=self._closed,
        )
        self._server.keep(request)
        try:
            await self._play(self._server.answer(request, keep=parsed.keep), request.answered)
        except Exception:
            _LOGGER.exception("the answer to %s %s failed", request.method, request.target)
            self.abort()
        self._task = None
        if not self._transport.is_closing():
            self._next_request()

    async def _play(self, wire: Wire, answered: Signal) -> None:
        self._pace = self._server.pace()
        ending = await self._steps(wire.steps)
        if ending is None:
            ending = wire.ending
        if ending == "hang":
            answered.set()
            await self._until_lost()
        self._end(ending)
        answered.set()

    async def _steps(self, steps: Iterable[Step]) -> Ending | None:
        for number, step in enumerate(steps, start=1):
            if isinstance(step, bytes):
                await self._send(step, yielding=number % _SENDS_IN_A_ROW == 0)
            elif ending := await self._step(step):
                return ending
        return None

    async def _step(self, step: Step) -> Ending | None:
        match step:
            case bytes():
                await self._send(step, yielding=False)
            case Pause(seconds):
                await self._pace.wait(seconds)
            case Repeat():
                await self._repeat(step)
            case Gate():
                await step.passed()
                self._pace.restart()
            case Relay(steps):
                return await self._relay(steps)
            case End(ending):
                return ending
        return None

    async def _relay(self, steps: AsyncGenerator[Step]) -> Ending | None:
        async with aclosing(steps):
            async for step in steps:
                if ending := await self._step(step):
                    return ending
        return None

    async def _send(self, piece: bytes, *, yielding: bool) -> None:
        if self._transport.is_closing():
            await self._until_lost()
        self._transport.write(piece)
        if self._drained is not None:
            await self._drained
            self._pace.restart()
        elif yielding:
            await asyncio.sleep(0)

    async def _repeat(self, step: Repeat) -> None:
        sent = 0
        while step.count is None or sent < step.count:
            await self._pace.wait(step.every)
            await self._send(step.piece, yielding=True)
            sent += 1

    async def _until_lost(self) -> None:
        """Wait for `connection_lost`, which cancels this task."""
        await self._loop.create_future()

    def _end(self, ending: Ending) -> None:
        match ending:
            case "close":
                self._transport.close()
            case "cut":
                self.abort()  # everything is sent, and `close` would add TLS's close_notify
            case "reset":
                self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                self.abort()
            case "clean" | "hang":
                pass
