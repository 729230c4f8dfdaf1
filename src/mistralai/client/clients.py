"""The httpx2 clients that this package makes for those who pass none.

Nothing is opened or loaded before the first request: connection pools and the
TLS context, which is one for the process, come when they are needed.
"""

from __future__ import annotations

import functools
import os
import threading
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.request import getproxies
from weakref import WeakKeyDictionary, WeakSet

import httpx2
from anyio import lowlevel, to_thread

from .network import AsyncBackend, SyncBackend, keepalive

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator

LIMITS: Final = httpx2.Limits(
    max_connections=1000, max_keepalive_connections=100, keepalive_expiry=60.0
)
"""Room for a gateway; idle connections live long enough for a conversation's next turn."""

H = TypeVar("H", httpx2.HTTPTransport, httpx2.AsyncHTTPTransport)


def make_client() -> httpx2.Client:
    """A client with the proxies of the environment."""
    mounts = {pattern: Transport(proxy) if proxy else None for pattern, proxy in proxies().items()}
    return httpx2.Client(transport=Transport(), mounts=mounts)


def make_async_client() -> httpx2.AsyncClient:
    """The same for async, with connections apart for each event loop."""
    mounts = {
        pattern: AsyncTransport(proxy) if proxy else None for pattern, proxy in proxies().items()
    }
    return httpx2.AsyncClient(transport=AsyncTransport(), mounts=mounts)


_making = threading.Lock()


def tls_context() -> ssl.SSLContext:
    """The TLS context of the process: the system's trust, SSL_CERT_FILE and SSL_CERT_DIR."""
    with _making:  # threads that need it at once share it
        return _tls_context()


@functools.cache
def _tls_context() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def proxies() -> dict[str, str | None]:
    """Which proxy the environment names for which addresses; `None` for those it exempts."""
    named = getproxies()
    exempt = [host.strip() for host in named.get("no", "").split(",") if host.strip()]
    if "*" in exempt:
        return {}
    found: dict[str, str | None] = {
        f"{scheme}://": proxy if "://" in (proxy := named[scheme]) else f"http://{proxy}"
        for scheme in ("http", "https", "all")
        if named.get(scheme)
    }
    patterns = filter(_parses, map(_pattern, exempt))
    return found | dict.fromkeys(patterns) if found else {}


def _pattern(host: str) -> str:
    """An entry of NO_PROXY as a pattern of httpx2; a name stands for its subdomains too."""
    if "://" in host:
        return host
    if host.count(":") > 1:
        return f"all://[{host.strip('[]')}]"
    plain = host.replace(".", "").replace(":", "").isdigit() or host.lower() == "localhost"
    return f"all://{host}" if plain or host.startswith("*") else f"all://*{host}"


def _parses(pattern: str) -> bool:
    """Whether httpx2 takes a pattern; an entry such as `fe80::/10` exempts nothing, as for curl."""
    try:
        httpx2.URL(pattern)
    except httpx2.InvalidURL:
        return False
    return True


def _settings(proxy: str | None, *, secure: bool) -> dict[str, Any]:
    return {
        "verify": tls_context() if secure else False,  # for plain http: no context is loaded
        "proxy": proxy,
        "limits": LIMITS,
        "socket_options": keepalive(),
    }


def _with_backend(transport: H, backend: type[SyncBackend | AsyncBackend]) -> H:
    """Give httpcore2's pool this package's connections.

    Its constructor takes a network backend, but httpx2 passes none on. Where the names are
    others one day, httpx2's own connections serve, with limits that do not move so exactly.
    """
    pool: Any = getattr(transport, "_pool", None)
    inner = getattr(pool, "_network_backend", None)
    if inner is not None:
        pool._network_backend = backend(inner)  # noqa: SLF001 - see above
    return transport


class Transport(httpx2.BaseTransport):
    """httpx2's transport, made at the first request."""

    def __init__(self, proxy: str | None = None) -> None:
        self._proxy = proxy
        self._lock = threading.Lock()
        self._made: dict[bool, httpx2.HTTPTransport] = {}
        _transports.add(self)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request."""
        secure = request.url.scheme == "https"
        with self._lock:
            if secure not in self._made:
                made = httpx2.HTTPTransport(**_settings(self._proxy, secure=secure))
                self._made[secure] = _with_backend(made, SyncBackend)
        return self._made[secure].handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        for transport in self._made.values():
            transport.close()

    def set_aside(self) -> object:
        """Forget the connections without touching them, and give what holds them."""
        made, self._made, self._lock = self._made, {}, threading.Lock()
        return made


class LoopTransport(httpx2.AsyncBaseTransport):
    """Transports apart for each event loop that uses them, made at the first request.

    A connection belongs to the loop that opened it. When a loop ends, what was
    opened in it is closed in it: by an async generator that is left suspended,
    which asyncio and trio both finish before the loop goes.
    """

    def __init__(self) -> None:
        self._loops: WeakKeyDictionary[Any, _Loop] = WeakKeyDictionary()
        _transports.add(self)

    @abstractmethod
    def _make(self, *, secure: bool) -> httpx2.AsyncBaseTransport:
        """Make a transport of the running loop, for https or for http."""

    def _tls(self) -> ssl.SSLContext:
        """The TLS context; it may take its time, once."""
        return tls_context()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request over a connection of the running loop."""
        token = lowlevel.current_token().native_token
        loop = self._loops.get(token)
        if loop is None:
            loop = self._loops[token] = _Loop()
            await loop.begin()
        secure = request.url.scheme == "https"
        if secure and secure not in loop.made:
            await to_thread.run_sync(self._tls)  # reads files, which would block the loop
        if secure not in loop.made:
            loop.made[secure] = self._make(secure=secure)
        return await loop.made[secure].handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        loop = self._loops.pop(lowlevel.current_token().native_token, None)
        if loop is not None:
            await loop.end()

    def set_aside(self) -> object:
        """Forget the connections without touching them, and give what holds them."""
        loops, self._loops = self._loops, WeakKeyDictionary()
        return list(loops.items())


class AsyncTransport(LoopTransport):
    """httpx2's transport, one for each event loop that uses it."""

    def __init__(self, proxy: str | None = None) -> None:
        super().__init__()
        self._proxy = proxy

    def _make(self, *, secure: bool) -> httpx2.AsyncHTTPTransport:
        made = httpx2.AsyncHTTPTransport(**_settings(self._proxy, secure=secure))
        return _with_backend(made, AsyncBackend)


class _Loop:
    """The transports of one event loop."""

    def __init__(self) -> None:
        self.made: dict[bool, httpx2.AsyncBaseTransport] = {}
        self._guard: AsyncGenerator[None] | None = self._until_the_end()

    async def begin(self) -> None:
        assert self._guard is not None
        await anext(self._guard)

    async def end(self) -> None:
        if self._guard is not None:
            await self._guard.aclose()

    async def _until_the_end(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            self._guard = None  # it knows its loop, which would be kept for ever
            made, self.made = self.made, {}
            for transport in made.values():
                await transport.aclose()


_transports: WeakSet[Transport | LoopTransport] = WeakSet()
_of_the_parent: list[object] = []
"""Connections that a fork brought along: kept for ever, because ending one ends the parent's."""


def _after_fork() -> None:
    _of_the_parent.extend([transport.set_aside() for transport in _transports])


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
