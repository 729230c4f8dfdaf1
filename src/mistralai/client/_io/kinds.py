"""The kinds of a network's failures, told from exceptions of httpx2."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Final

import httpx2

from .._call.failure import causes
from .._http.tls import speaks_no_tls

if TYPE_CHECKING:
    from .._call.failure import Kind

_CONNECT_LIMITS = (httpx2.ConnectTimeout, httpx2.PoolTimeout)
_BEFORE_CONNECTION = (
    httpx2.ConnectError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)
_IN_HANDSHAKE: Final = (ssl.SSLError, ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
"""Failures of a connection that was open already."""


def kind_of(error: Exception, handled: BaseException | None) -> Kind:
    """Return the kind of a failure.

    Args:
        error: The failure, in terms of httpx2.
        handled: The exception that the caller was handling when it called: not a cause of it.
    """
    if isinstance(error, _CONNECT_LIMITS):
        return "connect_timeout"
    if isinstance(error, httpx2.TimeoutException):
        return "timeout"
    if isinstance(error, httpx2.DecodingError):
        return "encoding"
    if isinstance(error, httpx2.ProxyError):
        return "proxy"
    if isinstance(error, _BEFORE_CONNECTION):
        return _kind_of_connecting(error, handled)
    return "broken"


def _kind_of_connecting(error: Exception, handled: BaseException | None) -> Kind:
    """Return how connecting failed; the text of trio's exceptions does not say so."""
    for cause in causes(error, handled):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "certificate"
        if isinstance(cause, ssl.SSLError) and speaks_no_tls(cause):
            return "not_tls"
        if isinstance(cause, socket.gaierror):
            return "unknown_host"
        if isinstance(cause, _IN_HANDSHAKE):
            return "handshake"
    return "connect"
