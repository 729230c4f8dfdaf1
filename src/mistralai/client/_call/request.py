"""Requests: servers, URLs, the key and headers."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import starmap
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, cast
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from .._version import __user_agent__
from ..types.secret import Secret
from ..types.unset import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SERVERS: Final = {
    "global": "https://api.mistral.ai",
    "eu": "https://api.eu.mistral.ai",
    "us": "https://api.us.mistral.ai",
}
"""Mistral's own servers by name (wire-format section 1)."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^`|~\w]+", re.ASCII)
_HEADER_VALUE = re.compile(r"([!-~]([\t -~]*[!-~])?)?")
_CREDENTIAL = re.compile(r"(proxy-)?authorization|.*(key|token|secret|password)")
_SURPLUS = re.compile(r"/v1(/.*)?$")
_LOOPBACK = re.compile(r"localhost|.*\.localhost|127(\.\d+){3}|::1", re.IGNORECASE)


class InsecureConnectionWarning(UserWarning):
    """The key is sent over plain HTTP to another machine."""


class Credential(NamedTuple):
    """The value of a header that authorises a request.

    Attributes:
        scheme: The scheme, such as `Bearer`, or an empty string.
        key: The rest of the value.
    """

    scheme: str
    key: Secret

    @classmethod
    def of(cls, name: str, value: str) -> Self:
        """Return the credential of a header whose name is in lower case."""
        scheme, blank, key = value.partition(" ")
        if blank and name.endswith("authorization"):
            return cls(scheme, Secret(key.strip()))
        return cls("", Secret(value))


class Key:
    """The API key, or a callable that returns it. It has no repr and no pickle that shows it."""

    __slots__ = ("_source",)

    def __init__(self, source: str | Callable[[], str | None] | None) -> None:
        """Keep the key without checking it; `check` does that."""
        self._source: Secret | Callable[[], str | None] | None = (
            _bare(source) if isinstance(source, str) else source
        )

    @property
    def is_asked(self) -> bool:
        """True if the key comes from a callable."""
        return callable(self._source)

    def check(self) -> None:
        """Check the type of the key, and the characters of a string.

        Raises:
            TypeError: `api_key` is neither a string nor callable.
            ValueError: It is not printable ASCII. The message does not show it.
        """
        if isinstance(self._source, str):
            _refuse_unprintable(self._source)
        elif self._source is not None and not callable(self._source):
            kind = type(self._source).__name__
            raise TypeError(f"api_key takes a string or a callable that returns one, not a {kind}")

    def reveal(self) -> Secret | None:
        """Return the current key; a callable is called each time.

        Raises:
            TypeError: The callable did not return a string.
            ValueError: The returned key is not printable ASCII.
        """
        source = self._source
        if callable(source):
            key: object = source()
            if isinstance(key, str):
                key = Secret(key)  # before anything can fail, and a traceback show it
            elif key is not None:
                kind = type(key).__name__
                del key  # it may hold a key all the same
                raise TypeError(f"the callable given as api_key returned a {kind}, not a string")
            source = _bare(key or "")
            _refuse_unprintable(source)
        return source or None

    def __repr__(self) -> str:
        return "Key(none)" if self._source is None else "Key(hidden)"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("an API key is not pickled; make the client where it is used")


def _bare(key: str) -> Secret:
    """Return a key without surrounding blanks, and without a `Bearer` that headers would repeat."""
    key = key.strip()
    scheme, _, rest = key.partition(" ")
    return Secret(rest.strip() if rest and scheme.lower() == "bearer" else key)


def _refuse_unprintable(key: str) -> None:
    if not (key.isascii() and key.isprintable()):
        raise ValueError(
            "api_key has characters that are not printable ASCII (it is not shown here);"
            " look for quotes, line ends or blanks that were copied with it"
        )


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


def take_headers(params: Mapping[str, object]) -> None:
    """Replace the `http_headers` of a call by a checked copy that hides its values.

    The keywords of a call are one dict in all frames of this package, from the method to the code
    that sends the request. A traceback that is rendered with locals shows it.

    Args:
        params: The keywords, which are modified.

    Raises:
        TypeError: As `checked_headers`.
        ValueError: As `checked_headers`.
    """
    if params.get("http_headers") is not None:
        ours = cast("dict[str, Any]", params)
        ours["http_headers"] = checked_headers(ours.pop("http_headers"))


def checked_headers(headers: Mapping[str, str]) -> dict[str, Secret]:
    """Return the headers that a caller adds, if they are valid (RFC 9110, section 5).

    Their values are hidden, because any of them may be a key.

    Raises:
        TypeError: They are not a mapping of strings.
        ValueError: A name or a value has invalid characters. The message does not show the value.
    """
    fields: list[tuple[str, str]] = []
    if isinstance(headers, Mapping):
        fields += headers.items()
        problem = next(filter(None, starmap(_problem_of, fields)), None)
    else:
        kind = type(headers).__name__
        problem = TypeError(f"http_headers takes a mapping, not a {kind}")
    if problem is not None:
        del headers, fields  # they may hold a key
        raise problem
    return {name: Secret(value) for name, value in fields}


def _problem_of(name: object, value: object) -> Exception | None:
    """Return the error for an invalid field. It is not raised here: a traceback shows locals."""
    if not isinstance(name, str) or not isinstance(value, str):
        return TypeError(f"http_headers[{name!r}] is a {type(value).__name__}; give strings")
    if not _HEADER_NAME.fullmatch(name):
        return ValueError(f"http_headers has {name!r}, which is not a header name")
    if not _HEADER_VALUE.fullmatch(value):
        return ValueError(
            f"http_headers[{name!r}] has characters that are not allowed in a header (it is not"
            " shown here); give printable ASCII without surrounding blanks"
        )
    return None


def address(path: str, values: Mapping[str, object], query: Iterable[str] = ()) -> str:
    """Return a path with its placeholders filled in, and its query.

    Args:
        path: The path, with placeholders such as `{model_id}`.
        values: The keywords of a call.
        query: The names of those that go into the query, unless they are unset or null.

    Raises:
        TypeError: A value is not a string.
        ValueError: A value would lead to another path.
    """
    for name in _PLACEHOLDER.findall(path):
        value = _string(name, values[name])
        if {"", ".", ".."} & {*value.split("/")}:
            raise ValueError(f"{name} is {value!r}, which is not allowed in a path")
        path = path.replace(f"{{{name}}}", quote(value, safe="/:"))
    parameters = {name: values.get(name) for name in query}
    pairs = {
        name: _string(name, value)
        for name, value in parameters.items()
        if value is not None and value is not UNSET
    }
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _string(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} takes a string, not {value!r}")
    return value


def shown(url: str) -> str:
    """Return a URL for messages and logs: without user, password and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _hidden(url: str) -> str:
    """Return an invalid URL without the text before its last @, which may be a password."""
    return re.sub(r"^(\w+://)?.*@", r"\1", url, flags=re.DOTALL)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, which may be sent several times.

    Attributes:
        method: `"POST"` or `"GET"`.
        url: The URL.
        key: The API key.
        body: JSON, serialised once.
        headers: Headers that the caller adds; they take precedence over this package's own.
        stream: True if the answer is to be an event stream.
        sent_headers: The header fields with a credential that were sent so far.
    """

    method: str
    url: str = field(repr=False)
    key: Key
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    stream: bool = False
    sent_headers: set[tuple[str, str]] = field(
        default_factory=set[tuple[str, str]], repr=False, compare=False
    )

    @property
    def shown_url(self) -> str:
        """The URL for messages and logs."""
        return shown(self.url)

    @property
    def shown_host(self) -> str:
        """The host and port for messages and logs."""
        return urlsplit(self.shown_url).netloc

    @property
    def sent(self) -> set[Credential]:
        """The credentials that were sent so far, to be hidden if a server repeats them."""
        return {Credential.of(name, value) for name, value in self.sent_headers}

    def all_headers(self) -> dict[str, str]:
        """Return the headers of one attempt, with the key, and with names in lower case.

        Raises:
            MissingKeyError: A key is needed for Mistral's servers, and none is set.
            ValueError: The callable for the key returned more than printable ASCII.
        """
        headers = {"accept": "application/json", "user-agent": __user_agent__}
        if self.stream:
            headers["accept"] = "text/event-stream"
            # Compression would hold back the first tokens until its window fills.
            headers["accept-encoding"] = "identity"
        if self.body:
            headers["content-type"] = "application/json"
        headers_of_call = {name.lower(): value for name, value in self.headers.items()}
        if "authorization" not in headers_of_call:
            headers |= self._authorization()
        headers |= headers_of_call
        self.sent_headers.update(field for field in headers.items() if _is_credential(field[0]))
        return headers

    def _authorization(self) -> dict[str, str]:
        key = self.key.reveal()
        if key is None:
            if is_mistrals(self.url):
                from ..errors import MissingKeyError

                raise MissingKeyError("there is no API key for Mistral's server")
            return {}
        host = _exposed_host(self.url)
        if host is not None:
            warnings.warn(
                f"the API key is sent to {host} over plain http,"
                " where others can read it; use https",
                InsecureConnectionWarning,
                stacklevel=2,
            )
        return {"authorization": Secret(f"Bearer {key}")}


# Cached, because each attempt needs them for the same few names and URLs.


@lru_cache(maxsize=64)
def _is_credential(header: str) -> bool:
    return _CREDENTIAL.fullmatch(header) is not None


@lru_cache(maxsize=64)
def is_mistrals(url: str) -> bool:
    """Return True if a URL is one of Mistral's own servers."""
    host = urlsplit(url).hostname or ""
    return host == "mistral.ai" or host.endswith(".mistral.ai")


def is_loopback(url: str) -> bool:
    """Return True if the host of a URL is this machine."""
    return _LOOPBACK.fullmatch(urlsplit(url).hostname or "") is not None


@lru_cache(maxsize=64)
def _exposed_host(url: str) -> str | None:
    """Return the host of a URL if others can read the request on its way there, else `None`."""
    parts = urlsplit(url)
    return parts.hostname if parts.scheme == "http" and not is_loopback(url) else None
