"""Requests from bytes. No I/O.

httptools (llhttp, the parser of Node) reads the syntax. This module adds what it leaves open:

- **Validity.** HTTP/1.1 needs exactly one `Host` (RFC 9112 section 3.2), `chunked` is the only
  transfer coding (section 6.1), and a field value must not contain NUL (RFC 9110 section 5.5).
- **Limits.** A body has at most `max_body` bytes. A head, and the framing between two pieces of a
  body, has at most `MAX_FRAMING` bytes.
- **Order.** A request that arrives while another one is being answered stays unparsed until the
  connection asks for it. An invalid request is reported after all requests before it.

- **Upgrades.** The server may ignore `Upgrade` (RFC 9110 section 7.8), and does: it reads the body,
  where httptools stops, and answers as usual.

After an error, or a request that does not keep the connection, all further input is ignored.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import httptools

MAX_FRAMING: Final = 64 * 1024
"""Bytes of a head, or between two pieces of a body, with a tolerance of one read."""

_LENIENT: Final = {
    "lenient_headers": True,  # obsolete line folding
    "lenient_optional_cr_before_lf": True,  # a bare LF ends a header line
    "lenient_spaces_after_chunk_size": True,
    "lenient_chunked_length": True,  # a length beside chunked, which RFC 9112 section 6.3 ignores
}
"""Syntax that clients send and that a recipient may accept."""


class BadRequestError(Exception):
    """The input is not a valid request, or exceeds a limit.

    Attributes:
        status: The status to answer with before the connection is closed.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Parsed:
    """One complete request.

    Attributes:
        method: `GET`, `POST` and so on.
        target: The request target, with its query.
        headers: Header fields in the order received, names in lower case.
        body: The body's bytes.
        http_version: `1.1` or `1.0`.
        keep: True if the client lets the connection stay open afterwards.
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
        self._unparsed = bytearray()
        self._complete: deque[Parsed] = deque()
        self._error: BadRequestError | None = None
        self._is_last = False
        self._framing = 0
        self._expects_continue = False
        self._start_parser()
        self._start_request()

    @property
    def early(self) -> int:
        """Bytes received for requests to come."""
        return len(self._unparsed)

    def feed(self, data: bytes) -> None:
        """Add bytes of the connection, at least one."""
        self._unparsed += data

    def next(self) -> Parsed | None:
        """Return the next complete request, or `None` if more bytes are needed.

        Raises:
            BadRequestError: The input is not valid HTTP, or exceeds a limit.
        """
        if not self._complete and self._unparsed:
            data = bytes(self._unparsed)
            self._unparsed.clear()
            self._parse(data)
        if self._complete:
            return self._complete.popleft()
        if self._error is not None:
            raise self._error
        return None

    def close(self) -> None:
        """Release the parser, which refers back to this object; no call may follow."""
        del self._parser

    def take_continue(self) -> bool:
        """Return True, once per request, if the client waits for `100 Continue`."""
        expects, self._expects_continue = self._expects_continue, False
        return expects

    def _parse(self, data: bytes) -> None:
        if self._error is not None or self._is_last:
            return
        self._framing += len(data)
        try:
            self._feed_parser(data)
        except httptools.HttpParserError as error:
            self._fail(400, str(error))
        if self._framing > MAX_FRAMING:
            self._fail(431, f"More than {MAX_FRAMING} bytes of request headers or framing")

    def _feed_parser(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            rest = data[upgrade.args[0] :]
            # The body is read by a new parser, as that of a request without `Upgrade`.
            self._start_parser()
            fields = [
                f"{name}: {value}\r\n"
                for name, value in self._headers
                if name in {"content-length", "transfer-encoding"}
            ]
            self._parser.feed_data(f"POST / HTTP/1.1\r\n{''.join(fields)}\r\n".encode())
            if rest:
                self._parser.feed_data(rest)

    def _fail(self, status: int, message: str) -> None:
        if self._error is None and not self._is_last:
            self._error = BadRequestError(status, message)

    def _start_parser(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._parser.set_dangerous_leniencies(**_LENIENT)

    def _start_request(self) -> None:
        self._method = ""
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._version = ""
        self._keep = False
        self._head_complete = False
        self._body = bytearray()

    # Called by the parser.

    def on_url(self, piece: bytes) -> None:
        """Add a piece of the request target."""
        if not self._head_complete:
            self._target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header field; a trailer field is dropped."""
        if self._head_complete:
            return
        if b"\0" in value:
            self._fail(400, "A header field contains NUL")
        self._headers.append((name.decode().lower(), value.rstrip(b" \t").decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Check the head."""
        if self._head_complete:
            return
        self._head_complete = True
        self._method = self._parser.get_method().decode()
        self._version = self._parser.get_http_version()
        upgrades = self._parser.should_upgrade()
        self._keep = self._version == "1.1" and self._parser.should_keep_alive() and not upgrades
        hosts = len(self._values("host"))
        codings = [coding.lower() for coding in self._values("transfer-encoding")]
        if self._version not in {"1.0", "1.1"}:
            self._fail(505, f"HTTP/{self._version} is not supported")
        elif hosts > 1 or (hosts == 0 and self._version == "1.1"):
            self._fail(400, "A request needs exactly one Host")
        elif codings and codings != ["chunked"]:
            self._fail(501, "The only supported Transfer-Encoding is chunked")
        expected = ",".join(self._values("expect")).lower().split(",")
        continues = "100-continue" in [expectation.strip() for expectation in expected]
        self._expects_continue = continues and self._version == "1.1"

    def on_body(self, piece: bytes) -> None:
        """Add a piece of the body."""
        self._framing = 0
        self._expects_continue = False
        self._body += piece
        if len(self._body) > self._max_body:
            self._fail(413, f"Request body larger than {self._max_body} bytes")
            self._body.clear()

    def on_message_complete(self) -> None:
        """Finish a request, unless its body is still to be read by another parser."""
        if self._parser.should_upgrade() or self._error is not None or self._is_last:
            return
        self._framing = 0
        self._expects_continue = False
        self._is_last = not self._keep
        self._complete.append(
            Parsed(
                method=self._method,
                target=self._target.decode("latin-1"),
                headers=tuple(self._headers),
                body=bytes(self._body),
                http_version=self._version,
                keep=self._keep,
            )
        )
        self._start_request()

    def _values(self, name: str) -> list[str]:
        return [value for field, value in self._headers if field == name]
