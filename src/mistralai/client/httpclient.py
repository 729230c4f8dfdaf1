"""What `Mistral(client=...)` and `Mistral(async_client=...)` take: the clients of httpx2, or their like.

    from mistralai.client.httpclient import AsyncHttpClient

    class Counting(AsyncHttpClient):
        def build_request(self, *args, **kwargs):
            return self.inner.build_request(*args, **kwargs)

        async def send(self, request, **kwargs):
            self.count += 1
            return await self.inner.send(request, **kwargs)

        async def aclose(self): ...

`httpx.Client` and `httpx.AsyncClient` are such clients too. `docs/faults.md` says which limits
cannot be kept with clients that are not httpx2's own.
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
        """Make a request of a method, an address, headers and a body."""
        ...

    def send(
        self,
        request: Any,
        *,
        stream: bool = ...,
        auth: Any = ...,
        follow_redirects: Any = ...,
    ) -> Any:
        """Send a request; give a response whose body is still to be read, with `stream=True`."""
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
        """Make a request of a method, an address, headers and a body."""
        ...

    async def send(
        self,
        request: Any,
        *,
        stream: bool = ...,
        auth: Any = ...,
        follow_redirects: Any = ...,
    ) -> Any:
        """Send a request; give a response whose body is still to be read, with `stream=True`."""
        ...

    async def aclose(self) -> None:
        """Close the connections. A client that the caller passed is not closed by `Mistral`."""
        ...
