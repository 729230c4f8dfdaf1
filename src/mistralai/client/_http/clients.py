"""The httpx2 clients that this package makes for those who pass none.

Nothing is opened or loaded before the first request: connections and the TLS context, which is
one per process, come when they are needed.
"""

from __future__ import annotations

import weakref

import httpx2

from .proxied import AsyncProxyTransport, ProxyTransport
from .proxies import proxies
from .transport import AsyncTransport, Transport


def make_client(
    max_connections: int | None = None, *, owner: object | None = None
) -> httpx2.Client:
    """Return a client with the proxies of the environment.

    Args:
        max_connections: The maximum number of open connections, or `None` for no limit.
        owner: The client is closed when this object is collected, or the process ends: an open
            socket would be a ResourceWarning.
    """
    mounts = {
        pattern: ProxyTransport(proxy) if proxy else None for pattern, proxy in proxies().items()
    }
    transport = Transport(max_connections=max_connections)
    client = httpx2.Client(transport=transport, mounts=mounts)
    if owner is not None:
        weakref.finalize(owner, _end, transport, client)
    return client


def make_async_client(max_connections: int | None = None) -> httpx2.AsyncClient:
    """Return the same for async, with connections apart for each event loop."""
    mounts = {
        pattern: AsyncProxyTransport(proxy) if proxy else None
        for pattern, proxy in proxies().items()
    }
    transport = AsyncTransport(max_connections=max_connections)
    return httpx2.AsyncClient(transport=transport, mounts=mounts)


def _end(transport: Transport, client: httpx2.Client) -> None:
    transport.close_waking_nobody()
    client.close()
