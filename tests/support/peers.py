"""The other end of a connection, by hand: it says and does what a test tells it."""

import socket
import ssl
import struct
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

LIMIT = 30.0
"""Seconds after which a peer that waits gives up: the test has failed."""


class Peer:
    """One accepted connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.sock.settimeout(LIMIT)

    def say(self, data: bytes) -> None:
        self.sock.sendall(data)

    def hear(self, size: int) -> bytes:
        """Read so many bytes, or up to the end."""
        data = bytearray()
        while len(data) < size and (more := self.sock.recv(min(65536, size - len(data)))):
            data += more
        return bytes(data)

    def hear_head(self) -> bytes:
        """Read the head of a request."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.sock.recv(1) or b"-- the end --\r\n\r\n"
        return head

    def hear_end(self) -> bool:
        """Read what is left, and say whether the connection was ended, in whatever way."""
        try:
            while self.sock.recv(65536):
                pass
        except ConnectionError:
            pass
        return True

    def secure(self, tls: ssl.SSLContext) -> None:
        """Shake hands, as a server does."""
        self.sock = tls.wrap_socket(self.sock, server_side=True)

    def reset(self) -> None:
        """End the connection with an RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def end(self) -> None:
        """Say nothing more."""
        socket.socket.shutdown(self.sock, socket.SHUT_WR)

    def close(self) -> None:
        self.sock.close()


class Listener:
    """A listening socket; with a TLS context what it accepts shakes hands."""

    def __init__(self, host: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._sock = socket.create_server((host, 0), family=family)
        self._sock.settimeout(LIMIT)
        self._tls = tls
        self._stack = ExitStack()
        self.host = host
        self.port: int = self._sock.getsockname()[1]

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' if self._tls else ''}://{host}:{self.port}/"

    def dial(self) -> socket.socket:
        """Connect to it."""
        return socket.create_connection((self.host, self.port), LIMIT)

    def accept(self, *, plainly: bool = False) -> Peer:
        """Take the next connection, which is closed with this listener."""
        sock, _ = self._sock.accept()
        if self._tls is not None and not plainly:
            sock.settimeout(LIMIT)
            sock = self._tls.wrap_socket(sock, server_side=True)
        peer = Peer(sock)
        self._stack.callback(peer.close)
        return peer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()
        self._sock.close()


@contextmanager
def deaf(host: str, port: int = 0) -> Iterator[int]:
    """An address that does not answer: its backlog is full. It gives its port."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(0)
        for _ in range(8):
            each = stack.enter_context(socket.socket())
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def nobody() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def no_names(patch: pytest.MonkeyPatch) -> None:
    """Make names under `.invalid` (RFC 6761, section 6.4) unknown without asking any server."""
    resolve = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if (host if isinstance(host, bytes) else host.encode()).endswith(b".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *args, **kwargs)

    patch.setattr(socket, "getaddrinfo", getaddrinfo)


def own_sockets() -> set[str]:
    """The sockets of this process, by their inodes."""
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("this system does not list open files in /proc")
    mine = set()
    for descriptor in descriptors.iterdir():
        with suppress(OSError):  # the one that lists them
            mine.add(str(descriptor.readlink()))
    return {link[8:-1] for link in mine if link.startswith("socket:[")}


def sockets_to(port: int, *, known: AbstractSet[str] = frozenset()) -> set[str]:
    """The sockets of this process that lead to a port, connected or about to be.

    Args:
        port: The port.
        known: Sockets to leave out. The system's table, which is long where many connections
            were closed lately, is read only if there are others.
    """
    mine = own_sockets() - known
    if not mine:
        return set()
    there = f":{port:04X} "
    tables = [Path(f"/proc/self/net/{table}").read_text() for table in ("tcp", "tcp6")]
    lines = [line.split() for table in tables for line in table.splitlines() if there in line]
    return {line[9] for line in lines if line[2].endswith(there[:-1])} & mine
