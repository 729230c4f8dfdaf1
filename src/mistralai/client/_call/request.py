"""Requests: servers, URLs, the key and headers."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import starmap
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, Self, cast
from urllib.parse import urlsplit

from .._version import __user_agent__
from ..types.secret import Secret
from .urls import exposed_host, is_mistrals, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

JSON: Final = "application/json"

_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^`|~\w]+", re.ASCII)
_HEADER_VALUE = re.compile(r"([!-~]([\t -~]*[!-~])?)?")
_CREDENTIAL = re.compile(r"(proxy-)?authorization|.*(key|token|secret|password)")


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

    @property
    def known(self) -> Secret | None:
        """The key if it was given as a string."""
        return self._source if isinstance(self._source, Secret) else None

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


class Upload(Protocol):
    """A body that is read while it is sent, such as a form with files."""

    @property
    def length(self) -> int | None:
        """The length in bytes, or `None` if it is not known before the end."""
        ...

    @property
    def repeatable(self) -> bool:
        """True if the body can be read again from its start."""
        ...

    @property
    def blocking(self) -> bool:
        """True if reading may wait, for a disk or a pipe."""
        ...

    def pieces(self) -> Iterator[bytes]:
        """Yield the body from its start."""
        ...

    def outline(self) -> bytes:
        """Return the body with a note in place of each file, for recordings."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """One request, which may be sent several times.

    Attributes:
        method: The HTTP method, such as `"POST"`.
        url: The URL.
        key: The API key.
        body: Bytes, serialised once, or an `Upload`; empty for none.
        headers: Headers that the caller adds; they take precedence over this package's own.
        stream: True if the answer is to be read as it comes.
        content_type: The type of the body, or `None` to send none.
        accept: The types that the answer may have; `None` for an event stream if `stream` is
            true, and else for JSON.
        sent_headers: The header fields with a credential that were sent so far.
    """

    method: str
    url: str = field(repr=False)
    key: Key
    body: bytes | Upload = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    stream: bool = False
    content_type: str | None = JSON
    accept: str | None = None
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
    def credentials(self) -> set[Credential]:
        """The credentials that were sent so far, and the key where it is known before.

        They are hidden if a server repeats them, or the caller has put one into a path.
        """
        found = {Credential.of(name, value) for name, value in self.sent_headers}
        key = self.key.known
        if key:
            found.add(Credential("Bearer", key))
        return found

    def all_headers(self) -> dict[str, str]:
        """Return the headers of one attempt, with the key, and with names in lower case.

        Raises:
            MissingKeyError: A key is needed for Mistral's servers, and none is set.
            ValueError: The callable for the key returned more than printable ASCII.
        """
        headers = {"accept": self.accept or JSON, "user-agent": __user_agent__}
        if self.stream and self.accept is None:
            headers["accept"] = "text/event-stream"
            # Compression would hold back the first tokens until its window fills.
            headers["accept-encoding"] = "identity"
        if self.body and self.content_type is not None:
            headers["content-type"] = self.content_type
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
        host = exposed_host(self.url)
        if host is not None:
            warnings.warn(
                f"the API key is sent to {host} over plain http,"
                " where others can read it; use https",
                InsecureConnectionWarning,
                stacklevel=2,
            )
        return {"authorization": Secret(f"Bearer {key}")}


@lru_cache(maxsize=64)  # each attempt asks for the same few names
def _is_credential(header: str) -> bool:
    return _CREDENTIAL.fullmatch(header) is not None
