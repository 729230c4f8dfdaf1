"""Files at a URL: only their kind if the API can fetch them itself, else their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

import httpx2

from ...client import __version__
from ..failure import CONNECTION, CommandError
from .kinds import ARCHIVE, HEAD, Kind, Part, kind_of

_TIMEOUT: Final = 30.0  # seconds for connecting and for each read
_HEADERS: Final = {"user-agent": f"mistralai/{__version__}"}  # some servers refuse a missing one


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at a URL.

    Attributes:
        name: The last part of the URL's path, or its host.
        data: The content; only its beginning if `by_reference`.
        by_reference: True if the URL can be sent in place of the content.
        claimed: The media type that the server says, or an empty string.
        size: The size in bytes that the server says, or 0.
    """

    name: str
    data: bytes
    by_reference: bool
    claimed: str
    size: int


def fetch(url: str, limit: int) -> Remote:
    """Read as much of the content at a URL as is needed.

    The API fetches from an https URL itself, so that the first bytes are enough to learn its kind.
    Text, and everything behind http, is read in full.

    Args:
        url: The address.
        limit: The maximum size in bytes; at most one byte more is read.

    Raises:
        CommandError: The content cannot be fetched.
    """
    parts = urlsplit(url)
    data = bytearray()
    try:
        with (
            httpx2.Client(follow_redirects=True, timeout=_TIMEOUT, headers=_HEADERS) as client,
            client.stream("GET", url) as response,
        ):
            if not response.is_success:
                raise CommandError(f"{url}: the server answers with status {response.status_code}")
            claimed = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            size = int(response.headers.get("content-length") or 0)
            complete = size <= limit
            for piece in response.iter_bytes() if complete else ():
                data += piece
                if len(data) > limit or _is_enough(bytes(data[:HEAD]), len(data), parts.scheme):
                    complete = False
                    break
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        message = f"{url} cannot be fetched: {str(error) or type(error).__name__}"
        raise CommandError(message, code=CONNECTION) from error
    name = unquote(parts.path.rpartition("/")[2]) or parts.hostname or url
    kind = kind_of(bytes(data)) if complete or not data.startswith(ARCHIVE) else None
    by_reference = parts.scheme == "https" and _is_media(kind)
    return Remote(name, bytes(data), by_reference, claimed, size)


def _is_enough(head: bytes, size: int, scheme: str) -> bool:
    """Return whether the kind is known and the rest is not needed."""
    if scheme != "https" or size < HEAD or head.startswith(ARCHIVE):
        return False
    return _is_media(kind_of(head))


def _is_media(kind: Kind | None) -> bool:
    return kind is not None and kind.part is not Part.NONE
