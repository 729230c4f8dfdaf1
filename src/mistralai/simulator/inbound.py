"""Bytes in, whole requests out; parsed by h11, without waiting for anything."""

from dataclasses import dataclass
from typing import Final

import h11

MAX_HEAD: Final = 64 * 1024
"""Bytes of request line and header fields that are read at most."""


class BadRequestError(Exception):
    """What came is no request that can be answered as one.

    Attributes:
        status: The status to answer with before the connection is closed.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Parsed:
    """One whole request.

    Attributes:
        method: `GET`, `POST` and so on.
        target: The request target, with its query.
        headers: Header fields in the order received, names in lower case.
        body: The body's bytes.
        http_version: `1.1` or `1.0`.
        keep: Whether the client lets the connection stay open afterwards.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    http_version: str
    keep: bool


class RequestReader:
    """Reads the requests of one connection, one after the other.

    Args:
        max_body: The largest body in bytes.
    """

    def __init__(self, max_body: int) -> None:
        self._max_body = max_body
        self._restart()

    def _restart(self, data: bytes = b"") -> None:
        self._parser = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._head: h11.Request | None = None
        self._body = bytearray()
        if data:
            self._parser.receive_data(data)

    @property
    def wants_continue(self) -> bool:
        """Whether the client waits for `100 Continue` before it sends the body."""
        return self._parser.they_are_waiting_for_100_continue

    @property
    def early(self) -> int:
        """Bytes held that belong to requests to come."""
        return len(self._parser.trailing_data[0])

    def feed(self, data: bytes) -> None:
        """Take what was read from the connection; never empty."""
        self._parser.receive_data(data)

    def next(self) -> Parsed | None:
        """Give the next whole request, or `None` where more bytes are needed.

        Raises:
            BadRequestError: It is no HTTP, or larger than the limits allow.
        """
        try:
            while True:
                match self._parser.next_event():
                    case h11.Request() as head:
                        self._head = head
                    case h11.Data(data=data):
                        self._take(data)
                    case h11.EndOfMessage():
                        return self._whole()
                    case _:
                        return None
        except h11.RemoteProtocolError as error:
            raise BadRequestError(error.error_status_hint, str(error)) from error

    def _take(self, data: bytes) -> None:
        self._body += data
        if len(self._body) > self._max_body:
            raise BadRequestError(413, f"Request body larger than {self._max_body} bytes")

    def _whole(self) -> Parsed:
        head = self._head
        assert head is not None
        parsed = Parsed(
            method=head.method.decode(),
            target=head.target.decode(),
            headers=tuple((n.decode(), v.decode("latin-1")) for n, v in head.headers),
            body=bytes(self._body),
            http_version=head.http_version.decode(),
            keep=self._parser.their_state is h11.DONE,
        )
        self._restart(self._parser.trailing_data[0])
        return parsed
