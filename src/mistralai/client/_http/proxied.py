"""httpx2's own transports, for what this package's do not speak: HTTP and SOCKS proxies.

They are made at the first request, so that a client that never meets its proxy loads nothing.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

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

    _Made: TypeAlias = dict[bool, httpx2.AsyncHTTPTransport]
    """Transports for https and for http."""

_UNLIMITED = httpx2.Limits(
    max_connections=None, max_keepalive_connections=100, keepalive_expiry=60.0
)


class ProxyTransport(httpx2.BaseTransport):
    """Connections through a proxy, for threads."""

    def __init__(self, proxy: str) -> None:
        self._proxy = proxy
        self._begin()
        forks.watch(self)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request."""
        secure = self._proxy.startswith("https:") or request.url.scheme == "https"
        with self._lock:
            if secure not in self._made:
                settings = _settings(self._proxy, secure=secure)
                self._made[secure] = httpx2.HTTPTransport(**settings)
            transport = self._made[secure]
        response = transport.handle_request(request)
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

    def __init__(self, proxy: str) -> None:
        self._proxy = proxy
        self._loops: PerLoop[_Made] = PerLoop(dict, _aclose)
        forks.watch(self)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request over a connection of the running loop."""
        secure = self._proxy.startswith("https:") or request.url.scheme == "https"
        made = await self._loops.get()
        if secure not in made:
            if secure:
                await to_thread.run_sync(tls_context)  # reads files, which would block the loop
            settings = _settings(self._proxy, secure=secure)
            made[secure] = httpx2.AsyncHTTPTransport(**settings)
        attempt = request.extensions.get(EXTENSION) or Attempt()
        seconds = left(request.extensions.get("timeout", {}).get("read"))
        sending = made[secure].handle_async_request(request)
        response = await response_within(seconds, attempt, sending)
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


def _settings(proxy: str, *, secure: bool) -> dict[str, Any]:
    verify = tls_context() if secure else False  # for plain http no context is loaded
    return {"verify": verify, "proxy": proxy, "limits": _UNLIMITED}


def _keep_alive(response: httpx2.Response) -> None:
    """Have idle connections probed: httpx2 takes no options for the sockets of a proxy."""
    stream: Any = response.extensions.get("network_stream")
    sock = None if stream is None else stream.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):  # it has ended since
            for option in keepalive():
                sock.setsockopt(*option)
