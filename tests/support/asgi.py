"""Requests to an ASGI application, without a server."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

import anyio


class Visit:
    """One request and what came of it.

    Attributes:
        messages: What the application sent.
    """

    def __init__(
        self,
        method: str,
        target: str,
        body: bytes | dict[str, Any] = b"",
        headers: dict[str, str] | None = None,
        taken: int | None = None,
        **scope: Any,
    ) -> None:
        """Make a request.

        Args:
            method: Its method.
            target: Its path, encoded, and its query.
            body: Its body, or the JSON of it.
            headers: Its headers.
            taken: The number of messages that the client takes; `None`: all.
            scope: More of its scope.
        """
        path, _, query = target.partition("?")
        self._body = json.dumps(body).encode() if isinstance(body, dict) else body
        self._taken = taken
        self._left = anyio.Event()
        self._news = anyio.Event()
        self.messages: list[dict[str, Any]] = []
        self.scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
            **scope,
        }

    async def run(self, app: Any) -> "Visit":
        """Let the application answer."""
        await app(self.scope, self._receive, self._send)
        return self

    def leave(self) -> None:
        """Close the connection."""
        self._left.set()

    async def until(self, text: str) -> None:
        """Wait until the body has a text."""
        while text not in self.text:
            await self._news.wait()

    async def _receive(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        await anyio.lowlevel.checkpoint()
        if len(self.messages) == self._taken:
            await anyio.sleep_forever()
        self.messages.append(message)
        news, self._news = self._news, anyio.Event()
        news.set()

    @property
    def status(self) -> int:
        return self.messages[0]["status"]

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def text(self) -> str:
        return b"".join(message["body"] for message in self.messages[1:]).decode()

    @property
    def complete(self) -> bool:
        """True if the response is complete."""
        return bool(self.messages[1:]) and not self.messages[-1]["more_body"]


async def visit(app: Any, *request: Any, **options: Any) -> Visit:
    """Make a request and return it with its whole response."""
    return await Visit(*request, **options).run(app)


@asynccontextmanager
async def visiting(app: Any, *request: Any, **options: Any) -> AsyncIterator[Visit]:
    """Make a request that is answered while the body runs, at whose end the client leaves."""
    visit = Visit(*request, **options)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(visit.run, app)
        yield visit
        visit.leave()


async def lifespan(app: Any, sent: list[str] | None = None) -> list[str]:
    """Start an application and shut it down; returns the types of the messages that it sent.

    They are added to `sent` as well, for an application that raises an error.
    """
    sent = [] if sent is None else sent
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["type"])

    await app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
    return sent
