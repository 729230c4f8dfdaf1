"""The connection failed, or what it carried stopped in the middle.

Each class is one of httpx2's too. Where httpx2 raised a precise class, so does
this package: the combinations stand in `precise.py`, because classes made at
run time cannot be pickled.
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx2

from .mistralerror import MistralClientError


@dataclass(init=False, repr=False, eq=False)
class APIConnectionError(MistralClientError, httpx2.TransportError):
    """Could not connect, or the connection broke. The original is the `__cause__`."""

    def __init__(
        self, message: str, raw_response: httpx2.Response | None = None, body: str | None = None
    ) -> None:
        httpx2.TransportError.__init__(self, message)  # what its `.request` reads
        MistralClientError.__init__(self, message, raw_response, body)

    @property
    def retryable(self) -> bool:
        """The next connection may do better."""
        return True


@dataclass(init=False, repr=False, eq=False)
class APITimeoutError(APIConnectionError, httpx2.TimeoutException):
    """One of the four limits of `Timeouts` was reached.

    Attributes:
        phase: `"connect"`, `"first_event"`, `"idle"` or `"total"`.
        elapsed: Seconds since the call began, waits between attempts included.
        since_last_event: Seconds since the last event with content, or `None` before one.
    """

    phase: str
    elapsed: float
    since_last_event: float | None

    @property
    def retryable(self) -> bool:
        """Past connecting, the request may be running at the server, and billed."""
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
    """The answer is partial: see `partial` for what arrived."""


@dataclass(init=False, repr=False, eq=False)
class StreamInterruptedError(IncompleteStreamError):
    """The connection broke after the stream began."""


@dataclass(init=False, repr=False, eq=False)
class StreamTruncatedError(IncompleteStreamError):
    """The body ended cleanly, but a choice has no finish reason and no `[DONE]` came."""
