"""A proxy for HTTPS: it opens a tunnel to where a CONNECT request points, and looks at nothing.

It may ask for credentials, or refuse whatever it is asked for.
"""

import contextlib
from base64 import b64encode
from collections.abc import Iterator

import anyio
from anyio.abc import SocketStream
from anyio.from_thread import start_blocking_portal
from anyio.streams.buffered import BufferedByteReceiveStream


class ConnectProxy:
    """What the proxy did.

    Attributes:
        url: Its address, for HTTPS_PROXY.
        targets: The `host:port` of every tunnel that was opened.
    """

    def __init__(self, url: str, *, credentials: str = "", refuses_with: str = "") -> None:
        self.url = url
        self.targets: list[str] = []
        self._credentials = credentials
        self._refuses_with = refuses_with

    async def serve(self, client: SocketStream) -> None:
        """Serve one connection: open the tunnel that it asks for."""
        async with client:
            head = await BufferedByteReceiveStream(client).receive_until(b"\r\n\r\n", 65536)
            method, target, fields = head.decode("ascii").split(" ", 2)
            if status := self._refusal(fields):
                await client.send(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())
                return
            assert method == "CONNECT"
            self.targets.append(target)
            host, _, port = target.rpartition(":")
            async with await anyio.connect_tcp(host, int(port)) as server:
                await client.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await _join(client, server)

    def _refusal(self, fields: str) -> str:
        """The status with which it refuses a request, empty where it does not."""
        encoded = b64encode(self._credentials.encode()).decode()
        if (
            self._credentials
            and f"proxy-authorization: basic {encoded}".lower() not in fields.lower()
        ):
            return "407 Proxy Authentication Required"
        return self._refuses_with


async def _join(one: SocketStream, other: SocketStream) -> None:
    """Carry bytes both ways until one side ends."""
    async with anyio.create_task_group() as group:

        async def carry(source: SocketStream, target: SocketStream) -> None:
            with contextlib.suppress(anyio.BrokenResourceError):
                async for data in source:
                    await target.send(data)
            group.cancel_scope.cancel()

        group.start_soon(carry, one, other)
        group.start_soon(carry, other, one)


@contextlib.contextmanager
def connect_proxy(**settings: str) -> Iterator[ConnectProxy]:
    """Run a proxy on a loopback socket, in a thread of its own; `settings` are `ConnectProxy`'s."""
    with start_blocking_portal() as portal:
        listener = portal.call(
            lambda: anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
        )
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        proxy = ConnectProxy(f"http://127.0.0.1:{port}", **settings)
        serving = portal.start_task_soon(listener.serve, proxy.serve)
        try:
            yield proxy
        finally:
            serving.cancel()
            portal.call(listener.aclose)
