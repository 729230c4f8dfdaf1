"""What went wrong on the way, turned into the error that the caller sees."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast
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
    """What a driver throws into a flow when the network fails.

    Attributes:
        kind: Where and how: `"certificate"` and `"connect"` before there was a connection,
            `"connect_timeout"` and `"timeout"` for the limits, `"broken"` for a connection
            that was there, `"encoding"` for a body whose compression is corrupt.
        cause: The exception of the HTTP library.
        standard: The same as an exception of httpx2.
        stale: The connection had been used before, and died before any byte of an answer.
        early: A timeout of the HTTP client's own ended the wait, before the limit of the call.
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
    """How far a call had come when something went wrong.

    Attributes:
        request: What was sent.
        head: The head of the answer, or `None`.
        events: Events that arrived.
        elapsed: Seconds since the call began.
        since_content: Seconds since the last event with content, or `None`.
        phase: What was waited for.
        limit: The seconds that this phase may take.
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
    """The error for a failure of the network."""
    if failure.kind in {"connect_timeout", "timeout"}:
        error: MistralClientError = _timeout(failure, at)
    elif failure.kind == "encoding" and at.response is not None:
        message = "the body's compression is corrupt"
        error = ResponseValidationError(message, at.response, failure.cause, body="")
    else:
        error = _broken(failure, at)
    if isinstance(error, APIConnectionError):
        with suppress(AttributeError, RuntimeError):  # it has none
            error.request = cast("Any", failure.cause).request
    error.__cause__ = failure.cause
    return error


def truncated(at: Progress) -> StreamTruncatedError:
    """The error for a body that ended cleanly in the middle of an answer."""
    return StreamTruncatedError(
        f"the stream ended after {_events(at.events)} without a finish reason and without [DONE]:"
        " the answer is cut off. What arrived is in .partial; strict_end=False takes it as it is",
        at.response,
        body="",
    )


def _broken(failure: TransportFailure, at: Progress) -> APIConnectionError:
    host = urlsplit(at.request.shown_url).netloc
    reason = _text(failure.cause)
    if failure.kind == "certificate":
        return CertificateError(
            f"the certificate of {host} does not verify: {reason}. If a CA of your own signed"
            " it, name its file in SSL_CERT_FILE"
        )
    if at.head is not None and at.request.stream:
        message = f"the connection to {host} broke after {_events(at.events)}: {reason}"
        if at.events:
            message += ". What arrived is in .partial"
        return precise(StreamInterruptedError, failure.standard)(message, at.head.raw, "")
    what = "could not connect to" if failure.kind == "connect" else "no answer from"
    return precise(APIConnectionError, failure.standard)(
        f"{what} {host}: {reason}", at.response, ""
    )


def _text(error: BaseException) -> str:
    """What an exception says; the async libraries wrap theirs in others that say nothing."""
    inner: BaseException | None = error
    while inner is not None and not str(inner):
        inner = inner.__cause__ or inner.__context__
    return type(error).__name__ if inner is None else str(inner)


def _timeout(failure: TransportFailure, at: Progress) -> APITimeoutError:
    waited = {
        "connect": "no connection",
        "first_event": "no event with content since the request was sent",
        "idle": "no event with content since the last one",
        "total": "the answer was not complete",
    }[at.phase]
    if failure.early:
        waited += f": the HTTP client's own timeout expired ({_text(failure.cause)})"
    limited = at.limit and not failure.early
    message = f"{waited} within {at.limit:g} s (timeouts.{at.phase})" if limited else waited
    if (
        at.phase == "connect"
        and precise(APITimeoutError, failure.standard) is PoolTimeout
        and not failure.early
    ):
        message += f": {_text(failure.cause)}"  # there was no room, whatever the server does
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
