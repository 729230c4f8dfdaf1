"""Connections for threads: a socket, perhaps with TLS on it, and the responses that it brings.

A read waits in `recv` by the socket's own timeout. Connecting and long uploads wait in a selector,
because they wait for more than one thing: for any of several addresses, for room to write or an
early response. A thread that closes a connection shuts its socket down, which wakes whoever
waits for it; closing it alone would not.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import select
import selectors
import socket
import ssl
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import httpx2

from .addresses import STAGGER, failed, interleaved
from .deadline import left
from .h1 import ResponseReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .addresses import AddressInfo
    from .attempt import Attempt

READ_SIZE: Final = 64 * 1024
"""Bytes that one read takes at most."""

_GLANCE: Final = 0.1
"""Seconds after which a thread that connects looks whether it was told to stop."""

_IN_PROGRESS: Final = {errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", 0)}
"""What connecting says of a socket that does not block, and has begun."""


def keepalive() -> list[tuple[int, int, int]]:
    """Probe an idle connection after 60 s, so that no router on the way forgets it."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


def open_socket(info: AddressInfo, local_address: str | None) -> socket.socket:
    """Return a non-blocking socket for an address."""
    family, kind, proto, _, _ = info
    sock = socket.socket(family, kind, proto)
    try:
        sock.setblocking(False)
        for option in (*keepalive(), (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)):
            sock.setsockopt(*option)
        if local_address is not None:
            sock.bind((local_address, 0))
    except BaseException:
        sock.close()
        raise
    return sock


def shut_down(sock: Any) -> None:
    """End a connection under whoever waits for it, in any thread.

    Args:
        sock: A socket, or an event loop's stand-in for one.
    """
    with contextlib.suppress(OSError):  # the peer was faster
        if isinstance(sock, socket.socket):
            # Not SSLSocket's own, which drops the TLS layer under the reader.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        else:
            with socket.socket(fileno=os.dup(sock.fileno())) as same:
                same.shutdown(socket.SHUT_RDWR)


def is_readable(descriptor: int) -> bool:
    """Return whether a read would not wait: for an idle connection, that it has ended."""
    if descriptor < 0:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


class SocketConnection:
    """A connection, for one thread at a time.

    Attributes:
        reader: The response that it carries.
        requests: How many requests it has carried.
        wrote: Whether any byte of the last one may have been sent.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.reader = ResponseReader()
        self.requests = 0
        self.wrote = False
        self._sock = sock
        self._set_to: float | None = -1.0  # seconds that the socket waits at most, where known
        self._process = os.getpid()
        self._closed = False

    def send(self, pieces: Iterable[bytes], timeout: float | None) -> bool:
        """Send a request; return whether it went out whole.

        A response that comes before the end of the request ends the sending: a server that refuses
        an upload says so and reads no further.

        Raises:
            httpx2.WriteTimeout: The peer takes nothing more, and says nothing.
        """
        begun = False
        for piece in pieces:
            if begun:
                if not self._upload(piece, timeout):
                    return False
                continue
            begun = True  # a head, or a small request: no response can come before its end
            try:
                self._wait_at_most(left(timeout))
                sent = self._sock.send(piece)
                self.wrote = True
                if sent < len(piece):
                    self._sock.sendall(memoryview(piece)[sent:])
            except TimeoutError as error:
                raise httpx2.WriteTimeout("the request could not be sent in time") from error
            except OSError:  # what the server said before it closed is still to be read
                return False
        return True

    def read(self, timeout: float | None) -> None:
        """Wait for bytes, and hand them to the reader.

        Raises:
            httpx2.ReadTimeout: None came in time.
        """
        try:
            self._wait_at_most(left(timeout))
            data = self._sock.recv(READ_SIZE)
        except TimeoutError as error:
            raise httpx2.ReadTimeout("nothing came in time") from error
        except OSError as error:
            failure = httpx2.ReadError(str(error))
            failure.__cause__ = error
            self.reader.fail(failure)
            return
        if data:
            self.reader.feed(data)
        else:
            self.reader.eof()

    def is_dead(self) -> bool:
        """Return whether an idle connection has ended, or its peer spoke out of turn."""
        return self._closed or is_readable(self._sock.fileno())

    def shut_down(self) -> None:
        """End it from any thread; never in a child process, which shares it with its parent."""
        if os.getpid() == self._process:
            shut_down(self._sock)

    def close(self) -> None:
        """Close it."""
        self._closed = True
        self._sock.close()

    def get_extra_info(self, info: str) -> object:
        """Return what httpx2's `network_stream` extension says of a connection."""
        match info:
            case "socket":
                return self._sock
            case "ssl_object":
                return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
            case "client_addr":
                return self._sock.getsockname()
            case "server_addr":
                return self._sock.getpeername()
            case "is_readable":
                return self.is_dead()
            case _:
                return None

    def _upload(self, piece: bytes, timeout: float | None) -> bool:
        """Send a piece of a body as far as the peer accepts it, watching for an early response."""
        rest = memoryview(piece)
        self._sock.setblocking(False)
        self._set_to = -1.0
        with selectors.DefaultSelector() as selector:
            selector.register(self._sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while rest:
                seconds = left(timeout)
                ready = selector.select(seconds)
                if not ready:
                    raise httpx2.WriteTimeout("the request could not be sent in time")
                try:
                    if ready[0][1] & selectors.EVENT_READ and not self._heard():
                        return False
                    rest = rest[self._sock.send(rest) :]
                except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    continue
                except OSError:
                    return False
        return True

    def _heard(self) -> bool:
        """Read what the server says during an upload; return whether to go on with it."""
        try:
            data = self._sock.recv(READ_SIZE)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        if not data:
            return False
        self.reader.feed(data)
        return not self.reader.head_complete and self.reader.error is None

    def _wait_at_most(self, seconds: float | None) -> None:
        """Limit the next wait of the socket; it may take up to 1 % longer, and never less.

        To set a socket's timeout is a system call, which most waits can do without.
        """
        known = self._set_to
        if seconds is None:
            alike = known is None
        else:
            alike = known is not None and 0.99 * known <= seconds <= known
        if not alike:
            self._set_to = None if seconds is None else 1.005 * seconds
            self._sock.settimeout(self._set_to)


def connect(
    host: str,
    port: int,
    *,
    timeout: float | None,
    tls: ssl.SSLContext | None,
    server_hostname: str,
    local_address: str | None,
    attempt: Attempt,
) -> SocketConnection:
    """Connect to the first address of a name that answers, all within one limit.

    Raises:
        httpx2.ConnectTimeout: None answered in time, or the TLS handshake took too long.
        httpx2.ConnectError: None answers, the name is unknown, or TLS failed.
    """
    seconds = left(timeout)
    ends_at = None if seconds is None else time.monotonic() + seconds
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        sock = _race(interleaved(found), ends_at, local_address, attempt)
        if tls is not None:
            sock = _with_tls(sock, tls, server_hostname, ends_at, attempt)
    except TimeoutError as error:
        raise httpx2.ConnectTimeout(str(error) or "no connection in time") from error
    except (OSError, UnicodeError) as error:  # a name that IDNA does not know is no OSError
        raise httpx2.ConnectError(str(error)) from error
    return SocketConnection(sock)


def _with_tls(
    sock: socket.socket,
    tls: ssl.SSLContext,
    server_hostname: str,
    ends_at: float | None,
    attempt: Attempt,
) -> ssl.SSLSocket:
    try:
        sock.settimeout(_left(ends_at))
        secure = tls.wrap_socket(
            sock, server_hostname=server_hostname, do_handshake_on_connect=False
        )
    except BaseException:
        sock.close()
        raise
    try:
        with attempt.ended_by(partial(shut_down, secure)):
            secure.do_handshake()
    except BaseException:
        secure.close()
        raise
    return secure


def _race(
    addresses: list[AddressInfo], ends_at: float | None, local_address: str | None, attempt: Attempt
) -> socket.socket:
    """Connect to the first of several addresses that answers, and close the other sockets."""
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        race = _Race(iter(addresses), local_address, selector)
        stack.callback(race.close)
        while True:
            if attempt.aborted:
                raise ConnectionAbortedError("the call was closed while it connected")
            now = time.monotonic()
            if ends_at is not None and now >= ends_at:
                raise TimeoutError("no address answered in time")
            race.start(now)
            if race.winner is not None:
                return race.winner
            if not race.running:
                raise OSError(failed(race.errors) or "the name has no address")
            waits = [_GLANCE, race.next_at - now]
            if ends_at is not None:
                waits.append(ends_at - now)
            race.look(max(0.0, min(waits)))
            if race.winner is not None:
                return race.winner


class _Race:
    """The sockets that connect side by side."""

    def __init__(
        self,
        addresses: Iterator[AddressInfo],
        local_address: str | None,
        selector: selectors.BaseSelector,
    ) -> None:
        self._addresses = addresses
        self._local_address = local_address
        self._selector = selector
        self.running: set[socket.socket] = set()
        self.errors: list[OSError] = []
        self.winner: socket.socket | None = None
        self.next_at = 0.0  # when the next address is tried

    def start(self, now: float) -> None:
        """Try the next address, if its time has come or nothing else is tried."""
        while self.winner is None and (not self.running or now >= self.next_at):
            info = next(self._addresses, None)
            if info is None:
                self.next_at = math.inf
                return
            self.next_at = now + STAGGER
            try:
                sock = open_socket(info, self._local_address)
            except OSError as error:
                self.errors.append(error)
                continue
            self.running.add(sock)
            code = sock.connect_ex(info[4])
            if code == 0:
                self.winner = sock
            elif code in _IN_PROGRESS:
                self._selector.register(sock, selectors.EVENT_WRITE)
            else:
                self._lost(sock, code)

    def look(self, seconds: float) -> None:
        """Wait for one of them."""
        for key, _ in self._selector.select(seconds):
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            self._selector.unregister(sock)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == 0 and self.winner is None:
                self.winner = sock
            elif code:
                self._lost(sock, code)

    def close(self) -> None:
        """Close all but the winner."""
        for sock in self.running:
            if sock is not self.winner:
                sock.close()

    def _lost(self, sock: socket.socket, code: int) -> None:
        self.errors.append(OSError(code, os.strerror(code)))
        self.running.discard(sock)
        self.next_at = 0.0  # RFC 8305 section 5: the next one need not wait
        sock.close()


def _left(ends_at: float | None) -> float | None:
    """Return the seconds until a moment, at least enough to see that it has passed."""
    return None if ends_at is None else max(0.001, ends_at - time.monotonic())
