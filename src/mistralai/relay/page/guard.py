"""The two checks of a server on loopback, which every page of every site can send requests to.

A name of another site that was made to point here (DNS rebinding) is in `Host`. A page of another
site is in `Origin` and `Sec-Fetch-Site`; browsers send the first with every `POST`. Such a page may
link to this one, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
_SAFE: Final = frozenset({"GET", "HEAD"})


class Guard:
    """An application behind the checks, with headers added to all its responses.

    Args:
        app: The application.
        headers: The headers.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                added = [pair for pair in self._headers if pair[0] not in own]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        refusal = refused(scope) if scope["type"] == "http" else None
        app = self._app if refusal is None else JSONResponse({"error": refusal}, 403)
        await app(scope, receive, send_with_headers)


def refused(scope: Scope) -> str | None:
    """Return why a request is refused, or `None`."""
    headers = Headers(scope=scope)
    port = scope["server"][1]
    hosts = {f"{name}:{port}" for name in _NAMES}
    if port == 80:  # browsers leave it out
        hosts.update(_NAMES)
    if headers.getlist("host") not in [[host] for host in hosts]:
        return f"this page is served at http://127.0.0.1:{port} only, not under another name"
    origins = headers.getlist("origin")
    if any(origin not in {f"http://{host}" for host in hosts} for origin in origins):
        return "a page of another site may not use this one"
    if scope["method"] not in _SAFE and len(origins) != 1:
        return "a request that changes something needs the header Origin, which browsers send"
    is_link = headers.get("sec-fetch-mode") == "navigate" and scope["path"] == "/"
    if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"} and not is_link:
        return "a page of another site may not use this one"
    return None
