"""What is sent: servers, addresses, the key and headers."""

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
_LOOPBACK = re.compile(r"localhost|.*\.localhost|127(\.\d+){3}|::1", re.IGNORECASE)


class InsecureConnectionWarning(UserWarning):
    """A key is about to travel over plain HTTP to another machine."""


class Credential(NamedTuple):
    """What a header authorises a request with.

    Attributes:
        scheme: Such as `Bearer`; empty where the header has none.
        key: The rest of it.
    """

    scheme: str
    key: Secret

    @classmethod
    def of(cls, name: str, value: str) -> Self:
        """Read a header, whose name is in lower case."""
        scheme, blank, key = value.partition(" ")
        if blank and name.endswith("authorization"):
            return cls(scheme, Secret(key.strip()))
        return cls("", Secret(value))


class Key:
    """The API key, or what gives it. Shows itself nowhere: no repr, no pickle."""

    __slots__ = ("_source",)

    def __init__(self, source: str | Callable[[], str | None] | None) -> None:
        """Keep the key, unseen: `check` says whether it is one."""
        self._source: Secret | Callable[[], str | None] | None = (
            _bare(source) if isinstance(source, str) else source
        )

    @property
    def is_asked(self) -> bool:
        """Whether the key comes from a callable."""
        return callable(self._source)

    def check(self) -> None:
        """See that there can be a key here.

        Raises:
            TypeError: `api_key` is neither a string nor callable.
            ValueError: It is not printable ASCII. The text does not show it.
        """
        if isinstance(self._source, str):
            _refuse_unprintable(self._source)
        elif self._source is not None and not callable(self._source):
            kind = type(self._source).__name__
            raise TypeError(f"api_key takes a string or a callable that gives one, not a {kind}")

    def reveal(self) -> Secret | None:
        """The key as of now; a callable is asked each time.

        Raises:
            TypeError: The callable gave no string.
            ValueError: What it gave is not printable ASCII.
        """
        source = self._source
        if callable(source):
            given = Secret(given) if isinstance(given := source(), str) else given
            if not isinstance(given, str | None):
                kind = type(given).__name__
                del given  # it may be a key all the same
                raise TypeError(f"the callable given as api_key gave a {kind}, not a string")
            source = _bare(given or "")
            _refuse_unprintable(source)
        return source or None

    def __repr__(self) -> str:
        return "Key(none)" if self._source is None else "Key(hidden)"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("an API key is not pickled; make the client where it is used")


def _bare(key: str) -> Secret:
    """Return a key without blanks around it, and without `Bearer` before it: headers add that."""
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
    """Return a server's address without blanks around it and without the slash that ends its path.

    Raises:
        TypeError: It is no string.
        ValueError: It is no http or https address with a host, or it has a fragment.
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
    """Return the address of a path below a server, with the queries of both behind it.

    Args:
        server_url: As `checked_url` gives it.
        path: May have a query of its own, whose parameters replace those of the server's address.
    """
    place, _, general = server_url.partition("?")
    if not general:
        return place + path
    path, _, own = path.partition("?")
    replaced = _names(own)
    kept = [pair for pair in general.split("&") if _names(pair).isdisjoint(replaced)]
    return f"{place}{path}?{'&'.join([*kept, own] if own else kept)}"


def _names(query: str) -> set[str]:
    return {name for name, _ in parse_qsl(query, keep_blank_values=True)}


def take_headers(params: Mapping[str, object]) -> None:
    """Put a checked copy that hides its values in the place of the `http_headers` of a call.

    The keywords of a call are one dict, in the frames of this package from the method that was
    called to what sends the request. A traceback that is rendered with locals shows it.

    Args:
        params: The keywords, which are changed.

    Raises:
        TypeError: As `checked_headers`.
        ValueError: As `checked_headers`.
    """
    if params.get("http_headers") is not None:
        ours = cast("dict[str, Any]", params)
        ours["http_headers"] = checked_headers(ours.pop("http_headers"))


def checked_headers(headers: Mapping[str, str]) -> dict[str, Secret]:
    """The headers that a caller adds, if HTTP can carry them (RFC 9110, section 5).

    Their values are kept unseen: any of them may be a key.

    Raises:
        TypeError: They are no mapping of strings.
        ValueError: A name or a value has other characters. The text does not show the value.
    """
    fields: list[tuple[str, str]] = []
    if isinstance(headers, Mapping):
        fields += headers.items()
        problem = next(filter(None, starmap(_problem_of, fields)), None)
    else:
        kind = type(headers).__name__
        problem = TypeError(f"http_headers takes a mapping, not a {kind}")
    if problem is not None:
        del headers, fields  # there may be a key in them
        raise problem
    return {name: Secret(value) for name, value in fields}


def _problem_of(name: object, value: object) -> Exception | None:
    """What is wrong with a header field. It is returned: a frame that raises shows its locals."""
    if not isinstance(name, str) or not isinstance(value, str):
        return TypeError(f"http_headers[{name!r}] is a {type(value).__name__}; give strings")
    if not _HEADER_NAME.fullmatch(name):
        return ValueError(f"http_headers has {name!r}, which is no name of a header")
    if not _HEADER_VALUE.fullmatch(value):
        return ValueError(
            f"http_headers[{name!r}] has characters that a header cannot carry (it is not"
            " shown here); give printable ASCII without blanks around it"
        )
    return None


def address(path: str, values: Mapping[str, object], query: Iterable[str] = ()) -> str:
    """A path with its `{names}` filled in, and its query.

    Args:
        path: The path.
        values: The keywords of a call.
        query: Those that go into the query, where they are given and not null.

    Raises:
        TypeError: A value is no string.
        ValueError: A value in the path would make another path of it.
    """
    for name in _PLACEHOLDER.findall(path):
        value = _string(name, values[name])
        if {"", ".", ".."} & {*value.split("/")}:
            raise ValueError(f"{name} is {value!r}, which cannot stand in an address")
        path = path.replace(f"{{{name}}}", quote(value, safe="/:"))
    given = {name: values.get(name) for name in query}
    pairs = {
        name: _string(name, value)
        for name, value in given.items()
        if value is not None and value is not UNSET
    }
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _string(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} takes a string, not {value!r}")
    return value


def shown(url: str) -> str:
    """An address for messages and logs: no user, no password, no query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _hidden(url: str) -> str:
    """An address that does not parse, without what stands before its last @."""
    return re.sub(r"^(\w+://)?.*@", r"\1", url, flags=re.DOTALL)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent as often as it takes.

    Attributes:
        method: `"POST"` or `"GET"`.
        url: The whole address.
        key: What authorises it.
        body: JSON, serialised once.
        headers: What the caller adds; these win over this package's own.
        stream: Whether the answer is asked for as an event stream.
        sent_headers: The header fields that were sent so far and hold a credential.
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
        """The address as messages and logs have it."""
        return shown(self.url)

    @property
    def sent(self) -> set[Credential]:
        """The credentials that were sent so far, to be hidden where a server repeats them."""
        return {Credential.of(name, value) for name, value in self.sent_headers}

    def all_headers(self) -> dict[str, str]:
        """The headers of one attempt, names in lower case, the key among them.

        Raises:
            MissingKeyError: There is no key, and the server is one of Mistral's.
            ValueError: The callable that gives the key gave no printable ASCII.
        """
        headers = {"accept": "application/json", "user-agent": __user_agent__}
        if self.stream:
            headers["accept"] = "text/event-stream"
            # Compression would hold back the first tokens until its window fills.
            headers["accept-encoding"] = "identity"
        if self.body:
            headers["content-type"] = "application/json"
        given = {name.lower(): value for name, value in self.headers.items()}
        if "authorization" not in given:
            headers |= self._authorization()
        headers |= given
        self.sent_headers.update(field for field in headers.items() if _is_credential(field[0]))
        return headers

    def _authorization(self) -> dict[str, str]:
        key = self.key.reveal()
        if key is None:
            if _is_mistrals(self.url):
                from ..errors import MissingKeyError

                raise MissingKeyError("there is no API key for Mistral's server")
            return {}
        host = _exposed_host(self.url)
        if host is not None:
            warnings.warn(
                f"the API key goes to {host} over plain http, readable on the way; use https",
                InsecureConnectionWarning,
                stacklevel=2,
            )
        return {"authorization": Secret(f"Bearer {key}")}


# These are asked at each attempt, about the same few names and addresses.


@lru_cache(maxsize=64)
def _is_credential(header: str) -> bool:
    return _CREDENTIAL.fullmatch(header) is not None


@lru_cache(maxsize=64)
def _is_mistrals(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "mistral.ai" or host.endswith(".mistral.ai")


@lru_cache(maxsize=64)
def _exposed_host(url: str) -> str | None:
    """Return the host of an address where all that is sent can be read on the way."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return host if parts.scheme == "http" and not _LOOPBACK.fullmatch(host) else None
