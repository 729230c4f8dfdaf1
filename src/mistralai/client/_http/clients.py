"""The httpx2 clients that this package makes for those who pass none.

Nothing is opened or loaded before the first request: connections and the TLS context, which is
one per process, come when they are needed.
"""

from __future__ import annotations

import weakref
from urllib.request import getproxies

import httpx2

from .proxied import AsyncProxyTransport, ProxyTransport
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


def proxies() -> dict[str, str | None]:
    """Return which proxy the environment names for which URLs; `None` for those it exempts."""
    named = getproxies()
    exempt = [host.strip() for host in named.get("no", "").split(",") if host.strip()]
    if "*" in exempt:
        return {}
    found: dict[str, str | None] = {}
    for scheme in ("http", "https", "all"):
        proxy = named.get(scheme)
        if proxy:
            found[f"{scheme}://"] = proxy if "://" in proxy else f"http://{proxy}"
    patterns = filter(_parses, map(_pattern, exempt))
    return found | dict.fromkeys(patterns) if found else {}


def _pattern(host: str) -> str:
    """Return an entry of NO_PROXY as a pattern of httpx2; a name includes its subdomains."""
    if "://" in host:
        return host
    if host.count(":") > 1:
        return f"all://[{host.strip('[]')}]"
    plain = host.replace(".", "").replace(":", "").isdigit() or host.lower() == "localhost"
    return f"all://{host}" if plain or host.startswith("*") else f"all://*{host}"


def _parses(pattern: str) -> bool:
    """Return whether httpx2 takes a pattern; `fe80::/10` exempts nothing, as for curl."""
    try:
        httpx2.URL(pattern)
    except httpx2.InvalidURL:
        return False
    return True
