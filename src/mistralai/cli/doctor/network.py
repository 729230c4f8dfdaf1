"""The checks of the way to the server: proxy, name, connection and TLS."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from typing import TYPE_CHECKING, Final

from ...client._call.urls import is_loopback, shown
from ...client._http.tls import speaks_no_tls
from ...client.errors.precise import CertificateError, NotTLSError
from ..failure import CONNECTION
from .finding import Finding, State

if TYPE_CHECKING:
    from ...client._http.proxies import Proxy
    from .target import Target

_CONNECT_TIMEOUT: Final = 10.0  # seconds

_PLAIN: Final = Finding("TLS", State.NOTE, "not used: http is not encrypted")


def check_proxy(target: Target) -> Finding:
    """Connect to the server through the proxy."""
    proxy = target.proxy
    if proxy is None:
        return Finding("proxy", State.OK, "none")
    error = target.connection_error
    if error is not None and not _is_of_tls(error, proxy):
        return Finding.of("proxy", error)
    message = f"connected through {proxy.shown} of {proxy.source}; NO_PROXY exempts hosts"
    return Finding("proxy", State.OK, message)


def _is_of_tls(error: Exception, proxy: Proxy) -> bool:
    """Return True if the server's TLS failed, and not the way to it."""
    if isinstance(error, NotTLSError):
        return proxy.url.startswith("http:")
    return isinstance(error, CertificateError)


def check_dns(target: Target) -> Finding:
    """Resolve the name of the server."""
    if target.proxy is not None:
        return Finding("DNS", State.OK, "resolved by the proxy")
    try:
        ipaddress.ip_address(target.host)
    except ValueError:
        pass
    else:
        return Finding("DNS", State.OK, f"{target.host} is an IP address")
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        message = (
            f"cannot resolve {target.host} ({error.strerror}). Check the name and the network."
        )
        return Finding("DNS", State.FAILED, message, CONNECTION)
    addresses = sorted({str(address[0]) for *_, address in found})
    return Finding("DNS", State.OK, f"{target.host} resolves to {', '.join(addresses)}")


def check_tls(target: Target) -> Finding:
    """Connect to the server, and make a TLS handshake."""
    if target.scheme == "https" and target.proxy is not None:
        error = target.connection_error
        if error is not None:
            return Finding.of("TLS", error)
        return Finding("TLS", State.OK, "checked through the proxy")
    if target.proxy is not None:
        return _PLAIN
    try:
        connection = socket.create_connection((target.host, target.port), _CONNECT_TIMEOUT)
    except OSError as error:
        loopback = is_loopback(target.url)
        question = "Is the server running?" if loopback else "Is a firewall blocking it?"
        message = f"cannot connect to port {target.port} ({error.strerror or error}). {question}"
        return Finding("TLS", State.FAILED, message, CONNECTION)
    with connection:
        if target.scheme != "https":
            return _PLAIN
        return _handshake(target, connection)


def _handshake(target: Target, connection: socket.socket) -> Finding:
    import httpx2

    context = httpx2.create_ssl_context()  # with the same trusted CAs as the client
    try:
        with context.wrap_socket(connection, server_hostname=target.host) as secured:
            return Finding("TLS", State.OK, f"{secured.version()}, the certificate is valid")
    except ssl.SSLCertVerificationError as error:
        message = (
            f"the certificate is not trusted ({error.verify_message}). Set SSL_CERT_FILE to the"
            " certificate file of the CA, for example your company's."
        )
        return Finding("TLS", State.FAILED, message, CONNECTION)
    except OSError as error:
        if speaks_no_tls(error):
            plain = shown(target.url).replace("https:", "http:", 1)
            message = f"the server does not speak TLS. Try {plain}"
            return Finding("TLS", State.FAILED, message, CONNECTION)
        reason = error.strerror or error
        message = f"TLS handshake failed ({reason}). Does the server use TLS on this port?"
        return Finding("TLS", State.FAILED, message, CONNECTION)
