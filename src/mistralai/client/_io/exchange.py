"""One attempt on the wire: its limits, its connection and its body.

Both drivers use it; what waits is theirs. With a transport of this package an attempt knows when
its request was sent and whether its connection was fresh (`_http/attempt.py`). With any other one
it knows neither: the limit of the response headers then includes connecting, and no retry is free.
"""

from __future__ import annotations

import os
import socket
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import httpx2

from .._call.failure import TransportFailure
from .._call.response import Head
from .._http.attempt import EXTENSION, Attempt
from .._http.building import build_request
from .._http.deadline import Deadline
from .._http.foreign import AsyncForeignBody, ForeignBody
from .._http.reading import own_body
from .._http.sockets import shut_down
from .forgetting import forget_requests
from .kinds import kind_of
from .uploading import AsyncUploadStream, UploadStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...recording import ExchangeRecorder, Recorder
    from .._call.request import Request
    from .._call.steps import Send

B = TypeVar("B")

TRANSPORT_ERRORS: Final = (httpx2.TransportError, httpx2.DecodingError, OSError)
"""The exceptions of a failing network."""

_parsed = lru_cache(maxsize=64)(httpx2.URL)
"""A URL as httpx2 has it, parsed once for many requests."""


class Exchange(Generic[B]):
    """One attempt by a client of httpx2's, whose body is a `Readable` or an `AsyncReadable`.

    Attributes:
        attempt: The state that the call and the transport share.
        body: The body of the response; its `read` takes `timeout`.
        complete: Whether it was read to its end.
        timeout: The limit of a read; it moves.
    """

    __slots__ = (
        "_asynchronous",
        "_callers_own",
        "_clock",
        "_exact",
        "_foreign",
        "_limits",
        "_process",
        "_recorder",
        "_recording",
        "_sent_at",
        "_socket",
        "_step",
        "_upload",
        "attempt",
        "body",
        "complete",
        "timeout",
    )

    def __init__(
        self,
        clock: Callable[[], float],
        recorder: Recorder | None = None,
        *,
        asynchronous: bool = False,
        callers_own: bool = False,
    ) -> None:
        """Begin an attempt.

        Args:
            clock: The clock of its deadlines.
            recorder: Records the exchange, if given.
            asynchronous: Whether its body is read in an event loop.
            callers_own: Whether the caller made the client, whose transport may be any.
        """
        self._clock = clock
        self._recorder = recorder
        self._recording: ExchangeRecorder | None = None
        self._asynchronous = asynchronous
        self._callers_own = callers_own
        self._step: Send | None = None
        self._upload: UploadStream | AsyncUploadStream | None = None
        self._limits: dict[str, float | None] | None = None  # those that the transport looks at
        self._sent_at: float | None = None
        # The body, where another transport brought the response.
        self._foreign: ForeignBody | AsyncForeignBody | None = None
        self._socket: Any = None  # of that response's connection
        self._process = 0  # that opened it
        self._exact = False  # reads end when they must
        self.attempt = Attempt()
        self.body: B
        self.complete = False
        self.timeout: Deadline

    def request(self, step: Send, client: Any) -> Any:
        """Return the request for a client of httpx2's."""
        headers = self._begin(step)
        read, connect = self.timeout, Deadline(step.connect, self._clock)
        request = step.request
        self._limits = {"connect": connect, "pool": connect, "write": read, "read": read}
        extensions = {"timeout": self._limits, EXTENSION: self.attempt}
        method, url, body = request.method, _parsed(request.url), self._content(request)
        if not isinstance(body, bytes):
            return client.build_request(
                method, url, headers=headers, content=body, extensions=extensions
            )
        return build_request(client, method, url, headers=headers, body=body, extensions=extensions)

    def options(self, client: Any) -> dict[str, Any]:  # noqa: ARG002 - clients of another make are asked
        """Return how a client is to send the request."""
        return {"stream": True, "follow_redirects": False}

    def until_head(self) -> float | None:
        """Return the seconds after which a loop gives up waiting for the response headers.

        `None` for a client of this package: its transports keep the limits by themselves.
        """
        return self._step.answer if self._callers_own and self._step is not None else None

    def held(self, response: Any) -> Any:
        """Keep the body of a response, and return the object that closes it."""
        own: Any = own_body(response)
        if own is not None:
            self.body = own
            return response
        self._foreign = AsyncForeignBody(response) if self._asynchronous else ForeignBody(response)
        foreign: Any = self._foreign
        self.body = foreign
        return foreign

    def opened(self, response: Any) -> Head:
        """Return the head of a response, and prepare to read its body."""
        headers = headers_of(response)
        if self._foreign is None:
            self._exact = True
        else:
            self._read_foreign(self._foreign, response, headers)
        if self._recording is not None:
            self._recording.answered(response.status_code, headers.items())
        waited = None if self._sent_at is None else self._clock() - self._sent_at
        return Head(response.status_code, headers, response, waited)

    def set_read_deadline(self, moment: float | None, *, late: bool) -> None:
        """Set the deadline of the next read; a late one may still take bytes that are buffered.

        Raises:
            httpx2.ReadTimeout: The deadline has passed, and buffered bytes are not wanted either.
        """
        self.timeout.at = moment
        if moment is not None and self._clock() >= moment and not (late and self._exact):
            raise httpx2.ReadTimeout("the time for reading is over")

    def record_read(self, data: bytes) -> bytes:
        """Record bytes of the body and return them; empty bytes are its end."""
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
        if self._socket is not None and os.getpid() == self._process:
            shut_down(self._socket)

    def failure(self, error: Exception, handled: BaseException | None) -> TransportFailure | None:
        """Return the network failure that an exception means, or `None` for any other exception.

        Args:
            error: The exception.
            handled: The exception that the caller was handling when it called: not ours to change.
        """
        if self._upload is not None and self._upload.error is error:
            self._forget(error, handled)  # the caller's file failed, and the network did not
            return None
        standard = self._standard(error)
        if standard is None:
            return None
        if self._recording is not None:
            self._recording.ended("cut")
        self._forget(error, handled)
        kind = kind_of(standard, handled)
        stale = kind == "broken" and self.attempt.reused and not self.attempt.received
        unsent = self.attempt.unsent
        failure = TransportFailure(kind, error, standard=standard, stale=stale, unsent=unsent)
        failure.proxy = self.attempt.proxy
        return failure

    def _begin(self, step: Send) -> dict[str, str]:
        """Begin the limits and the recording; return the headers."""
        self._step = step
        self.timeout = Deadline(step.answer, self._clock)
        self.attempt.on_sent = self._on_sent
        request = step.request
        headers = request.all_headers()
        body = request.body
        if not isinstance(body, bytes):
            if body.length is not None:
                headers["content-length"] = str(body.length)
            if self._recorder is not None:
                body = body.outline()
        if self._recorder is not None:
            assert isinstance(body, bytes)
            self._recording = self._recorder.begin(
                request.method, request.url, headers.items(), body
            )
        return headers

    def _content(self, request: Request) -> bytes | UploadStream | AsyncUploadStream:
        """Return the body of a request in the form that the client takes."""
        if isinstance(request.body, bytes):
            return request.body
        kind = AsyncUploadStream if self._asynchronous else UploadStream
        self._upload = kind(request.body, self._on_piece)
        return self._upload

    def _on_piece(self) -> None:
        """Start the limit of a wait again: a long upload is not a slow one."""
        assert self._step is not None
        self._sent_at = self._clock()  # where no transport says when all was sent, the last piece
        self.timeout.begin(self._step.answer, self._step.until)
        self.attempt.postpone(self.timeout.left())

    def _on_sent(self) -> None:
        """Start the limit of the response headers."""
        assert self._step is not None
        self._sent_at = self._clock()
        self.timeout.begin(self._step.answer, self._step.until)

    def _read_foreign(
        self, body: ForeignBody | AsyncForeignBody, response: Any, headers: Any
    ) -> None:
        """Begin to read a body whose transport takes a timeout once."""
        assert self._step is not None
        if self._limits is not None:
            # The dict goes down to the connection, which takes the timeout of a body from it.
            self._limits["read"] = self._step.silence
        body.begin(headers)
        self._socket = _socket_of(response)
        self._process = os.getpid()
        self._exact = self._asynchronous
        if isinstance(body, ForeignBody) and isinstance(self._socket, socket.socket):
            body.watch_reads(lambda: self._end_read(response))
            self._exact = True

    def _end_read(self, response: Any) -> None:
        # One that was read to its end may have given its connection to another request.
        if not getattr(response, "is_closed", False):
            self.shut_down()

    def _forget(self, error: BaseException, handled: BaseException | None) -> None:
        """Drop the frames that show the key."""
        forget_requests(error, handled)

    def _standard(self, error: Exception) -> Exception | None:
        """Return an exception in terms of httpx2, or `None` if it is not one of the network's."""
        return error if isinstance(error, TRANSPORT_ERRORS) else None


def headers_of(response: Any) -> Any:
    """Return headers in which names are found without regard to case."""
    headers = response.headers
    return headers if hasattr(headers, "multi_items") else httpx2.Headers(dict(headers))


def _socket_of(response: Any) -> Any:
    """Return the socket of a response's connection, unless other requests use it too."""
    if str(getattr(response, "http_version", "")).startswith("HTTP/2"):
        return None  # the connection is that of other requests too
    extensions: Any = getattr(response, "extensions", None)
    stream: Any = extensions.get("network_stream") if hasattr(extensions, "get") else None
    return stream.get_extra_info("socket") if hasattr(stream, "get_extra_info") else None
