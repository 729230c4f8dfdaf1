"""The checks, from the key to the first token."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ..failure import AUTHENTICATION, CONNECTION
from ..request_options import RequestOptions
from ..sinks.stats import duration
from .finding import Finding, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...client import Mistral

_CONNECT_TIMEOUT: Final = 10.0  # seconds

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(slots=True)
class Target:
    """The server to check, and the checks that have failed.

    Attributes:
        client: The client, configured as for every command.
        url: The server's address.
        model: The model that is asked for a token.
        own_server: True if the server is not Mistral's, and may not need a key.
        simulated: True if the server is the embedded simulator.
        failed: The names of the checks that failed or were skipped.
    """

    client: Mistral
    url: str
    model: str
    own_server: bool
    simulated: bool
    failed: set[str] = field(default_factory=set[str])

    @property
    def host(self) -> str:
        """The server's host name."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The server's port."""
        parts = urlsplit(self.url)
        return parts.port or _PORTS.get(parts.scheme, 443)

    @property
    def proxy(self) -> str | None:
        """The proxy for requests to the server, from the environment."""
        proxies = urllib.request.getproxies()
        proxy = proxies.get(urlsplit(self.url).scheme) or proxies.get("all")
        if proxy is None or urllib.request.proxy_bypass(self.host):
            return None
        return proxy


def run_checks(target: Target) -> Iterator[Finding]:
    """Run all checks, skipping those that need one that failed."""
    for name, (check, needs) in _CHECKS.items():
        failed = needs & target.failed
        if failed:
            finding = Finding(name, State.SKIPPED, f"skipped, see {', '.join(sorted(failed))}")
        else:
            finding = check(target)
        if finding.state in {State.FAILED, State.SKIPPED}:
            target.failed.add(name)
        yield finding


def _key(target: Target) -> Finding:
    key = os.environ.get("MISTRAL_API_KEY", "")
    if target.simulated:
        return Finding("key", State.OK, "not needed for the simulator")
    if key.strip():
        return _format_of(key)
    if target.own_server:
        return Finding("key", State.NOTE, "MISTRAL_API_KEY is not set; your server may not need it")
    message = (
        "MISTRAL_API_KEY is not set. Create a key at https://console.mistral.ai and export it."
    )
    return Finding("key", State.FAILED, message, AUTHENTICATION)


def _format_of(key: str) -> Finding:
    """Check the format of the key, and report only its length."""
    if key.strip().strip("\"'") != key:
        message = "MISTRAL_API_KEY is surrounded by spaces or quotes. Export it without them."
        return Finding("key", State.FAILED, message, AUTHENTICATION)
    return Finding("key", State.OK, f"MISTRAL_API_KEY is set, {len(key)} characters")


def _server(target: Target) -> Finding:
    parts = urlsplit(target.url)
    message = f"{parts.scheme}://{target.host}:{target.port}{parts.path}"
    return Finding("server", State.OK, message)


def _proxy(target: Target) -> Finding:
    proxy = target.proxy
    if proxy is None:
        return Finding("proxy", State.OK, "none")
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    message = f"{parts.hostname}:{parts.port or 80}, from the environment; NO_PROXY exempts hosts"
    try:
        socket.getaddrinfo(parts.hostname, parts.port or 80)
    except OSError as error:
        message = f"cannot resolve {parts.hostname} ({error.strerror}). Check HTTPS_PROXY."
        return Finding("proxy", State.FAILED, message, CONNECTION)
    return Finding("proxy", State.NOTE, message)


def _dns(target: Target) -> Finding:
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


def _tls(target: Target) -> Finding:
    if target.proxy is not None:
        return Finding("TLS", State.OK, "checked through the proxy, see models")
    try:
        connection = socket.create_connection((target.host, target.port), _CONNECT_TIMEOUT)
    except OSError as error:
        message = f"cannot connect to port {target.port} ({error.strerror or error})."
        return Finding("TLS", State.FAILED, f"{message} Is a firewall blocking it?", CONNECTION)
    with connection:
        if urlsplit(target.url).scheme != "https":
            return Finding("TLS", State.NOTE, "not used: http is not encrypted")
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
        reason = error.strerror or error
        message = f"TLS handshake failed ({reason}). Does the server use TLS on this port?"
        return Finding("TLS", State.FAILED, message, CONNECTION)


def _models(target: Target) -> Finding:
    from ...client.errors import MistralClientError

    try:
        found = target.client.models.list(retries=None).data
    except (MistralClientError, ValueError) as error:
        return Finding.of("models", error)
    names = {getattr(card, "id", None) for card in found}
    if target.model not in names and names:
        message = f"{len(names)} models, but not {target.model}. Choose another with -m."
        return Finding("models", State.NOTE, message)
    return Finding("models", State.OK, f"{len(names)} models")


def _stream(target: Target) -> Finding:
    from ...client.errors import MistralClientError

    request = RequestOptions(model=target.model, max_tokens=1)
    try:
        with request.chat(target.client, [{"role": "user", "content": "Hi"}]) as stream:
            stream.until_done()
    except (MistralClientError, ValueError) as error:
        return Finding.of("stream", error)
    first = duration(stream.timing.first_content)
    return Finding("stream", State.OK, f"{target.model}, first token after {first}")


_CHECKS: Final[dict[str, tuple[Callable[[Target], Finding], frozenset[str]]]] = {
    "key": (_key, frozenset()),
    "server": (_server, frozenset()),
    "proxy": (_proxy, frozenset()),
    "DNS": (_dns, frozenset({"proxy"})),
    "TLS": (_tls, frozenset({"proxy", "DNS"})),
    "models": (_models, frozenset({"key", "proxy", "DNS", "TLS"})),
    "stream": (_stream, frozenset({"key", "proxy", "DNS", "TLS"})),
}
"""The checks by name, each with those that it needs."""
