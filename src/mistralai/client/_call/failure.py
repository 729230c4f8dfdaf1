"""A failure of the network, as drivers report it to flows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._http.proxies import Proxy

Kind = Literal[
    "certificate",
    "not_tls",
    "handshake",
    "unknown_host",
    "proxy",
    "connect",
    "connect_timeout",
    "timeout",
    "broken",
    "encoding",
]


class TransportFailure(Exception):  # noqa: N818 - never raised to a caller
    """A failure of the network, which a driver throws into a flow.

    Attributes:
        kind: Where and how. Before there was a connection: `"unknown_host"` for a name without an
            address, `"proxy"` for a proxy that refuses, `"certificate"`, `"not_tls"` (the server
            speaks something else) and `"handshake"` for TLS, `"connect"` for the rest.
            `"connect_timeout"` and `"timeout"` for timeouts, `"broken"` for an open
            connection, `"encoding"` for a body whose compression is corrupt.
        cause: The exception of the HTTP library.
        standard: The corresponding exception of httpx2.
        stale: True if a reused connection failed before the first byte of a response.
        unsent: True if nothing of the request was sent.
        early: True if the HTTP client's own timeout expired, before that of the call.
        proxy: The proxy of the environment that the request went through, or `None`.
    """

    def __init__(
        self,
        kind: Kind,
        cause: Exception,
        *,
        standard: Exception | None = None,
        stale: bool = False,
        unsent: bool = False,
    ) -> None:
        super().__init__(kind, cause)
        self.kind: Kind = kind
        self.cause = cause
        self.standard = cause if standard is None else standard
        self.stale = stale
        self.unsent = unsent or kind in _BEFORE_SENDING
        self.early = False
        self.proxy: Proxy | None = None


UNCONNECTED: Final = frozenset({"handshake", "unknown_host", "proxy", "connect", "connect_timeout"})
"""The kinds from before there was a connection that another attempt may not have."""

_BEFORE_SENDING: Final = UNCONNECTED | {"certificate", "not_tls"}


def causes(
    error: BaseException | None, handled: BaseException | None = None
) -> Iterator[BaseException]:
    """Yield an exception and what it came from.

    Args:
        error: The exception.
        handled: One that the caller was handling when it called, which is not among them.
    """
    while error is not None and error is not handled:
        yield error
        error = error.__cause__ or error.__context__


def text_of(error: BaseException) -> str:
    """Return the text of an exception, or of its cause: async libraries raise empty wrappers."""
    texts = (str(each) for each in causes(error))
    return next((text for text in texts if text), type(error).__name__)
