"""One attempt on the wire: its limits, what is known of its connection, and its body.

Both drivers use it; what waits is theirs.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import httpcore2
import httpx2

from .connection import Connection
from .deadline import Deadline
from .faults import TransportFailure
from .inflate import CODINGS
from .outgoing import outgoing
from .rawbody import DirectBody, raw_body
from .response import Head

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..recording import ExchangeRecorder, Recorder
    from .faults import Kind
    from .steps import Send

TRANSPORT_ERRORS: Final = (
    httpx2.TransportError,
    httpx2.DecodingError,
    httpcore2.NetworkError,
    httpcore2.TimeoutException,
    httpcore2.ProtocolError,
    OSError,
)
"""What a network that fails raises. The only place outside `network.py` that knows these names."""

_CONNECT_LIMITS = (httpx2.ConnectTimeout, httpx2.PoolTimeout)
_BEFORE_CONNECTION = (
    httpx2.ConnectError,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)


_parsed = lru_cache(maxsize=64)(httpx2.URL)
"""An address as httpx2 has it, parsed once for many requests."""


class Exchange:
    """What one attempt knows of its connection, and how long its waits may last.

    Attributes:
        timeout: The limit of a read; it moves.
        when_sent: Called when the request begins to be sent.
        body: The body, where it can be had from under httpx2's generators.
    """

    def __init__(self, clock: Callable[[], float], recorder: Recorder | None = None) -> None:
        self._clock = clock
        self._recorder = recorder
        self._recording: ExchangeRecorder | None = None
        self._step: Send | None = None
        self._traced = False  # httpx2 told of something
        self._connected = False  # and that it was a new connection
        self._foreign: Any = None  # a connection whose reads we changed
        self._stream: Any = None
        self._process = os.getpid()
        self._sent_at: float | None = None
        self._answered = False
        self._exact = False
        self.timeout = Deadline(None, clock)
        self.when_sent: Callable[[], None] | None = None
        self.body: Any = None  # a RawBody, or a DirectBody where the driver is asynchronous

    def request(
        self, step: Send, trace: object, client: httpx2.Client | httpx2.AsyncClient
    ) -> httpx2.Request:
        """What is to be sent, for a client of either colour."""
        headers = self._begin(step)
        read, connect = self.timeout, Deadline(step.connect, self._clock)
        request = step.request
        limits = {"connect": connect, "pool": connect, "write": read, "read": read}
        extensions = {"timeout": limits, "trace": trace}
        url = _parsed(request.url)
        return outgoing(
            client, request.method, url, headers=headers, body=request.body, extensions=extensions
        )

    def options(self, client: Any) -> dict[str, Any]:  # noqa: ARG002 - others have to look at it
        """How a client is to send the request."""
        return {"stream": True, "follow_redirects": False}

    def until_head(self) -> float | None:
        """Seconds that a client which traces nothing may take to the head of the answer."""
        return None

    def trace(self, event: str, _info: object) -> None:
        """Note what happens on the way to the head (httpx2's `trace` extension)."""
        self._traced = True
        self._connected |= event == "connection.connect_tcp.started"
        if event.endswith(".send_request_headers.started") and self._step is not None:
            self._sent_at = self._clock()
            self.timeout.begin(self._step.answer, self._step.until)
            if self.when_sent is not None:
                self.when_sent()

    def held(self, response: Any) -> Any:
        """Return what is to be closed in the end."""
        return response

    def opened(self, response: httpx2.Response) -> Head:
        """The head came."""
        self._answered = True
        self._stream = stream = response.extensions.get("network_stream")
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        # A body that a hook read has no connection any more, HTTP/2 shares one, and other codings
        # take other packages: there httpx2's own generators and timeouts do.
        ours = (
            (coding == "identity" or coding in CODINGS)
            and not response.is_stream_consumed
            and response.http_version != "HTTP/2"
        )
        self._exact = isinstance(stream, (Connection, DirectBody))
        if ours:
            self.body = raw_body(response, stream, coding)
            if not self._exact and hasattr(stream, "__dict__"):
                self._take_over(stream)
        return self._head(response.status_code, response.headers, response)

    def until(self, moment: float | None, *, late: bool) -> None:
        """Say when the next read must end, and whether a late one may take what is there.

        Raises:
            httpx2.ReadTimeout: It is too late, or the connection would not notice that it is.
        """
        self.timeout.at = moment
        if moment is not None and self._clock() >= moment and not (late and self._exact):
            raise httpx2.ReadTimeout("")

    def came(self, data: bytes) -> bytes:
        """Note what was read, and give it back; nothing stands for the end of the body."""
        if self._recording is not None:
            if data:
                self._recording.read(data)
            else:
                self._recording.ended("complete")
        return data

    def over(self) -> None:
        """Put a foreign connection's own reads back, before anyone else can have it."""
        if self._recording is not None:
            self._recording.ended("closed")
        if self._foreign is not None:
            del self._foreign.read
            self._foreign = None

    def shut_down(self) -> None:
        """End the connection under a read that blocks on it: closing would not wake the read.

        Never in another process than the one that opened it, which shares the connection.
        """
        stream = self._stream or self.timeout.stream
        if stream is None or os.getpid() != self._process:
            return
        sock = stream.get_extra_info("socket")
        if sock is None:
            return
        with contextlib.suppress(OSError):  # the peer was faster
            if isinstance(sock, socket.socket):
                # Not SSLSocket's own, which drops the TLS layer under the reader.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            else:  # an event loop's stand-in for a socket
                with socket.socket(fileno=os.dup(sock.fileno())) as same:
                    same.shutdown(socket.SHUT_RDWR)

    def failure(self, error: Exception, handled: BaseException | None) -> TransportFailure | None:
        """Return what an exception means to a flow, or `None` where it is not the network's.

        Args:
            error: The exception.
            handled: What the caller was handling when it called, which is the caller's own.
        """
        known = self._known(error)
        if known is None:
            return None
        if self._recording is not None:
            self._recording.ended("cut")
        cause, standard = known
        forget_frames(cause, handled)
        kind = _kind(standard)
        # A transport that traces nothing, as a test's, says nothing of reuse either.
        reused = self._traced and not self._connected
        silent = not self._answered and not self.timeout.received
        stale = kind == "broken" and reused and silent
        return TransportFailure(kind, cause, standard=standard, stale=stale)

    def _begin(self, step: Send) -> dict[str, str]:
        """An attempt begins; give its headers."""
        self._step = step
        self.timeout = Deadline(step.answer, self._clock)
        request = step.request
        headers = request.all_headers()
        if self._recorder is not None:
            self._recording = self._recorder.begin(
                request.method, request.url, headers.items(), request.body
            )
        return headers

    def _head(self, status: int, headers: Any, response: Any) -> Head:
        if self._recording is not None:
            self._recording.answered(status, headers.items())
        waited = None if self._sent_at is None else self._clock() - self._sent_at
        return Head(status, headers, response, waited)

    def _known(self, error: Exception) -> tuple[Exception, Exception] | None:
        """Return the cause of a failure, and the same in terms of httpx2, if it is the network's."""
        if not isinstance(error, TRANSPORT_ERRORS):
            return None
        mapped = _as_httpx2(error)
        return mapped, mapped

    def _take_over(self, stream: Any) -> None:
        """Let the reads of a foreign connection end when ours must.

        httpcore2 takes a timeout once a body; `network_stream` is httpx2's public extension.
        """
        read = stream.read

        def read_in_time(size: int, timeout: float | None = None) -> Any:  # noqa: ARG001 - ours counts
            return read(size, self.timeout.left())  # of an async stream, what is to be awaited

        stream.read = read_in_time
        self._foreign = stream
        self._exact = True


def _as_httpx2(error: Exception) -> Exception:
    """httpcore2's exceptions have httpx2's names."""
    if not type(error).__module__.startswith("httpcore2"):
        return error
    cls = getattr(httpx2, type(error).__name__, httpx2.ReadError)
    mapped: Exception = cls(str(error))
    mapped.__cause__ = error
    return mapped


def forget_frames(error: BaseException | None, handled: BaseException | None) -> None:
    """Drop the HTTP library's frames: their locals hold the request, with the key in clear.

    A traceback that is rendered with locals would show it.
    """
    while error is not None and error is not handled:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def _kind(error: Exception) -> Kind:
    if isinstance(error, _CONNECT_LIMITS):
        return "connect_timeout"
    if isinstance(error, httpx2.TimeoutException):
        return "timeout"
    if isinstance(error, httpx2.DecodingError):
        return "encoding"
    if isinstance(error, _BEFORE_CONNECTION):
        return "certificate" if _does_not_verify(error) else "connect"
    return "broken"


def _does_not_verify(error: BaseException | None) -> bool:
    """Whether a certificate is the reason, which trio's exceptions do not say in their text."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None
