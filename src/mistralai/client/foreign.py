"""HTTP by clients that are not httpx2's own, by nothing but what `httpx.Client` documents.

Such are `httpx.Client` and `httpx.AsyncClient`, and objects that forward `build_request` and `send`
to a client. Requests are built by the client from plain values. What it raises is known by its name
alone, because the library that it comes from is not imported here, and becomes the cause of an
error of this package.

Its timeouts are fixed for a body, where the limits of a call move. In async a cancel scope ends
each wait in time; in a thread a `Watch` does, where the response gives its connection's socket.
Where it does not, the client's own timeout ends a silence, and the clock is looked at between reads.
"""

from __future__ import annotations

import inspect
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import anyio
import httpx2

from .exchange import Exchange, forget_frames
from .inflate import CODINGS, Inflater
from .watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..recording import Recorder
    from .deadline import Deadline
    from .faults import TransportFailure
    from .response import Head
    from .steps import Send

_KINDS: Final = {
    kind.__name__: kind
    for kind in (
        httpx2.TransportError,
        httpx2.TimeoutException,
        httpx2.ConnectTimeout,
        httpx2.PoolTimeout,
        httpx2.ReadTimeout,
        httpx2.WriteTimeout,
        httpx2.NetworkError,
        httpx2.ConnectError,
        httpx2.ReadError,
        httpx2.WriteError,
        httpx2.CloseError,
        httpx2.ProtocolError,
        httpx2.LocalProtocolError,
        httpx2.RemoteProtocolError,
        httpx2.ProxyError,
        httpx2.UnsupportedProtocol,
        httpx2.DecodingError,
    )
} | {"TimeoutError": httpx2.ReadTimeout}
"""What a client's exceptions are, by the names of their classes."""

_SHORT: Final = 0.1
"""Seconds; a wait so short is not begun where nothing could end it."""

_EARLY: Final = 0.1
"""Seconds before a limit; a timeout that comes sooner is the client's own."""

_SLACK: Final = 0.25
"""Seconds after a limit, for the client to keep it by itself."""

_BUFFERED: Final = 1000
"""Pieces of a body that a client may have read ahead, at most."""


def alike(error: BaseException) -> httpx2.TransportError | httpx2.DecodingError | None:
    """Return what a client's exception is in terms of httpx2, or `None` where it is something else.

    The first class of its MRO that is named like one of httpx2's decides.
    """
    for cls in type(error).__mro__:
        kind = _KINDS.get(cls.__name__)
        if kind is not None:
            return kind(str(error))
    return None


class ForeignExchange(Exchange):
    """One attempt by such a client."""

    def __init__(
        self,
        clock: Callable[[], float],
        recorder: Recorder | None = None,
        *,
        asynchronous: bool,
    ) -> None:
        super().__init__(clock, recorder)
        self._asynchronous = asynchronous
        self._limits: dict[str, float | None] | None = None  # what the client takes as timeouts
        self._entered = False  # the client was asked for something

    def request(self, step: Send, trace: object, client: Any) -> Any:
        """Let the client build the request."""
        headers = self._begin(step)
        self._entered = True
        # A client in a loop waits as long as the cancel scope lets it.
        read = step.silence if self._asynchronous else step.answer
        limits = {"connect": step.connect, "read": read, "write": read, "pool": step.connect}
        options: dict[str, Any] = {
            "headers": headers,
            "content": step.request.body or None,
            "timeout": (step.connect, read, read, step.connect),
            "extensions": {"trace": trace},
        }
        request = client.build_request(
            step.request.method, step.request.url, **_taken(client.build_request, options)
        )
        found = _extension(request, "timeout")
        # A client that is wrapped to keep timeouts of its own keeps them.
        self._limits = found if isinstance(found, dict) and found == limits else None
        return request

    def options(self, client: Any) -> dict[str, Any]:
        """How to send the request."""
        return {"stream": True, **_taken(client.send, {"follow_redirects": False})}

    def until_head(self) -> float | None:
        """Seconds until the head as a whole, where the client does not say when it sends."""
        assert self._step is not None
        connect, answer, until = self._step.connect, self._step.answer, self._step.until
        both = None if connect is None or answer is None else connect + answer
        left = None if until is None else until - self._clock()
        # The client's own timeout goes first: a handshake that is cancelled may stay open.
        limits = [seconds + _SLACK for seconds in (both, left) if seconds is not None]
        return min(limits, default=None)

    def opened(self, response: Any) -> Head:
        """The head came."""
        assert self._step is not None
        self._answered = True
        if self._limits is not None:
            # The dict goes down to the connection, which takes the timeout of a body from it.
            self._limits["read"] = self._step.silence
        # Over HTTP/2 the connection is that of other requests too.
        shared = str(getattr(response, "http_version", "")).startswith("HTTP/2")
        stream = None if shared else _extension(response, "network_stream")
        self._stream = stream if hasattr(stream, "get_extra_info") else None
        headers = _headers(response.headers)
        self.body.begin(headers, asynchronous=self._asynchronous)
        watched = self._stream is not None and self._stream.get_extra_info("socket") is not None
        if watched and not self._asynchronous:
            self.body.watch = Watch(lambda: self._end_read(response))
        self._exact = watched or self._asynchronous
        return self._head(response.status_code, headers, response)

    def held(self, response: Any) -> ForeignBody:
        """Return what is to be closed in the end."""
        self.body = body = ForeignBody(response)
        return body

    def until(self, moment: float | None, *, late: bool) -> None:
        """Say when the next read must end.

        Raises:
            httpx2.ReadTimeout: It is too late, or would be before anything could end the read.
        """
        super().until(moment, late=late)
        if not self._exact and moment is not None and moment - self._clock() < _SHORT:
            raise httpx2.ReadTimeout("")

    def failure(self, error: Exception, handled: BaseException | None) -> TransportFailure | None:
        """What an exception of the client means to a flow; `None` where it is not the network's."""
        left = self.timeout.left()
        failure = super().failure(error, handled)
        if failure is None:
            if self._entered:
                forget_frames(error, handled)
                error.add_note("(the HTTP client's frames are left out: they hold the API key)")
        elif failure.kind == "timeout":
            failure.early = left is None or left > _EARLY
        return failure

    def _known(self, error: Exception) -> tuple[Exception, Exception] | None:
        if not self._entered:  # what gives the key failed
            return None
        standard = alike(error)
        if standard is None:
            return (error, error) if isinstance(error, OSError) else None
        standard.__cause__ = error  # for what it says of certificates
        return error, standard

    def _end_read(self, response: Any) -> None:
        # One that was read to its end may have given its connection to another request.
        if not getattr(response, "is_closed", False):
            self.shut_down()


class ForeignBody:
    """The body of a client's response, and the end of that response.

    A coding of `CODINGS` is undone here, in pieces of bounded size; others by the client.
    """

    def __init__(self, response: Any) -> None:
        self.watch: Watch | None = None
        self._response = response
        self._inflater: Inflater | None = None
        self._pieces: Any = None
        self._begun = False
        self._over = False
        self._closed = False
        self._reading: anyio.CancelScope | None = None  # a read in a task

    def begin(self, headers: Any, *, asynchronous: bool) -> None:
        """The body is what comes next."""
        response = self._response
        coding = headers.get("content-encoding", "identity").strip().lower()
        kind = "aiter" if asynchronous else "iter"
        raw = (coding == "identity" or coding in CODINGS) and hasattr(response, f"{kind}_raw")
        # A hook may have read it, and what it read is decoded.
        if raw and not getattr(response, "is_stream_consumed", False):
            self._inflater = Inflater(coding) if coding in CODINGS else None
            self._pieces = getattr(response, f"{kind}_raw")()
        else:
            self._pieces = getattr(response, f"{kind}_bytes")()

    def read(self, timeout: Deadline) -> bytes:
        """The next bytes of the body, empty at its end."""
        data = b"" if self._inflater is None else self._inflater.more()
        while not data and not self._over:
            data = self._decoded(self._next(timeout))
        return data

    async def aread(self, timeout: Deadline) -> bytes:
        """`read` for async."""
        data = b"" if self._inflater is None else self._inflater.more()
        while not data and not self._over:
            data = self._decoded(await self._anext(timeout))
        return data

    def close(self) -> None:
        """Close the response."""
        if self.watch is not None:
            self.watch.close()
        if hasattr(self._pieces, "close"):
            self._pieces.close()
        self._response.close()

    async def aclose(self) -> None:
        """Close the response, from any task."""
        self._closed = True
        if self._reading is not None:
            self._reading.cancel()
        elif self._begun and not self._over:
            await self._unwind()
        await self._response.aclose()

    def _decoded(self, piece: bytes | None) -> bytes:
        if piece is None:
            self._over = True
            return b""
        return piece if self._inflater is None else self._inflater.feed(piece)

    def _next(self, timeout: Deadline) -> bytes | None:
        watch = self.watch
        if watch is None:
            if timeout.passed:
                raise httpx2.ReadTimeout("")
            return next(self._pieces, None)
        if watch.fired:
            raise httpx2.ReadTimeout("")
        watch.begin(timeout.left())
        try:
            piece: bytes | None = next(self._pieces, None)
        except Exception as error:
            if watch.fired:
                raise httpx2.ReadTimeout("") from error
            raise
        finally:
            watch.end()
        if piece is None and watch.fired:
            raise httpx2.ReadTimeout("")
        return piece

    async def _anext(self, timeout: Deadline) -> bytes | None:
        self._begun = True
        left = timeout.left()
        with anyio.CancelScope() as scope:
            if left is not None:
                scope.deadline = anyio.current_time() + left
            self._reading = scope
            try:
                piece: bytes | None = await anext(self._pieces, None)
            finally:
                self._reading = None
            return piece
        if self._closed:
            raise httpx2.ReadError("the stream was closed")
        raise httpx2.ReadTimeout("")

    async def _unwind(self) -> None:
        """End the client's nested generators where the innermost of them waits.

        To close the outermost would leave the others to the collector of garbage, where they
        complain of each other.
        """
        with anyio.CancelScope() as scope, suppress(Exception):
            scope.cancel()
            for _ in range(_BUFFERED):
                await anext(self._pieces)


def _taken(function: Any, options: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments that a function takes."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # it has none to look at
        return options
    if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return options
    return {name: value for name, value in options.items() if name in parameters}


def _extension(thing: Any, name: str) -> Any:
    """An entry of a request's or a response's `extensions`, which may be missing."""
    extensions: Any = getattr(thing, "extensions", None)
    return extensions.get(name) if hasattr(extensions, "get") else None


def _headers(headers: Any) -> Any:
    """Headers in which names are found without regard to case."""
    return headers if hasattr(headers, "multi_items") else httpx2.Headers(dict(headers))
