"""The response of an upstream server from bytes. No I/O.

httptools reads the syntax. It does not know the request's method and has no call for the end of
input, so this module decides where a response ends (RFC 9112 section 6.3). Interim responses (1xx)
are skipped. Body pieces received before a failure remain available.
"""

from enum import Enum
from typing import Final

import httptools

MAX_HEAD: Final = 64 * 1024
"""Bytes of response headers, interim responses included."""

_LENIENT: Final = {
    "lenient_headers": True,  # obsolete line folding
    "lenient_optional_cr_before_lf": True,  # a bare LF ends a header line
    "lenient_spaces_after_chunk_size": True,
    "lenient_chunked_length": True,  # a length beside chunked, which RFC 9112 section 6.3 ignores
    "lenient_keep_alive": True,  # a response after a 1xx with `Connection: close`
}
"""Syntax that servers send and that a recipient may accept."""


class State(Enum):
    """The progress of reading a response."""

    HEAD = "head"
    BODY = "body"
    DONE = "done"
    FAILED = "failed"


class ResponseReader:
    """Reads one response.

    Args:
        method: The method of its request.

    Attributes:
        state: The progress of reading the response.
        status: The status; 0 before the response headers are complete.
        headers: Header fields in the order received, names in lower case.
    """

    def __init__(self, method: str) -> None:
        self.state = State.HEAD
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self._has_body = method != "HEAD"
        self._ends_with_connection = False
        self._head_bytes = 0
        self._body = bytearray()
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(**_LENIENT)

    @property
    def is_over(self) -> bool:
        """True once the response is complete or has failed."""
        return self.state in {State.DONE, State.FAILED}

    def feed(self, data: bytes) -> None:
        """Add bytes of the connection; none at its end."""
        if not data:
            self._end_input()
            return
        if self.state is State.HEAD:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail()
        if self.state is State.HEAD and self._head_bytes > MAX_HEAD:
            self._fail()

    def take_body(self) -> bytes:
        """Return the body bytes received since the last call."""
        body = bytes(self._body)
        self._body.clear()
        return body

    def _end_input(self) -> None:
        if self.state is State.BODY and self._ends_with_connection:
            self.state = State.DONE
        else:
            self._fail()

    def _fail(self) -> None:
        if self.state is not State.DONE:
            self.state = State.FAILED

    # Called by the parser.

    def on_message_begin(self) -> None:
        """Start a response, which may follow interim ones."""
        if self.state is State.HEAD:
            self.headers.clear()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header field; a trailer field is dropped."""
        if self.state is State.HEAD:
            value = value.rstrip(b" \t")
            self.headers.append((name.decode().lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Decide where the body ends."""
        status = self._parser.get_status_code()
        if self.state is not State.HEAD or (100 <= status < 200 and status != 101):
            return
        fields = dict(self.headers)
        coding = fields.get("transfer-encoding")
        if status == 101 or (coding is not None and coding.lower() != "chunked"):
            self._fail()  # neither was asked for
            return
        self.status = status
        self.state = State.BODY if self._has_body else State.DONE
        self._ends_with_connection = coding is None and "content-length" not in fields

    def on_body(self, piece: bytes) -> None:
        """Add a piece of the body."""
        if self.state is State.BODY:
            self._body += piece

    def on_message_complete(self) -> None:
        """Finish the response, unless it is an interim one."""
        if self.state is State.BODY:
            self.state = State.DONE
