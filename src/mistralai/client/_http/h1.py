"""HTTP/1.1 framing: a request in bytes, and the responses that bytes hold. No I/O.

httptools (llhttp, the parser of Node) reads the syntax. What it leaves to its user is here:

- **The end.** A response that is neither chunked nor has a length ends with its connection, any
  other one is cut where the connection ends early (RFC 9112 section 8). llhttp has no call for
  the end of input, so `ResponseReader.eof` decides.
- **Responses that have no body.** llhttp does not know the request, so the response to a HEAD
  request ends with its head here. So does 101: nothing asks for another protocol.
- **Interim responses** (1xx) are messages of their own before the final one, and are skipped.
- **Bytes past the end** begin another message for llhttp. Nothing asked for it, so the
  connection is condemned: the next request must not take them for its response. A blank line
  before a message is ignored, as RFC 9112 section 2.2 asks.
- **Limits.** A head, with the interim responses before it, has at most `MAX_HEAD` bytes and
  `MAX_INTERIM` interim responses; between two pieces of a body, and after the last one, are at
  most `MAX_HEAD` bytes of framing, which are chunk extensions and trailers.

States: `HEAD` until the final head is complete, `BODY` until the message is, then `DONE`; `FAILED`
after input that is not HTTP, or ends too early. Body pieces that were read before a failure are
returned before it is raised.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

import httptools
import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_HEAD: Final = 100 * 1024
"""Bytes of framing: a head, or what stands between two pieces of a body."""

MAX_INTERIM: Final = 100
"""Interim responses before the final one."""

_LENIENT: Final = {
    "lenient_headers": True,  # obsolete line folding
    "lenient_optional_cr_before_lf": True,  # a bare LF ends a line of the head
    "lenient_spaces_after_chunk_size": True,
    "lenient_chunked_length": True,  # a length beside chunked, which RFC 9112 section 6.3 ignores
    "lenient_keep_alive": True,  # a response behind a 1xx that announces an end
}
"""What servers in the wild send and recipients may read."""


class State(Enum):
    """The progress of a response."""

    HEAD = "head"
    BODY = "body"
    DONE = "done"
    FAILED = "failed"


_ENDED: Final = (State.DONE, State.FAILED)


class ResponseReader:
    """The responses of one connection, one after another.

    Attributes:
        state: How far the response has come.
        status: Its status; 0 before the head is complete.
        version: The version of HTTP that it names, such as `"1.1"`.
        reason: Its reason phrase.
        headers: Its header fields as they came.
        received: Whether any byte of it has come.
        condemned: Whether the connection must not be used for another request.
    """

    __slots__ = (
        "_error",
        "_framing_bytes",
        "_interim",
        "_length",
        "_no_body",
        "_parser",
        "_pieces",
        "_until_close",
        "_whole",
        "condemned",
        "headers",
        "on_body",
        "reason",
        "received",
        "state",
        "status",
        "version",
    )

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.on_body = self._pieces.append  # called by the parser, without a Python frame
        self.condemned = False
        self.begin(method="GET")
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(**_LENIENT)

    def begin(self, *, method: str) -> None:
        """Expect the response to a request."""
        self._pieces.clear()
        self._error: Exception | None = None
        self._framing_bytes = 0
        self._interim = 0
        self._length: int | None = None
        self._until_close = False
        self._no_body = method == "HEAD"
        self._whole = 0  # pieces of the body, once it is complete
        self.state = State.HEAD
        self.status = 0
        self.version = "1.1"
        self.reason = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.received = False

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Parse bytes of the connection, at least one."""
        if self.state in _ENDED:
            self.condemned = True
            return
        self.received = True
        had = len(self._pieces)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.condemned = True
        except httptools.HttpParserError as error:
            self._fail(str(error), error)
        if self.complete or (self.failed and self.status == 0):
            del self._pieces[self._whole :]  # of a message that nothing asked for, or of no head
            return
        if len(self._pieces) > had:
            self._framing_bytes = 0
            return
        self._framing_bytes += len(data)
        if self._framing_bytes > MAX_HEAD:
            where = "head" if self.state is State.HEAD else "framing of the body"
            self._fail(f"the {where} has more than {MAX_HEAD} bytes")

    def eof(self) -> None:
        """Note that the connection ended."""
        if self.state is State.DONE:
            self.condemned = True
        elif self.state is State.HEAD:
            said = (
                "in the middle of the response headers" if self.received else "without a response"
            )
            self._fail(f"the server closed the connection {said}")
        elif self.state is State.BODY and self._until_close:
            self.state = State.DONE
            self.condemned = True
        elif self.state is State.BODY:
            kind = "a chunked body" if self._length is None else f"a body of {self._length} bytes"
            self._fail(f"the server closed the connection in the middle of {kind}")

    def fail(self, error: Exception) -> None:
        """Note that the connection broke; bytes that were read before stay readable."""
        if self.state is State.DONE:
            self.condemned = True
        elif self.state is not State.FAILED:
            self._error = error
            self.state = State.FAILED
            self.condemned = True

    @property
    def complete(self) -> bool:
        """True once the response is complete."""
        return self.state is State.DONE

    @property
    def failed(self) -> bool:
        """True once the response has broken off."""
        return self.state is State.FAILED

    @property
    def head_complete(self) -> bool:
        """True once the final head is complete."""
        return self.status != 0 and self.state is not State.HEAD

    @property
    def readable(self) -> bool:
        """True if `take` needs no more input: there are bytes of the body, its end, or an error."""
        return bool(self._pieces) or self.state is State.DONE or self.state is State.FAILED

    @property
    def pieces(self) -> int:
        """The number of pieces of the body that wait to be taken."""
        return len(self._pieces)

    @property
    def keep_alive(self) -> bool:
        """True if the response is complete and the connection may carry another request."""
        return self.state is State.DONE and not self.condemned

    @property
    def error(self) -> Exception | None:
        """Why the response cannot be read further, or `None`."""
        return self._error

    def take(self) -> bytes:
        """Return the received bytes of the body; empty where there are none.

        Raises:
            httpx2.TransportError: It broke off, and all bytes before that were taken.
        """
        pieces = self._pieces
        if pieces:
            data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            pieces.clear()
            return data
        if self._error is not None:
            raise self._error
        return b""

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Begin a message."""
        if self.state is State.DONE:
            self.condemned = True

    def on_status(self, reason: bytes) -> None:
        """Add a piece of the reason phrase."""
        if self.state is State.HEAD:
            self.reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header field; a trailer field is dropped."""
        if self.state is State.HEAD:
            if b"\0" in value or b"\r" in value or b"\n" in value:
                self._fail("a header has a character that is not allowed there")
            self.headers.append((name, value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        """End the head: of an interim response, or of the final one."""
        if self.state is not State.HEAD:
            return
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != 101:
            return
        self.status = status
        self.version = self._parser.get_http_version()
        self._find_framing()
        if not self._parser.should_keep_alive():
            self.condemned = True
        self.state = State.BODY
        self._framing_bytes = 0
        if self._no_body or status == 101:
            self.condemned = True
            self.state = State.DONE

    def on_message_complete(self) -> None:
        """End a message."""
        if self.state is State.BODY:
            self.state = State.DONE
            self._whole = len(self._pieces)
        elif self.state is State.HEAD:
            self._interim += 1
            self.headers = []
            self.reason = b""
            if self._interim > MAX_INTERIM:
                self._fail(f"more than {MAX_INTERIM} interim responses (1xx) came")

    def _find_framing(self) -> None:
        coded = chunked = False
        for name, value in self.headers:
            lower = name.lower()
            if lower == b"content-length":
                self._length = int(value)
            elif lower == b"transfer-encoding":
                coded = True
                chunked = value.lower().rpartition(b",")[2].strip() == b"chunked"
                self.condemned |= not chunked
        if coded:
            self.condemned |= self._length is not None  # RFC 9112 section 6.3: do not trust it
            self._length = None
        self._until_close = not chunked and self._length is None

    def _fail(self, message: str, cause: Exception | None = None) -> None:
        self.condemned = True
        if self.state is State.DONE or self.state is State.FAILED:
            return
        self.state = State.FAILED
        self._error = httpx2.RemoteProtocolError(message)
        if cause is not None:
            self._error.__cause__ = cause.with_traceback(None)  # its frame holds received bytes


class Unseen(bytes):
    """Bytes of a request: a traceback rendered with locals shows their number, and no key."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} bytes of a request>"


def request_head(
    method: bytes, target: bytes, headers: Iterable[tuple[bytes, bytes]]
) -> bytes | None:
    """Serialise the head of a request; `None` where a part of it would end it early."""
    lines = [b"%b %b HTTP/1.1\r\n" % (method, target)]
    lines += [b"%b: %b\r\n" % field for field in headers]
    head = b"".join(lines)
    size = len(lines)
    if head.count(b"\n") != size or head.count(b"\r") != size or b"\0" in head:
        return None
    fine = target and b" " not in target and method.replace(b"-", b"").isalnum()
    return head + b"\r\n" if fine else None


def chunk(data: bytes) -> bytes:
    """Frame a piece of a body; an empty one would end it, and is left out."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


LAST_CHUNK: Final = b"0\r\n\r\n"
