"""A client of plain sockets, so that a test sees each read and each kind of end."""

import json
import socket
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

USER = [{"role": "user", "content": "Hello there"}]


def request_bytes(
    body: Any = None,
    *,
    method: str = "POST",
    path: str = "/v1/chat/completions",
    headers: dict[str, str] | None = None,
) -> bytes:
    """Write one request; a body that is no bytes goes as JSON."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    fields = {"host": "simulator", "authorization": "Bearer key", **(headers or {})}
    if data:
        fields.setdefault("content-length", str(len(data)))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + data


def chat(content: str = "Hello there", **fields: Any) -> bytes:
    """Write a chat request with one user message."""
    messages = [{"role": "user", "content": content}]
    return request_bytes({"model": "m", "messages": messages, **fields})


class RawClient:
    """One connection, closed with the `with` block."""

    def __init__(self, url: str, *, ca_pem: bytes | None = None) -> None:
        parts = urlsplit(url)
        self.sock: socket.socket = socket.create_connection(
            (parts.hostname, parts.port), timeout=10
        )
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if ca_pem is not None:
            context = ssl.create_default_context(cadata=ca_pem.decode())
            # With OpenSSL 3 a connection that ends without a farewell would pass for a clean end.
            context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
            self.sock = context.wrap_socket(
                self.sock, server_hostname=parts.hostname, suppress_ragged_eofs=False
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.sock.close()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read(self) -> bytes:
        """Read once; empty at the end of the connection."""
        return self.sock.recv(1 << 20)

    def read_to(self, end: bytes) -> bytes:
        """Read until what came ends so."""
        data = b""
        while not data.endswith(end):
            more = self.read()
            assert more, f"the connection ended after {data!r}"
            data += more
        return data

    def read_all(self) -> tuple[bytes, BaseException | None]:
        """Read to the end of the connection; what came, and the error that ended it, if any."""
        return self.read_until(lambda _: False)

    def read_until(self, enough: Callable[[bytes], bool]) -> tuple[bytes, BaseException | None]:
        """Read until what came is enough, or to the end of the connection."""
        data = b""
        try:
            while not enough(data) and (more := self.read()):
                data += more
        except OSError as error:
            return data, error
        return data, None


def unchunk(data: bytes) -> bytes:
    """Take the head and the chunked encoding away from a whole answer."""
    _, _, rest = data.partition(b"\r\n\r\n")
    body = b""
    while True:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            return body
        body, rest = body + rest[:length], rest[length + 2 :]
