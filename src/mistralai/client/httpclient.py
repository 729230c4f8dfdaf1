"""The protocols of `Mistral(client=...)` and `Mistral(async_client=...)`.

    from mistralai.client.httpclient import AsyncHttpClient

    class Counting(AsyncHttpClient):
        def build_request(self, *args, **kwargs):
            return self.inner.build_request(*args, **kwargs)

        async def send(self, request, **kwargs):
            self.count += 1
            return await self.inner.send(request, **kwargs)

        async def aclose(self): ...

The clients of httpx2 and of httpx satisfy them too. `docs/faults.md` has the timeouts that
cannot be kept with clients other than httpx2's.
"""

from typing import Any, Protocol, runtime_checkable

__all__ = ["AsyncHttpClient", "HttpClient"]


@runtime_checkable
class HttpClient(Protocol):
    """A synchronous HTTP client."""

    def build_request(
        self,
        method: str,
        url: Any,
        *,
        content: Any = ...,
        data: Any = ...,
        files: Any = ...,
        json: Any = ...,
        params: Any = ...,
        headers: Any = ...,
        cookies: Any = ...,
        timeout: Any = ...,
        extensions: Any = ...,
    ) -> Any:
        """Return a request with a method, an address, headers and a body."""
        ...

    def send(
        self,
        request: Any,
        *,
        stream: bool = ...,
        auth: Any = ...,
        follow_redirects: Any = ...,
    ) -> Any:
        """Send a request; with `stream=True` return the response before its body is read."""
        ...

    def close(self) -> None:
        """Close the connections. A client that the caller passed is not closed by `Mistral`."""
        ...


@runtime_checkable
class AsyncHttpClient(Protocol):
    """An asynchronous HTTP client."""

    def build_request(
        self,
        method: str,
        url: Any,
        *,
        content: Any = ...,
        data: Any = ...,
        files: Any = ...,
        json: Any = ...,
        params: Any = ...,
        headers: Any = ...,
        cookies: Any = ...,
        timeout: Any = ...,
        extensions: Any = ...,
    ) -> Any:
        """Return a request with a method, an address, headers and a body."""
        ...

    async def send(
        self,
        request: Any,
        *,
        stream: bool = ...,
        auth: Any = ...,
        follow_redirects: Any = ...,
    ) -> Any:
        """Send a request; with `stream=True` return the response before its body is read."""
        ...

    async def aclose(self) -> None:
        """Close the connections. A client that the caller passed is not closed by `Mistral`."""
        ...
