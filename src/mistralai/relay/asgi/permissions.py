"""Permission to follow and to stop an answer.

An application decides by `may`. Without it nobody is allowed to over a store that other processes
share. In memory, only clients on the same machine are: the addresses of client and server are
loopback, and no header was added by a proxy. Two more checks are for requests that look local and
are not. nginx adds no header by default, but sends HTTP/1.0. A page of another site, or a foreign
name that resolves to this machine, is seen in `Origin` and `Host`.
"""

from __future__ import annotations

import inspect
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from .answers import Refused
from .types import header

if TYPE_CHECKING:
    from .types import Action, May, Scope

_PROXIED: Final = frozenset({b"forwarded", b"x-real-ip", b"via"})
_PROXIED_PREFIX: Final = b"x-forwarded-"


async def permit(may: May | None, scope: Scope, key: str, action: Action, *, shared: bool) -> None:
    """Refuse a request whose sender may not do something with a key.

    Args:
        may: The application's function, if it gave one.
        scope: The request.
        key: The key.
        action: What it asks for.
        shared: True if other processes share the store.

    Raises:
        Refused: It may not (403).
    """
    if may is None:
        if shared or not is_local(scope):
            raise Refused(403, f"this server lets nobody {action} answers without `may=`")
        return
    allowed = may(scope, key, action)
    if inspect.isawaitable(allowed):
        allowed = await allowed
    if not allowed:
        raise Refused(403, f"not allowed to {action} this answer")


def is_local(scope: Scope) -> bool:
    """Return whether a request was sent on this machine, as far as can be seen."""
    ends = (scope.get("client"), scope.get("server"))
    return (
        all(end is not None and _is_loopback(end[0]) for end in ends)
        and scope.get("http_version") != "1.0"
        and not any(_tells_of_proxy(name.lower()) for name, _ in scope["headers"])
        and all(_is_loopback(_host(f"//{value}")) for value in header(scope, "host"))
        and all(_is_loopback(_host(value)) for value in header(scope, "origin"))
    )


def _tells_of_proxy(name: bytes) -> bool:
    return name in _PROXIED or name.startswith(_PROXIED_PREFIX)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    """Return whether an address, or the name of one, is this machine's own."""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761 section 6.3
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback
