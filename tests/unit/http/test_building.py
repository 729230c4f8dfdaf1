"""A request that is built by the short way is the one that its client would build."""

import traceback
from typing import Any

import httpx2

from mistralai.client._http.building import build_request
from mistralai.client.types.secret import Secret

URL = httpx2.URL("https://api.example/v1/chat/completions?a=b#stream")
HEADERS = {"accept": "text/event-stream", "user-agent": "this", "authorization": "Bearer key"}
BODY = b'{"model": "m"}'


class WithATenant(httpx2.Client):
    def build_request(self, *args: Any, **kwargs: Any) -> httpx2.Request:
        request = super().build_request(*args, **kwargs)
        request.headers["x-tenant"] = "t"
        return request


def changed_by_hand() -> httpx2.Client:
    client = httpx2.Client()
    built = client.build_request

    def build_request(*args: Any, **kwargs: Any) -> httpx2.Request:
        request = built(*args, **kwargs)
        request.headers["x-tenant"] = "t"
        return request

    client.build_request = build_request  # type: ignore[method-assign] # as a test may
    return client


class Shown(httpx2.Client):
    """A client that counts what it builds."""

    built = 0

    def _merge_headers(self, headers: Any = None) -> Any:
        self.built += 1
        return super()._merge_headers(headers)


CLIENTS: dict[str, Any] = {
    "plain": httpx2.Client,
    "asynchronous": httpx2.AsyncClient,
    "headers": lambda: httpx2.Client(headers=[("X-A", "1"), ("x-a", "2"), ("ACCEPT", "no")]),
    "not ASCII": lambda: httpx2.Client(headers={"x-name": "\u00fc".encode()}),
    "a host": lambda: httpx2.Client(headers={"host": "other.example"}),
    "a length": lambda: httpx2.Client(headers={"Content-Length": "7"}),
    "chunks": lambda: httpx2.Client(headers={"transfer-encoding": "chunked"}),
    "an address": lambda: httpx2.Client(base_url="https://other.example/base"),
    "parameters": lambda: httpx2.Client(params={"tenant": "t"}),
    "cookies": lambda: httpx2.Client(cookies={"session": "s"}),
    "its own way": WithATenant,
    "a changed way": changed_by_hand,
}
REQUESTS: list[tuple[str, dict[str, str], bytes]] = [
    ("POST", HEADERS, BODY),
    ("GET", HEADERS, b""),
    ("POST", {**HEADERS, "host": "given.example", "connection": "close"}, BODY),
    ("POST", {**HEADERS, "content-length": "3"}, BODY),
]


def test_it_is_what_the_client_would_build():
    for kind, make in CLIENTS.items():
        for method, headers, body in REQUESTS:
            client = make()
            extensions = {"timeout": {"read": 1.0}, "trace": print}
            ours = build_request(
                client, method, URL, headers=headers, body=body, extensions=extensions
            )
            theirs = client.build_request(
                method, URL, headers=headers, content=body or None, extensions=extensions
            )
            where = (kind, method, headers)
            assert ours.headers.raw == theirs.headers.raw, where
            for name in ("method", "url", "content", "extensions"):
                assert getattr(ours, name) == getattr(theirs, name), where


def test_no_frame_of_this_package_shows_a_value_of_the_headers():
    """`Ctrl-C` may come at any line. httpx2 hides one header alone when its own are shown."""
    headers = {**HEADERS, "api-key": Secret("of Azure"), "x-custom": Secret("of a gateway")}
    extensions: Any = 1  # which is refused at the last step
    try:
        build_request(
            httpx2.Client(), "POST", URL, headers=headers, body=BODY, extensions=extensions
        )
    except TypeError as error:
        seen = traceback.TracebackException.from_exception(error, capture_locals=True)
        ours = [frame for frame in seen.stack if "_http" in frame.filename]
        shown = str([frame.locals for frame in ours])
    assert "build_request" in {frame.name for frame in ours}
    assert "of Azure" not in shown
    assert "of a gateway" not in shown


def test_an_async_transport_can_send_it():
    client = httpx2.AsyncClient()
    request = build_request(client, "POST", URL, headers=HEADERS, body=BODY, extensions={})
    assert isinstance(request.stream, httpx2.AsyncByteStream)


def test_where_nothing_is_to_be_merged_the_client_is_not_asked():
    client = Shown(headers={"x-a": "1"})
    build_request(client, "POST", URL, headers=HEADERS, body=BODY, extensions={})
    assert client.built == 0
    headers = {**HEADERS, "host": "x.example"}
    build_request(client, "POST", URL, headers=headers, body=BODY, extensions={})
    assert client.built == 1
