"""One response, sent piece by piece to a client that may be slow or gone.

Theory of operation. A response is unsent, begun, then complete or broken off. Each piece is given
`limit` seconds. A server takes a piece at once as long as it has room for it, and waits where the
client takes nothing, so a piece that is not taken in time is a client that reads no more.

Nothing in ASGI breaks a connection off, and an application that returns too early is completed by
some middleware, so that a cut response looks whole. An exception is what servers and middleware
break a response off for: `BrokenOffError`, which the server logs. Only Starlette's
`BaseHTTPMiddleware` completes a response even then.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

import anyio

from ..errors import BrokenOffError
from .requests import ClientGoneError
from .types import NO_HEADERS

if TYPE_CHECKING:
    from .types import Headers, Message, Send

_NOT_KEPT: Final = {"cache-control": "no-store"}


class State(Enum):
    """The states of a response."""

    UNSENT = auto()
    BEGUN = auto()
    COMPLETE = auto()


class Response:
    """The response to one request.

    Attributes:
        state: Its state.
    """

    def __init__(self, send: Send, *, limit: float, head: bool) -> None:
        """Keep how to send.

        Args:
            send: The server's function.
            limit: For each piece, in seconds.
            head: True for HEAD: headers are sent, and no body.
        """
        self.state = State.UNSENT
        self._send = send
        self._limit = limit
        self._head = head

    async def send_whole(
        self,
        status: int,
        body: bytes = b"",
        media_type: str | None = None,
        headers: Headers = NO_HEADERS,
    ) -> None:
        """Send a whole response.

        Raises:
            BrokenOffError: The client does not take it in time.
            ClientGoneError: The client has left.
        """
        fields = {**_NOT_KEPT, **headers}
        if media_type is not None:
            fields |= {"content-type": media_type, "content-length": str(len(body))}
        await self._begin(status, fields)
        await self._write(body, more=False)

    async def begin(self, headers: Headers, opening: bytes) -> None:
        """Send the headers of a stream and its first bytes, or all that HEAD is told.

        The bytes may be none: some middleware sends headers with the first piece of a body only.

        Raises:
            BrokenOffError: The client does not take them in time.
            ClientGoneError: The client has left.
        """
        await self._begin(200, headers)
        await self._write(opening, more=not self._head)

    async def write(self, data: bytes) -> None:
        """Send the next piece of a stream.

        Raises:
            BrokenOffError: The client does not take it in time.
            ClientGoneError: The client has left.
        """
        await self._write(data, more=True)

    async def complete(self) -> None:
        """Send the end of a stream.

        Raises:
            BrokenOffError: The client does not take it in time.
            ClientGoneError: The client has left.
        """
        await self._write(b"", more=False)

    async def _begin(self, status: int, headers: Headers) -> None:
        fields = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self.state = State.BEGUN
        await self._pass_on({"type": "http.response.start", "status": status, "headers": fields})

    async def _write(self, data: bytes, *, more: bool) -> None:
        body = b"" if self._head else data
        await self._pass_on({"type": "http.response.body", "body": body, "more_body": more})
        if not more:
            self.state = State.COMPLETE

    async def _pass_on(self, message: Message) -> None:
        try:
            with anyio.fail_after(self._limit):
                await self._send(message)
        except TimeoutError:
            raise BrokenOffError(
                f"a reader took nothing for {self._limit:g} s, so its connection is closed"
            ) from None
        except OSError:  # some servers say so that the client has left
            raise ClientGoneError from None
