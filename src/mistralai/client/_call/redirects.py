"""Redirects, which this package follows within one origin only.

httpx2 would keep headers on the way from http to https, and all but `Authorization` to any host.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from ..errors.sdkerror import SDKError
from .response import response_with_body

if TYPE_CHECKING:
    from .request import Request
    from .response import Head

MAX_REDIRECTS: Final = 5
"""Redirects that one attempt follows."""

_KEEP_METHOD_AND_BODY: Final = frozenset({307, 308})


def is_redirect(status: int) -> bool:
    """Return True for a status that points elsewhere; 304 says that nothing has changed."""
    return 300 <= status < 400 and status != HTTPStatus.NOT_MODIFIED


def redirected(request: Request, head: Head, body: bytes, *, followed: int) -> Request:
    """Return the request to send where a redirect points.

    Args:
        request: The request that was redirected.
        head: The headers of the redirect.
        body: Its body, for the error.
        followed: How many redirects the attempt has followed already.

    Raises:
        SDKError: There were too many redirects; this one leads to another origin, nowhere new,
            or to a request with another method; or the body cannot be sent again.
    """
    if followed == MAX_REDIRECTS:
        message = f"gave up after {MAX_REDIRECTS} redirects"
        raise SDKError(message, response_with_body(head, body), "")
    try:
        url = urljoin(request.url, head.headers.get("location", ""))
    except ValueError:  # not a URL
        url = ""
    here, there = urlsplit(request.url), urlsplit(url)
    same_origin = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    same_target = (here.path, here.query) == (there.path, there.query)
    if head.status in _KEEP_METHOD_AND_BODY and same_origin and not same_target:
        if isinstance(request.body, bytes) or request.body.repeatable:
            return replace(request, url=url)
        message = "refusing to follow a redirect: the body of the request can be read only once"
        raise SDKError(message, response_with_body(head, body), "")
    raise SDKError(
        f"refusing to follow a redirect to {there.hostname or 'an invalid address'};"
        " if that is the right server, pass its address as server_url",
        response_with_body(head, body),
        "",
    )
