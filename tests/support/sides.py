"""A transport and the server that it asks, both in one test's hands."""

from typing import TYPE_CHECKING, Any

import httpx2

from .kinds import Kind
from .peers import Listener, Peer

if TYPE_CHECKING:
    from concurrent.futures import Future

HELLO = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nHello"
HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


class Side:
    """A transport and the server that it asks.

    Attributes:
        transport: The transport.
        peers: The server's ends of its connections so far.
    """

    def __init__(
        self,
        kind: Kind,
        listener: Listener | None = None,
        *,
        transport: Any = None,
        **settings: Any,
    ) -> None:
        """Connect two ends.

        Args:
            kind: The kind of the transport, and what closes all of this.
            listener: Where connections come in; by default a plain one of its own.
            transport: The transport, if it is not to be made.
            settings: Of the transport.
        """
        self.kind = kind
        self.listener = listener or kind.enter(Listener())
        self.transport = transport or kind.transport(**settings)
        self.peers: list[Peer] = []

    def begin(self, **settings: Any) -> "Future[httpx2.Response]":
        """Send a request."""
        url = settings.pop("url", self.listener.url)
        return self.kind.start(self.kind.handle, self.transport, url, **settings)

    def accept(self) -> Peer:
        self.peers.append(self.listener.accept())
        return self.peers[-1]

    def ask(
        self, answer: bytes = HELLO, peer: Peer | None = None, **settings: Any
    ) -> httpx2.Response:
        """Send a request that is answered, over a new connection or that of a peer."""
        asking = self.begin(**settings)
        peer = peer or self.accept()
        peer.hear_head()
        peer.say(answer)
        return asking.result(10)

    def read(self, response: httpx2.Response) -> bytes:
        return self.kind.read(response)
