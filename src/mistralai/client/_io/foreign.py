"""HTTP by clients that are not httpx2's own, by nothing but what `httpx.Client` documents.

Such are `httpx.Client` and `httpx.AsyncClient`, and objects that forward `build_request` and `send`
to a client. Requests are built by the client from plain values. What it raises is known by its name
alone, because the library that it comes from is not imported here, and becomes the cause of an
error of this package.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

import httpx2

from .exchange import B, Exchange
from .forgetting import forget_requests

if TYPE_CHECKING:
    from .._call.failure import TransportFailure
    from .._call.steps import Send

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
"""httpx2's exceptions by the names of their classes."""

_SHORT: Final = 0.1
"""Seconds; a wait so short is not begun where nothing could end it."""

_EARLY: Final = 0.1
"""Seconds before a limit; a timeout that comes sooner is the client's own."""

_SLACK: Final = 0.25
"""Seconds after a limit, for the client to keep it by itself."""


def alike(error: BaseException) -> httpx2.TransportError | httpx2.DecodingError | None:
    """Return what a client's exception is in terms of httpx2, or `None` where it is something else.

    The first class of its MRO that is named like one of httpx2's decides.
    """
    for cls in type(error).__mro__:
        kind = _KINDS.get(cls.__name__)
        if kind is not None:
            return kind(str(error))
    return None


class ForeignExchange(Exchange[B]):
    """One attempt by such a client."""

    __slots__ = ("_entered",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._entered = False  # the client was asked for something

    def request(self, step: Send, client: Any) -> Any:
        """Return the request that the client builds."""
        headers = self._begin(step)
        self._entered = True
        # A client in a loop waits as long as the cancel scope lets it.
        read = step.silence if self._asynchronous else step.answer
        limits = {"connect": step.connect, "read": read, "write": read, "pool": step.connect}
        options: dict[str, Any] = {
            "headers": headers,
            "content": self._content(step.request) or None,
            "timeout": (step.connect, read, read, step.connect),
        }
        request = client.build_request(
            step.request.method, step.request.url, **_taken(client.build_request, options)
        )
        extensions: Any = getattr(request, "extensions", None)
        found = extensions.get("timeout") if hasattr(extensions, "get") else None
        # A client that is wrapped to keep timeouts of its own keeps them.
        self._limits = found if isinstance(found, dict) and found == limits else None
        return request

    def options(self, client: Any) -> dict[str, Any]:
        """Return how to send the request."""
        return {"stream": True, **_taken(client.send, {"follow_redirects": False})}

    def until_head(self) -> float | None:
        """Return the seconds that a loop waits for the response headers."""
        assert self._step is not None
        # The client's own timeout goes first: a handshake that is cancelled may stay open.
        return None if self._step.answer is None else self._step.answer + _SLACK

    def set_read_deadline(self, moment: float | None, *, late: bool) -> None:
        """Set the deadline of the next read.

        Raises:
            httpx2.ReadTimeout: It is too late, or would be before anything could end the read.
        """
        super().set_read_deadline(moment, late=late)
        if not self._exact and moment is not None and moment - self._clock() < _SHORT:
            raise httpx2.ReadTimeout("the time for reading is over")

    def failure(self, error: Exception, handled: BaseException | None) -> TransportFailure | None:
        """Return the failure that the client's exception means, or `None`, as `Exchange` does."""
        left = self.timeout.left()
        failure = super().failure(error, handled)
        if failure is None:
            if self._entered:
                self._forget(error, handled)
                error.add_note("(the HTTP client's frames are left out: they hold the API key)")
        elif failure.kind == "timeout":
            failure.early = left is None or left > _EARLY
        return failure

    def _forget(self, error: BaseException, handled: BaseException | None) -> None:
        forget_requests(error, handled, ours_alone=True)

    def _standard(self, error: Exception) -> Exception | None:
        if not self._entered:  # what gives the key failed
            return None
        standard = alike(error)
        if standard is None:
            return error if isinstance(error, OSError) else None
        standard.__cause__ = error  # for what it says of certificates
        return standard


def _taken(function: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments that a function takes."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # it has none to look at
        return options
    if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return options
    return {name: value for name, value in options.items() if name in parameters}
