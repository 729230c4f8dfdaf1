"""The proxies that the environment names, and for which URLs."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx2

from ..types.secret import Secret

_SYSTEM: Final = "the system's settings"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and the place that names it.

    Attributes:
        url: Its URL, with credentials if it has any.
        source: The variable that names it, or "the system's settings".
    """

    url: Secret = field(repr=False)
    source: str

    @property
    def shown(self) -> str:
        """Its URL for messages: scheme, host and port, without user and password."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def has_credentials(self) -> bool:
        """True if its URL has a user or a password."""
        return "@" in urlsplit(self.url).netloc


def proxies() -> dict[str, Proxy | None]:
    """Return which proxy the environment names for which URLs; `None` for those it exempts."""
    named = getproxies()
    exempt = [host.strip() for host in named.get("no", "").split(",") if host.strip()]
    if "*" in exempt:
        return {}
    found: dict[str, Proxy | None] = {}
    for scheme in ("http", "https", "all"):
        url = named.get(scheme)
        if url:
            whole = Secret(url if "://" in url else f"http://{url}")
            found[f"{scheme}://"] = Proxy(whole, _source(scheme, url))
    patterns = filter(_parses, map(_pattern, exempt))
    return found | dict.fromkeys(patterns) if found else {}


def _source(scheme: str, url: str) -> str:
    """Return the variable that names the proxy of a scheme; lower case wins, as in `getproxies`."""
    name = f"{scheme}_proxy"
    if os.environ.get(name) == url:
        return name
    return next(
        (each for each, value in os.environ.items() if each.lower() == name and value == url),
        _SYSTEM,
    )


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
