"""One attempt on the wire: its limits, its connection and its body.

Both drivers use it; what waits is theirs. With a transport of this package an attempt knows when
its request was sent and whether its connection was fresh (`_http/attempt.py`). With any other one it
knows neither: the limit of the response headers then includes sending, and no retry is free.
"""

from __future__ import annotations

import ssl
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

import httpx2

from ._http.attempt import EXTENSION, Attempt
from ._http.building import build_request
from ._http.deadline import Deadline
from ._http.foreign import socket_of
from ._http.reading import read_from
from ._http.sockets import shut_down
from .faults import TransportFailure
from .response import Head

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..recording import ExchangeRecorder, Recorder
    from .faults import Kind
    from .steps import Send

TRANSPORT_ERRORS: Final = (httpx2.TransportError, httpx2.DecodingError, OSError)
"""What a network that fails raises."""

_CONNECT_LIMITS = (httpx2.ConnectTimeout, httpx2.PoolTimeout)
_BEFORE_CONNECTION = (
    httpx2.ConnectError,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)
_HOLD_REQUESTS: Final = ("httpx2", "httpcore2", "h11")
"""Packages whose frames have the request, and so the key, among their locals."""

_parsed = lru_cache(maxsize=64)(httpx2.URL)
"""A URL as httpx2 has it, parsed once for many requests."""


class Exchange:
    """One attempt.

    Attributes:
        attempt: What the call and the transport tell each other.
        body: The body of the response; its `read` takes `timeout`.
        complete: Whether it was read to its end.
        timeout: The limit of a read; it moves.
    """

    def __init__(self, clock: Callable[[], float], recorder: Recorder | None = None) -> None:
        self._clock = clock
        self._recorder = recorder
        self._recording: ExchangeRecorder | None = None
        self.attempt = Attempt()
        self._response: httpx2.Response | None = None
        self._sent_at: float | None = None
        self._answer: float | None = None
        self._until: float | None = None
        self._own = False  # the transport is one of this package
        self.body: Any = None
        self.complete = False
        self.timeout = Deadline(None, clock)

    def request(self, step: Send, client: httpx2.Client | httpx2.AsyncClient) -> httpx2.Request:
        """Return what is to be sent, for either kind of client."""
        self._answer, self._until = step.answer, step.until
        self.timeout = read = Deadline(step.answer, self._clock)
        connect = Deadline(step.connect, self._clock)
        self.attempt.on_sent = self._on_sent
        request = step.request
        headers = request.all_headers()
        if self._recorder is not None:
            self._recording = self._recorder.begin(
                request.method, request.url, headers.items(), request.body
            )
        limits = {"connect": connect, "pool": connect, "write": read, "read": read}
        return build_request(
            client,
            request.method,
            _parsed(request.url),
            headers=headers,
            body=request.body,
            extensions={"timeout": limits, EXTENSION: self.attempt},
        )

    def opened(self, response: httpx2.Response, *, asynchronous: bool) -> Head:
        """Take the response whose headers came."""
        self._response = response
        self.body, self._own = read_from(response, asynchronous=asynchronous)
        if self._recording is not None:
            self._recording.answered(response.status_code, response.headers.items())
        waited = None if self._sent_at is None else self._clock() - self._sent_at
        return Head(response.status_code, response.headers, response, waited)

    def set_read_deadline(self, moment: float | None, *, late: bool) -> None:
        """Say when the next read must end, and whether a late one may take what is there.

        Raises:
            httpx2.ReadTimeout: It is too late, or the body would not notice that it is.
        """
        self.timeout.at = moment
        if moment is not None and self._clock() >= moment and not (late and self._own):
            raise httpx2.ReadTimeout("the time for reading is over")

    def record_read(self, data: bytes) -> bytes:
        """Note bytes of the body and return them; nothing stands for its end."""
        if not data:
            self.complete = True
        if self._recording is not None:
            if data:
                self._recording.read(data)
            else:
                self._recording.ended("complete")
        return data

    def release(self) -> None:
        """End the recording of the attempt."""
        if self._recording is not None:
            self._recording.ended("closed")

    def shut_down(self) -> None:
        """End the connection under whoever waits for it: closing would not wake a thread.

        Never in another process than the one that opened it, which shares the connection.
        """
        self.attempt.abort()
        if self._response is not None and not self._own:
            sock = socket_of(self._response)
            if sock is not None:
                shut_down(sock)

    def failure(self, error: Exception, handled: BaseException | None) -> TransportFailure:
        """Return what an exception of the network means to a flow.

        Args:
            error: The exception.
            handled: What the caller was handling when it called, which is the caller's own.
        """
        if self._recording is not None:
            self._recording.ended("cut")
        forget_requests(error, handled)
        kind = _kind(error)
        attempt = self.attempt
        stale = kind == "broken" and attempt.reused and not attempt.received
        return TransportFailure(kind, error, stale=stale)

    def _on_sent(self) -> None:
        """Start the limit of the response headers."""
        self._sent_at = self._clock()
        self.timeout.begin(self._answer, self._until)


def forget_requests(error: BaseException | None, handled: BaseException | None) -> None:
    """Drop the frames that hold a request: rendered with locals they would show the key."""
    while error is not None and error is not handled:
        error.__traceback__ = _without_requests(error.__traceback__)
        error = error.__cause__ or error.__context__


def _without_requests(traceback: TracebackType | None) -> TracebackType | None:
    """Return a traceback without the frames of the packages that hold requests."""
    frames: list[TracebackType] = []
    while traceback is not None:
        package = traceback.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in _HOLD_REQUESTS:
            frames.append(traceback)
        traceback = traceback.tb_next
    kept: TracebackType | None = None
    for each in reversed(frames):
        kept = TracebackType(kept, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return kept


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
    """Return whether a certificate is the reason, which trio's exceptions do not say in their text."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None
