"""httpx2's own transports, for what this package's do not speak: HTTP and SOCKS proxies.

They are made at the first request, so that a client that never meets its proxy loads nothing. The
`Attempt` of a request learns which proxy it goes through, for the messages of its errors.
"""

from __future__ import annotations

import contextlib
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import httpx2
from anyio import to_thread

from . import forks
from .attempt import EXTENSION, Attempt
from .deadline import left
from .foreign import response_within
from .loops import PerLoop
from .sockets import keepalive
from .tls import tls_context

if TYPE_CHECKING:
    from typing import TypeAlias

    from .proxies import Proxy

    _Made: TypeAlias = dict[bool, httpx2.AsyncHTTPTransport]
    """Transports for https and for http."""

T = TypeVar("T", httpx2.HTTPTransport, httpx2.AsyncHTTPTransport)

_UNLIMITED = httpx2.Limits(
    max_connections=None, max_keepalive_connections=100, keepalive_expiry=60.0
)


class ProxyTransport(httpx2.BaseTransport):
    """Connections through a proxy, for threads."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._begin()
        forks.watch(self)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request.

        Raises:
            httpx2.UnsupportedProtocol: The proxy's URL is not one, or its package is missing.
            httpx2.TransportError: The request failed, in the way that the class says.
        """
        secure = _needs_tls(self._proxy, request)
        with self._lock:
            if secure not in self._made:
                self._made[secure] = _make(httpx2.HTTPTransport, self._proxy, secure=secure)
            transport = self._made[secure]
        attempt = request.extensions.get(EXTENSION) or Attempt()
        attempt.proxy = self._proxy
        response = transport.handle_request(request)
        if _is_refused(request, response):
            response.close()
            raise _refusal()
        _keep_alive(response)
        return response

    def close(self) -> None:
        """Close the connections."""
        for transport in self._made.values():
            transport.close()

    def set_aside(self) -> object:
        """Forget the connections without touching them, and return what holds them."""
        kept = self._made
        self._begin()
        return kept

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[bool, httpx2.HTTPTransport] = {}


class AsyncProxyTransport(httpx2.AsyncBaseTransport):
    """Connections through a proxy, apart for each event loop."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._loops: PerLoop[_Made] = PerLoop(dict, _aclose)
        forks.watch(self)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request over a connection of the running loop, as `ProxyTransport` does.

        Raises:
            httpx2.TransportError: It failed, in the way that the class says.
        """
        secure = _needs_tls(self._proxy, request)
        made = await self._loops.get()
        if secure not in made:
            if secure:
                await to_thread.run_sync(tls_context)  # reads files, which would block the loop
            made[secure] = _make(httpx2.AsyncHTTPTransport, self._proxy, secure=secure)
        attempt = request.extensions.get(EXTENSION) or Attempt()
        attempt.proxy = self._proxy
        seconds = left(request.extensions.get("timeout", {}).get("read"))
        sending = made[secure].handle_async_request(request)
        response = await response_within(seconds, attempt, sending)
        if _is_refused(request, response):
            await response.aclose()
            raise _refusal()
        _keep_alive(response)
        return response

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        await self._loops.end()

    def set_aside(self) -> object:
        """Forget the connections without touching them, and return what holds them."""
        return self._loops.set_aside()


async def _aclose(made: _Made) -> None:
    for transport in made.values():
        await transport.aclose()


def _needs_tls(proxy: Proxy, request: httpx2.Request) -> bool:
    return proxy.url.startswith("https:") or request.url.scheme == "https"


def _make(kind: type[T], proxy: Proxy, *, secure: bool) -> T:
    try:
        return kind(**_settings(proxy.url, secure=secure))
    except ImportError:  # its text names another package
        problem = (
            f"{proxy.source} is the SOCKS proxy {proxy.shown}, which needs an extra of httpx2:"
            " pip install 'httpx2[socks]'"
        )
    except (ValueError, httpx2.InvalidURL):
        problem = (
            f"{proxy.source} is {proxy.shown!r}, which is not the address of a proxy;"
            " give one such as http://127.0.0.1:3128"
        )
    raise httpx2.UnsupportedProtocol(problem)


def _settings(proxy: str, *, secure: bool) -> dict[str, Any]:
    if not secure:  # no context is loaded
        return {"verify": False, "proxy": httpx2.Proxy(proxy), "limits": _UNLIMITED}
    tls = tls_context()
    address = httpx2.Proxy(proxy, ssl_context=tls if proxy.startswith("https:") else None)
    return {"verify": tls, "proxy": address, "limits": _UNLIMITED}


def _is_refused(request: httpx2.Request, response: httpx2.Response) -> bool:
    """Return True for a proxy's own 407; through a tunnel it would be the server's."""
    status = HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
    return response.status_code == status and request.url.scheme == "http"


def _refusal() -> httpx2.ProxyError:
    """Return the error that httpx2 raises where a proxy refuses a tunnel."""
    status = HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
    return httpx2.ProxyError(f"{status.value} {status.phrase}")


def _keep_alive(response: httpx2.Response) -> None:
    """Have idle connections probed: httpx2 takes no options for the sockets of a proxy."""
    stream: Any = response.extensions.get("network_stream")
    sock = None if stream is None else stream.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):  # it has ended since
            for option in keepalive():
                sock.setsockopt(*option)
