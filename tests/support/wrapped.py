"""HTTP clients of other makes: objects around a client with the attributes that a call needs."""

from typing import Any

import httpx


class Wrapped:
    """Forwards the methods that a call needs, as programs do that count or sign requests.

    The HTTP client keeps the timeouts that it was given, whatever a request asks for.
    """

    def __init__(self, inner: httpx.Client) -> None:
        self._inner = inner
        self.sent: list[httpx.Request] = []

    def build_request(self, *args: Any, **kwargs: Any) -> httpx.Request:
        return self._inner.build_request(*args, **{**kwargs, "timeout": httpx.USE_CLIENT_DEFAULT})

    def send(self, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        self.sent.append(request)
        return self._inner.send(request, **kwargs)


class AsyncWrapped:
    """`Wrapped` for async."""

    def __init__(self, inner: httpx.AsyncClient) -> None:
        self._inner = inner
        self.sent: list[httpx.Request] = []

    def build_request(self, *args: Any, **kwargs: Any) -> httpx.Request:
        return self._inner.build_request(*args, **{**kwargs, "timeout": httpx.USE_CLIENT_DEFAULT})

    async def send(self, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        self.sent.append(request)
        return await self._inner.send(request, **kwargs)


class Bare:
    """Takes only the keywords that a client needs, and returns equally bare responses."""

    def __init__(self, inner: httpx.Client) -> None:
        self._inner = inner

    def build_request(
        self, method: str, url: str, *, headers: Any = None, content: Any = None
    ) -> httpx.Request:
        return self._inner.build_request(
            method, url, headers=headers, content=content, timeout=None
        )

    def send(self, request: httpx.Request, *, stream: bool = False) -> "BareResponse":
        return BareResponse(self._inner.send(request, stream=stream))


class AsyncBare:
    """`Bare` for async."""

    def __init__(self, inner: httpx.AsyncClient) -> None:
        self._inner = inner

    def build_request(
        self, method: str, url: str, *, headers: Any = None, content: Any = None
    ) -> httpx.Request:
        return self._inner.build_request(
            method, url, headers=headers, content=content, timeout=None
        )

    async def send(self, request: httpx.Request, *, stream: bool = False) -> "BareResponse":
        return BareResponse(await self._inner.send(request, stream=stream))


class BareResponse:
    """A status, headers, and a body that can be read and closed."""

    def __init__(self, inner: httpx.Response) -> None:
        self.status_code = inner.status_code
        self.headers = {name.title(): value for name, value in inner.headers.items()}
        self.iter_bytes = inner.iter_bytes
        self.aiter_bytes = inner.aiter_bytes
        self.close = inner.close
        self.aclose = inner.aclose
