"""A server that says the bytes that it was told to say, whatever it is asked."""

import re
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Literal, Self

from .peers import LIMIT, Peer

Ending = Literal["close", "reset", "stay"]


class ScriptedServer:
    """The server.

    Attributes:
        url: Its address.
        port: Its port.
        reads: What each request is answered with, each piece by a write of its own.
        ending: What becomes of the connection then; one that stays is asked again.
        done: Set once a request was answered so: the bytes are in the client's hands.
    """

    def __init__(self) -> None:
        self.reads: list[bytes] = []
        self.ending: Ending = "close"
        self.done = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept)]

    def says(self, reads: list[bytes], ending: Ending) -> None:
        """Say how requests are answered from now on."""
        self.reads, self.ending = reads, ending
        self.done.clear()

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # which wakes the thread that accepts
        for thread in self._threads:
            thread.join(LIMIT)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(sock,)))
                self._threads[-1].start()

    def _serve(self, sock: socket.socket) -> None:
        peer = Peer(sock)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with sock, suppress(OSError):
            while _hear_request(sock):
                ending = self.ending
                try:
                    for read in self.reads:
                        peer.say(read)
                    if ending == "reset":
                        peer.reset()
                    elif ending == "close":
                        peer.close()
                    if ending != "stay":
                        return
                finally:
                    self.done.set()


def _hear_request(sock: socket.socket) -> bool:
    """Read a request to its end; return whether there was one."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := sock.recv(65536)):
            return False
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    missing = (int(length[1]) if length else 0) - len(body)
    while missing > 0 and (more := sock.recv(65536)):
        missing -= len(more)
    return missing <= 0
