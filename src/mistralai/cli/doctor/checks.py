"""The checks, from the key to a token."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ..asking import Asking
from ..failure import AUTHENTICATION, CONNECTION
from ..sinks.stats import duration
from .finding import Finding, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...client import Mistral

_PATIENCE: Final = 10.0
"""Seconds for a connection."""

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(slots=True)
class Patient:
    """What is looked at.

    Attributes:
        client: Asks the server, as every command does.
        url: The server's address.
        model: Who is asked for a token.
        own_server: Whether it is another than Mistral's, and may need no key.
        simulated: Whether it is the embedded simulator.
        failed: The names of the checks that failed.
    """

    client: Mistral
    url: str
    model: str
    own_server: bool
    simulated: bool
    failed: set[str] = field(default_factory=set[str])

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The server's port."""
        parts = urlsplit(self.url)
        return parts.port or _PORTS.get(parts.scheme, 443)

    @property
    def proxy(self) -> str | None:
        """The proxy of the environment that requests go through."""
        named = urllib.request.getproxies()
        proxy = named.get(urlsplit(self.url).scheme) or named.get("all")
        return None if proxy is None or urllib.request.proxy_bypass(self.host) else proxy


def examine(patient: Patient) -> Iterator[Finding]:
    """Make all checks; one that needs another which failed is left out."""
    for name, (check, needs) in _CHECKS.items():
        missing = needs & patient.failed
        if missing:
            finding = Finding(name, State.LEFT_OUT, f"left out, see {', '.join(sorted(missing))}")
        else:
            finding = check(patient)
        if finding.state in {State.BAD, State.LEFT_OUT}:
            patient.failed.add(name)
        yield finding


def _key(patient: Patient) -> Finding:
    key = os.environ.get("MISTRAL_API_KEY", "")
    if patient.simulated:
        return Finding("key", State.GOOD, "the simulator takes any")
    if key.strip():
        return _form_of(key)
    if patient.own_server:
        return Finding("key", State.NOTE, "MISTRAL_API_KEY is not set; your server may not need it")
    said = "MISTRAL_API_KEY is not set. Make a key at https://console.mistral.ai, and export it."
    return Finding("key", State.BAD, said, AUTHENTICATION)


def _form_of(key: str) -> Finding:
    """Whether a key looks like one. Nothing of it is shown but its length."""
    if key.strip().strip("\"'") != key:
        said = "MISTRAL_API_KEY has blanks or quotes around it. Export it without them."
        return Finding("key", State.BAD, said, AUTHENTICATION)
    return Finding("key", State.GOOD, f"MISTRAL_API_KEY is set, {len(key)} characters")


def _server(patient: Patient) -> Finding:
    parts = urlsplit(patient.url)
    said = f"{parts.scheme}://{patient.host}:{patient.port}{parts.path}"
    return Finding("server", State.GOOD, said)


def _proxy(patient: Patient) -> Finding:
    proxy = patient.proxy
    if proxy is None:
        return Finding("proxy", State.GOOD, "none")
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    said = f"{parts.hostname}:{parts.port or 80}, from the environment; NO_PROXY exempts hosts"
    try:
        socket.getaddrinfo(parts.hostname, parts.port or 80)
    except OSError as error:
        said = f"{parts.hostname} is not known ({error.strerror}). Look at HTTPS_PROXY."
        return Finding("proxy", State.BAD, said, CONNECTION)
    return Finding("proxy", State.NOTE, said)


def _dns(patient: Patient) -> Finding:
    if patient.proxy is not None:
        return Finding("DNS", State.GOOD, "left to the proxy")
    try:
        ipaddress.ip_address(patient.host)
    except ValueError:
        pass
    else:
        return Finding("DNS", State.GOOD, f"{patient.host} is an address")
    try:
        found = socket.getaddrinfo(patient.host, patient.port, type=socket.SOCK_STREAM)
    except OSError as error:
        said = f"{patient.host} is not known ({error.strerror}). Look at the name, and the network."
        return Finding("DNS", State.BAD, said, CONNECTION)
    addresses = sorted({str(address[0]) for *_, address in found})
    return Finding("DNS", State.GOOD, f"{patient.host} is {', '.join(addresses)}")


def _tls(patient: Patient) -> Finding:
    if patient.proxy is not None:
        return Finding("TLS", State.GOOD, "through the proxy; see models")
    try:
        connection = socket.create_connection((patient.host, patient.port), _PATIENCE)
    except OSError as error:
        said = f"nothing answers at port {patient.port} ({error.strerror or error})."
        return Finding("TLS", State.BAD, f"{said} Is a firewall in the way?", CONNECTION)
    with connection:
        if urlsplit(patient.url).scheme != "https":
            return Finding("TLS", State.NOTE, "none: http is not encrypted")
        return _handshake(patient, connection)


def _handshake(patient: Patient, connection: socket.socket) -> Finding:
    import httpx2

    context = httpx2.create_ssl_context()  # which trusts whom the client trusts
    try:
        with context.wrap_socket(connection, server_hostname=patient.host) as secured:
            return Finding("TLS", State.GOOD, f"{secured.version()}, the certificate is good")
    except ssl.SSLCertVerificationError as error:
        said = f"the certificate is not trusted ({error.verify_message})."
        said += " Set SSL_CERT_FILE to the file of the CA, such as your company's."
        return Finding("TLS", State.BAD, said, CONNECTION)
    except OSError as error:
        said = f"no handshake ({error.strerror or error}). Does the server speak TLS there?"
        return Finding("TLS", State.BAD, said, CONNECTION)


def _models(patient: Patient) -> Finding:
    from ...client.errors import MistralClientError

    try:
        found = patient.client.models.list(retries=None).data
    except (MistralClientError, ValueError) as error:
        return Finding.of("models", error)
    names = {getattr(card, "id", None) for card in found}
    if patient.model not in names and names:
        said = f"{len(names)}, and {patient.model} is not among them. Choose another with -m."
        return Finding("models", State.NOTE, said)
    return Finding("models", State.GOOD, f"{len(names)}")


def _stream(patient: Patient) -> Finding:
    from ...client.errors import MistralClientError

    asking = Asking(model=patient.model, max_tokens=1)
    try:
        with asking.chat(patient.client, [{"role": "user", "content": "Hi"}]) as stream:
            stream.until_done()
    except (MistralClientError, ValueError) as error:
        return Finding.of("stream", error)
    first = duration(stream.timing.first_content)
    return Finding("stream", State.GOOD, f"{patient.model}, first token after {first}")


_CHECKS: Final[dict[str, tuple[Callable[[Patient], Finding], frozenset[str]]]] = {
    "key": (_key, frozenset()),
    "server": (_server, frozenset()),
    "proxy": (_proxy, frozenset()),
    "DNS": (_dns, frozenset({"proxy"})),
    "TLS": (_tls, frozenset({"proxy", "DNS"})),
    "models": (_models, frozenset({"key", "proxy", "DNS", "TLS"})),
    "stream": (_stream, frozenset({"key", "proxy", "DNS", "TLS"})),
}
"""Each check, and those that have to be good before it makes sense."""
