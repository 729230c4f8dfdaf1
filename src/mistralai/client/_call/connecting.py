"""Failures to connect, as errors that say where, why and what to do."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import APIConnectionError
from ..errors.precise import (
    CertificateError,
    LocalProtocolError,
    NotTLSError,
    ProxyRefusedError,
    UnsupportedProtocol,
    precise,
)
from .failure import causes, text_of
from .urls import is_loopback, is_mistrals

if TYPE_CHECKING:
    from .._http.proxies import Proxy
    from .failure import TransportFailure


def not_connected(failure: TransportFailure, url: str) -> APIConnectionError:
    """Return the error for a connection that was not made.

    Args:
        failure: The failure, of a kind from before there was a connection.
        url: The URL of the request, without credentials.
    """
    host, proxy, reason = urlsplit(url).netloc, failure.proxy, _reason(failure)
    cls = precise(APIConnectionError, failure.standard)
    match failure.kind:
        case "certificate":
            cls = CertificateError
            message = (
                f"the certificate of {host} could not be verified: {reason}. If a private CA"
                " issued it, set SSL_CERT_FILE to the certificate of that CA"
            )
        case "not_tls":
            cls, message = NotTLSError, _not_tls(host, proxy)
        case "proxy":
            if reason.startswith("4"):  # its status
                cls = ProxyRefusedError
            message = _refused(host, proxy, reason)
        case "handshake":
            way = "" if proxy is None else f" through {_named(proxy)}"
            message = f"could not connect to {host}{way}: {reason}"
        case _ if issubclass(cls, UnsupportedProtocol | LocalProtocolError):
            message = f"could not connect to {host}: {reason}"
        case _ if proxy is not None:
            running = " (is it running?)" if is_loopback(proxy.shown) else ""
            message = (
                f"could not connect to {_named(proxy)}{running}: {reason};"
                f" set NO_PROXY={urlsplit(url).hostname} to connect without it"
            )
        case "unknown_host":
            place = "the network" if is_mistrals(url) else "server_url"
            message = f"could not connect to {host}: {reason}; check {place}"
        case _:
            running = " (is the server running?)" if is_loopback(url) else ""
            message = f"could not connect to {host}{running}: {reason}"
    return cls(message)


def add_tries(error: APIConnectionError, tries: int) -> None:
    """Add to the last error of a call how often connecting was tried."""
    times = {1: "once", 2: "twice"}.get(tries, f"{tries} times")
    error.message = f"{error.message}; tried {times}"
    error.args = (error.message,)


def _named(proxy: Proxy) -> str:
    return f"the proxy {proxy.shown} of {proxy.source}"


def _not_tls(host: str, proxy: Proxy | None) -> str:
    if proxy is not None and proxy.shown.startswith("https:"):
        plain = proxy.shown.replace("https:", "http:", 1)
        return f"{_named(proxy)} does not speak TLS; try {plain}"
    return f"could not connect to {host}: the server does not speak TLS; try http://{host}"


def _refused(host: str, proxy: Proxy | None, reason: str) -> str:
    """Return the message for a proxy that refuses; `None` is one of the caller's HTTP client."""
    name = "the proxy of the HTTP client" if proxy is None else _named(proxy)
    if not reason.startswith("407"):
        return f"{name} did not connect to {host}: {reason}"
    if proxy is None:
        advice = "put them into its URL, as in http://USER:PASSWORD@HOST:PORT"
    elif proxy.has_credentials:
        return (
            f"{name} refuses the credentials there: {reason}; check user and password,"
            " and write a character such as @ in them as %40"
        )
    else:
        shown = proxy.shown.replace("://", "://USER:PASSWORD@", 1)
        advice = f"set {proxy.source} to {shown}"
    return f"{name} asks for credentials: {reason}; {advice}"


def _reason(failure: TransportFailure) -> str:
    """Return why connecting failed, in the system's words where a library has words of its own."""
    if failure.kind == "connect":
        for cause in causes(failure.cause):
            each: Any = getattr(cause, "exceptions", (cause,))  # of several addresses
            numbers = dict.fromkeys(
                error.errno for error in each if isinstance(error, OSError) and error.errno
            )
            if numbers:
                return "; ".join(f"[Errno {number}] {os.strerror(number)}" for number in numbers)
    return text_of(failure.cause)
