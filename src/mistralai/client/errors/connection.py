"""Errors of the connection, and of answers that broke off with it.

Each class is also a subclass of one of httpx2's. If httpx2 raised a more precise class,
so does this package: the combinations are written out in `precise.py`, because
classes made at run time cannot be pickled.
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx2

from .mistralerror import MistralClientError


@dataclass(init=False, repr=False, eq=False)
class APIConnectionError(MistralClientError, httpx2.TransportError):
    """Connecting failed, or the connection broke. The original exception is the `__cause__`."""

    def __init__(
        self, message: str, raw_response: httpx2.Response | None = None, body: str | None = None
    ) -> None:
        httpx2.TransportError.__init__(self, message)  # sets the attribute that `.request` reads
        MistralClientError.__init__(self, message, raw_response, body)

    @property
    def retryable(self) -> bool:
        """True: the next connection may work."""
        return True


@dataclass(init=False, repr=False, eq=False)
class APITimeoutError(APIConnectionError, httpx2.TimeoutException):
    """One of the four timeouts of `Timeouts` expired.

    Attributes:
        phase: The timeout: `"connect"`, `"first_event"`, `"idle"` or `"total"`.
        elapsed: Seconds since the call began, waits between attempts included.
        since_last_event: Seconds since the last event with content, or `None` before one.
    """

    phase: str
    elapsed: float
    since_last_event: float | None

    @property
    def retryable(self) -> bool:
        """True while connecting; after that the server may be running the request, and bill it."""
        return self.phase == "connect"

    def __init__(
        self,
        message: str,
        raw_response: httpx2.Response | None = None,
        body: str | None = None,
        *,
        phase: str = "total",
        elapsed: float = 0.0,
        since_last_event: float | None = None,
    ) -> None:
        super().__init__(message, raw_response, body)
        self.phase = phase
        self.elapsed = elapsed
        self.since_last_event = since_last_event


@dataclass(init=False, repr=False, eq=False)
class IncompleteStreamError(APIConnectionError):
    """The answer is incomplete; `partial` has the part that was received."""


@dataclass(init=False, repr=False, eq=False)
class StreamInterruptedError(IncompleteStreamError):
    """The connection broke after the stream began."""


@dataclass(init=False, repr=False, eq=False)
class StreamTruncatedError(IncompleteStreamError):
    """The body ended cleanly, but without `[DONE]` and without the finish reason of a choice."""
