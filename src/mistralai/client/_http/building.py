"""A request as an httpx2 client would build it, at a third of the cost.

httpx2's clients merge headers name by name, and search them ten times more for missing ones.
Here they are merged once for all calls that have the same ones.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STANDARD: Final = httpx2.Client.build_request  # AsyncClient's too
_ADDED: Final = frozenset({b"host", b"content-length", b"transfer-encoding"})

_EXPECT_A_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
"""Methods whose request says that it has no body (RFC 9110 section 8.6)."""


def build_request(
    client: httpx2.Client | httpx2.AsyncClient,
    method: str,
    url: httpx2.URL,
    *,
    headers: Mapping[str, str],
    body: bytes,
    extensions: dict[str, Any],
) -> httpx2.Request:
    """Return what `client.build_request` returns.

    Args:
        client: Its headers are sent too, but for those that are given here.
        method: The method.
        url: The whole URL.
        headers: Header fields, names in lower case.
        body: The body; empty is none.
        extensions: What the transport is told.
    """
    merged = None
    if _is_plain(client):
        merged = _merged(tuple(client.headers.raw), tuple(headers.items()), url.netloc)
    if merged is None:
        return client.build_request(
            method, url, headers=headers, content=body or None, extensions=extensions
        )
    request = httpx2.Request(
        method, url, headers=merged.fields, stream=httpx2.ByteStream(body), extensions=extensions
    )
    if body or method in _EXPECT_A_BODY:
        request.headers["Content-Length"] = str(len(body))
    request.read()  # for hooks that look at the body
    return request


def _is_plain(client: httpx2.Client | httpx2.AsyncClient) -> bool:
    """Return whether a client builds requests as httpx2 does, and adds nothing but headers."""
    standard = getattr(client.build_request, "__func__", None) is _STANDARD
    return standard and not client.params and not client.cookies


class _Merged:
    """Header fields. The repr of `httpx2.Headers` shows keys, and so none is a local here."""

    __slots__ = ("fields",)

    def __init__(self, fields: Iterable[tuple[bytes, bytes]]) -> None:
        self.fields = httpx2.Headers(list(fields))


@lru_cache(maxsize=16)
def _merged(
    its_own: tuple[tuple[bytes, bytes], ...], ours: tuple[tuple[str, str], ...], host: bytes
) -> _Merged | None:
    """Return the header fields of a client and a call, or `None` where httpx2 must merge them.

    One call after another has the same ones, but for the length.
    """
    names = {name.encode() for name, _ in ours}
    kept = [field for field in its_own if field[0].lower() not in names]
    if not _ADDED.isdisjoint(names | {name.lower() for name, _ in kept}):
        return None
    encoded = ((name.encode(), value.encode()) for name, value in ours)
    return _Merged(chain([(b"Host", host)], kept, encoded))
