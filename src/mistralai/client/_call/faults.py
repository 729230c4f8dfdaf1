"""Failures of the network, and the errors that callers see of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from ..errors import (
    APIConnectionError,
    APITimeoutError,
    MistralClientError,
    ResponseValidationError,
    StreamInterruptedError,
    StreamTruncatedError,
)
from ..errors.precise import CertificateError, PoolTimeout, precise

if TYPE_CHECKING:
    import httpx2

    from .request import Request
    from .response import Head
    from .timeouts import Phase

Kind = Literal["certificate", "connect", "connect_timeout", "timeout", "broken", "encoding"]


class TransportFailure(Exception):  # noqa: N818 - never raised to a caller
    """A failure of the network, which a driver throws into a flow.

    Attributes:
        kind: Where and how: `"certificate"` and `"connect"` before there was a connection,
            `"connect_timeout"` and `"timeout"` for timeouts, `"broken"` for an open
            connection, `"encoding"` for a body whose compression is corrupt.
        cause: The exception of the HTTP library.
        standard: The corresponding exception of httpx2.
        stale: True if a reused connection failed before the first byte of a response.
        early: True if the HTTP client's own timeout expired, before that of the call.
    """

    def __init__(
        self,
        kind: Kind,
        cause: Exception,
        *,
        standard: Exception | None = None,
        stale: bool = False,
    ) -> None:
        super().__init__(kind, cause)
        self.kind: Kind = kind
        self.cause = cause
        self.standard = cause if standard is None else standard
        self.stale = stale
        self.early = False


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a call by the time that it failed.

    Attributes:
        request: The request.
        head: The response headers, or `None`.
        events: The number of events received.
        elapsed: Seconds since the call.
        since_content: Seconds since the last event with content, or `None`.
        phase: The timeout that the wait was subject to.
        limit: Its seconds, or `None`.
    """

    request: Request
    head: Head | None
    events: int
    elapsed: float
    since_content: float | None
    phase: Phase
    limit: float | None

    @property
    def response(self) -> httpx2.Response | None:
        """The httpx2 response, or `None`."""
        return None if self.head is None else self.head.raw


def transport_error(failure: TransportFailure, at: Progress) -> MistralClientError:
    """Return the error for a failure of the network."""
    if failure.kind in {"connect_timeout", "timeout"}:
        error: MistralClientError = _timeout(failure, at)
    elif failure.kind == "encoding" and at.response is not None:
        message = "the body's compression is corrupt"
        error = ResponseValidationError(message, at.response, failure.cause, body="")
    else:
        error = _broken(failure, at)
    if isinstance(error, APIConnectionError):
        cause: Any = failure.cause
        with suppress(AttributeError, RuntimeError):  # not every exception has one
            error.request = cause.request
    error.__cause__ = failure.cause
    return error


def truncated(at: Progress) -> StreamTruncatedError:
    """Return the error for a body that ended cleanly in the middle of an answer."""
    return StreamTruncatedError(
        f"the stream ended after {_events(at.events)} without a finish reason and without [DONE]:"
        " the answer is truncated. The answer so far is in .partial;"
        " pass strict_end=False to accept such an end",
        at.response,
        body="",
    )


def _broken(failure: TransportFailure, at: Progress) -> APIConnectionError:
    host = urlsplit(at.request.shown_url).netloc
    reason = _text(failure.cause)
    if failure.kind == "certificate":
        return CertificateError(
            f"the certificate of {host} could not be verified: {reason}. If a private CA issued"
            " it, set SSL_CERT_FILE to the certificate of that CA"
        )
    if at.head is not None and at.request.stream:
        message = f"the connection to {host} broke after {_events(at.events)}: {reason}"
        if at.events:
            message += ". The answer so far is in .partial"
        return precise(StreamInterruptedError, failure.standard)(message, at.head.raw, "")
    message = f"no answer from {host}: {reason}"
    if failure.kind == "connect":
        message = f"could not connect to {host}: {reason}"
    return precise(APIConnectionError, failure.standard)(message, at.response, "")


def _text(error: BaseException) -> str:
    """Return the text of an exception, or of its cause: async libraries raise empty wrappers."""
    inner: BaseException | None = error
    while inner is not None and not str(inner):
        inner = inner.__cause__ or inner.__context__
    return type(error).__name__ if inner is None else str(inner)


def _timeout(failure: TransportFailure, at: Progress) -> APITimeoutError:
    message = {
        "connect": "no connection",
        "first_event": "no event with content since the request was sent",
        "idle": "no event with content since the last one",
        "total": "the answer was not complete",
    }[at.phase]
    if failure.early:
        message += f": the HTTP client's own timeout expired ({_text(failure.cause)})"
    else:
        if at.limit is not None:
            message += f" within {at.limit:g} s (timeouts.{at.phase})"
        if at.phase == "connect" and precise(APITimeoutError, failure.standard) is PoolTimeout:
            message += f": {_text(failure.cause)}"  # the pool was full, which is not the server's
    message += f"; {at.elapsed:.1f} s since the call, {_events(at.events)} received"
    if at.since_content is not None:
        message += f", the last content {at.since_content:.1f} s ago"
    return precise(APITimeoutError, failure.standard)(
        message,
        at.response,
        "",
        phase=at.phase,
        elapsed=at.elapsed,
        since_last_event=at.since_content,
    )


def _events(number: int) -> str:
    return f"{number} event" if number == 1 else f"{number} events"
