"""URLs of requests: servers, paths, queries, and what of them may be shown."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from .wirevalues import encodable, pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SERVERS: Final = {
    "global": "https://api.mistral.ai",
    "eu": "https://api.eu.mistral.ai",
    "us": "https://api.us.mistral.ai",
}
"""Mistral's own servers by name (wire-format section 1)."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SURPLUS = re.compile(r"/v1(/.*)?$")
_LOOPBACK = re.compile(r"localhost|.*\.localhost|127(\.\d+){3}|::1", re.IGNORECASE)


def checked_url(url: str, name: str = "server_url") -> str:
    """Return the URL of a server without surrounding blanks and without a slash at its end.

    Raises:
        TypeError: It is not a string.
        ValueError: It is not an http or https URL with a host, or it has a fragment.
    """
    if not isinstance(url, str):
        raise TypeError(f"{name} takes a string, not a {type(url).__name__}")
    url = url.strip()
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"\s", url):
        raise ValueError(
            f"{name} is {_hidden(url)!r}; give an address such as 'https://api.mistral.ai'"
        )
    place, _, query = url.partition("?")
    if "#" in url:
        fragment = url[url.index("#") :]
        raise ValueError(
            f"{name} has the fragment {fragment!r}, which HTTP does not send; leave it out"
        )
    return place.rstrip("/") + (f"?{query}" if query else "")


def joined(server_url: str, path: str) -> str:
    """Return the URL of a path on a server, with the queries of both.

    Args:
        server_url: The URL of the server, as `checked_url` returns it.
        path: The path. Parameters of its query replace those of the server's.
    """
    place, _, general = server_url.partition("?")
    if not general:
        return place + path
    path, _, own = path.partition("?")
    replaced = _names(own)
    kept = [pair for pair in general.split("&") if _names(pair).isdisjoint(replaced)]
    if own:
        kept.append(own)
    return f"{place}{path}?{'&'.join(kept)}"


def surplus_path(server_url: str) -> str | None:
    """Return what the path of a server has that requests add themselves, such as `/v1`."""
    surplus = _SURPLUS.search(urlsplit(server_url).path)
    return surplus and surplus[0]


def path_advice(url: str) -> str | None:
    """Return what to change in `server_url` if the URL of a request repeats a part of its path."""
    surplus = surplus_path(urlsplit(url).path.rpartition("/v1/")[0])
    if surplus is None:
        return None
    return f"server_url ends in {surplus}, which each request adds: give it without {surplus}."


def _names(query: str) -> set[str]:
    return {name for name, _ in parse_qsl(query, keep_blank_values=True)}


def address(
    path: str,
    values: Mapping[str, object],
    query: Iterable[str] = (),
    names: Iterable[tuple[str, str]] = (),
) -> str:
    """Return a path with its placeholders filled in, and its query.

    Args:
        path: The path, with placeholders such as `{model_id}`.
        values: The keywords of a call.
        query: The names of those that go into the query, unless they are unset or null.
        names: The names that keywords have in the query, where they differ.

    Raises:
        TypeError: A value of the path is not a string, or one of the query cannot be written as
            text.
        ValueError: A value would lead to another path, or has half a character.
    """
    for name in _PLACEHOLDER.findall(path):
        value = _string(name, values[name])
        if {"", ".", ".."} & {*value.split("/")}:
            raise ValueError(f"{name} is {value!r}, which is not allowed in a path")
        path = path.replace(f"{{{name}}}", quote(value, safe="/:"))
    wire = dict(names)
    found = [pair for name in query for pair in pairs(wire.get(name, name), values.get(name))]
    return f"{path}?{urlencode(found)}" if found else path


def _string(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} takes a string, not {value!r}")
    return encodable(name, value)


def shown(url: str) -> str:
    """Return a URL for messages and logs: without user, password and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _hidden(url: str) -> str:
    """Return an invalid URL without the text before its last @, which may be a password."""
    return re.sub(r"^(\w+://)?.*@", r"\1", url, flags=re.DOTALL)


@lru_cache(maxsize=64)  # each attempt asks for the same few URLs
def is_mistrals(url: str) -> bool:
    """Return True if a URL is one of Mistral's own servers."""
    host = urlsplit(url).hostname or ""
    return host == "mistral.ai" or host.endswith(".mistral.ai")


def is_loopback(url: str) -> bool:
    """Return True if the host of a URL is this machine."""
    return _LOOPBACK.fullmatch(urlsplit(url).hostname or "") is not None


@lru_cache(maxsize=64)
def exposed_host(url: str) -> str | None:
    """Return the host of a URL if others can read the request on its way there, else `None`."""
    parts = urlsplit(url)
    return parts.hostname if parts.scheme == "http" and not is_loopback(url) else None
