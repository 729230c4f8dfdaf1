"""The errors that callers see of failures of the network."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import (
    APIConnectionError,
    APITimeoutError,
    MistralClientError,
    ResponseValidationError,
    StreamInterruptedError,
    StreamTruncatedError,
)
from ..errors.precise import PoolTimeout, precise
from .connecting import not_connected
from .failure import text_of

if TYPE_CHECKING:
    import httpx2

    from .failure import TransportFailure
    from .request import Request
    from .response import Head
    from .timeouts import Phase


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a call by the time that it failed.

    Attributes:
        request: The request.
        head: The response headers, or `None`.
        events: The number of events received, or of bytes.
        elapsed: Seconds since the call.
        since_content: Seconds since the last event with content, or `None`.
        phase: The timeout that the wait was subject to.
        limit: Its seconds, or `None`.
        partial: Where the answer so far is, for messages; may be empty.
        unit: What `events` counts: `"event"` or `"byte"`.
    """

    request: Request
    head: Head | None
    events: int
    elapsed: float
    since_content: float | None
    phase: Phase
    limit: float | None
    partial: str
    unit: str = "event"

    @property
    def received(self) -> str:
        """The amount that was received, in words."""
        return f"{self.events} {self.unit}{'' if self.events == 1 else 's'}"

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


def truncated(at: Progress, ending: str) -> StreamTruncatedError:
    """Return the error for a body that ended cleanly in the middle of an answer.

    Args:
        at: The progress of the call.
        ending: What a whole answer ends with.
    """
    partial = f". {at.partial}" if at.events else ""
    return StreamTruncatedError(
        f"the stream ended after {at.received} without {ending}:"
        f" the answer is truncated{partial}; pass strict_end=False to accept such an end",
        at.response,
        body="",
    )


def _broken(failure: TransportFailure, at: Progress) -> APIConnectionError:
    if failure.kind not in {"broken", "encoding"}:
        return not_connected(failure, at.request.shown_url)
    host = at.request.shown_host
    reason = text_of(failure.cause)
    if at.head is not None and at.request.stream:
        message = f"the connection to {host} broke after {at.received}: {reason}"
        if at.events and at.partial:
            message += f". {at.partial}"
        return precise(StreamInterruptedError, failure.standard)(message, at.head.raw, "")
    way = "" if failure.proxy is None else f" through the proxy {failure.proxy.shown}"
    message = f"no answer from {host}{way}: {reason}"
    return precise(APIConnectionError, failure.standard)(message, at.response, "")


def _timeout(failure: TransportFailure, at: Progress) -> APITimeoutError:
    place = at.request.shown_host if failure.proxy is None else f"the proxy {failure.proxy.shown}"
    wanted = "event with content" if at.unit == "event" else "byte of the body"
    message = {
        "connect": f"no connection to {place}",
        "first_event": f"no {wanted} since the request was sent",
        "idle": f"no {wanted} since the last one",
        "total": "the answer was not complete",
    }[at.phase]
    if failure.early:
        message += f": the HTTP client's own timeout expired ({text_of(failure.cause)})"
    else:
        if at.limit is not None:
            message += f" within {at.limit:g} s (timeouts.{at.phase})"
        if at.phase == "connect" and precise(APITimeoutError, failure.standard) is PoolTimeout:
            message += f": {text_of(failure.cause)}"  # the pool was full, which is not the server's
    message += f"; {at.elapsed:.1f} s since the call, {at.received} received"
    if at.since_content is not None:
        message += f", the last content {at.since_content:.1f} s ago"
    if failure.proxy is not None and at.phase != "connect":
        message += f", through the proxy {failure.proxy.shown}"
    return precise(APITimeoutError, failure.standard)(
        message,
        at.response,
        "",
        phase=at.phase,
        elapsed=at.elapsed,
        since_last_event=at.since_content,
    )
