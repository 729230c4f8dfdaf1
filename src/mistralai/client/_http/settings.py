"""Settings, the key of a connection, and the response: alike in both transports."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Final

import httpx2

from .pool import EXPIRY, MAX_IDLE
from .sockets import keepalive
from .tls import tls_context

if TYPE_CHECKING:
    import ssl
    from typing import TypeAlias

    from .body import AsyncBody, Body
    from .h1 import ResponseReader

    Origin: TypeAlias = tuple[str, str, int, str]

_PORTS: Final = {"http": 80, "https": 443}

_log = logging.getLogger("mistralai")


class Settings:
    """The settings of a transport."""

    def __init__(
        self,
        ssl_context: ssl.SSLContext | None,
        max_connections: int | None,
        local_address: str | None,
    ) -> None:
        if max_connections is not None and max_connections < 1:
            raise ValueError(f"max_connections is {max_connections}; give 1 or more, or None")
        self._ssl_context = ssl_context
        self.max_connections = max_connections
        self.local_address = local_address

    def known_tls(self) -> ssl.SSLContext | None:
        """Return the TLS context, if it was made."""
        return self._ssl_context

    def tls(self) -> ssl.SSLContext:
        """Return the TLS context; the process's own is made when it is first needed."""
        if self._ssl_context is None:
            self._ssl_context = tls_context()
        return self._ssl_context

    def full(self) -> Exception:
        """Return the error of a request for which there was no room in time."""
        return httpx2.PoolTimeout(
            f"all {self.max_connections} connections of max_connections are in use"
        )

    def for_httpx2(self, *, secure: bool) -> dict[str, Any]:
        """Return the same settings for httpx2's own transport."""
        return {
            "verify": self.tls() if secure else False,  # for plain http: no context is loaded
            "limits": httpx2.Limits(
                max_connections=self.max_connections,
                max_keepalive_connections=MAX_IDLE,
                keepalive_expiry=EXPIRY,
            ),
            "socket_options": keepalive(),
            "local_address": self.local_address,
        }


def origin_of(request: httpx2.Request) -> Origin:
    """Return the key of a connection: scheme, host, port, and the name in its certificate."""
    url = request.url
    if url.scheme not in _PORTS:
        raise httpx2.UnsupportedProtocol(
            f"the URL has the scheme {url.scheme!r}, not http or https"
        )
    host = url.raw_host.decode("ascii")
    if not host:
        raise httpx2.UnsupportedProtocol("the URL has no host")
    hostname: str = request.extensions.get("sni_hostname") or host
    return url.scheme, host, url.port or _PORTS[url.scheme], hostname


def response_of(reader: ResponseReader, body: Body | AsyncBody) -> httpx2.Response:
    """Return the response whose head was read."""
    response = httpx2.Response(
        reader.status,
        headers=reader.headers,
        stream=body,
        extensions={
            "http_version": b"HTTP/" + reader.version.encode("ascii"),
            "reason_phrase": reader.reason,
            "network_stream": body,
        },
    )
    if all(value.isascii() for _, value in reader.headers):
        response.headers.encoding = "ascii"  # httpx2 would decode all of them to find that out
    return response


def log_handing_over() -> None:
    """Log that requests go another way."""
    if sys.platform != "emscripten":
        _log.debug("httpx2's transport is intercepted: requests go through it")
