"""A server that takes uploads of any size and gives downloads of any size, and keeps neither."""

import re
import socket
import ssl
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

PIECE = 64 * 1024


class Sink:
    """The server. A request with a body is answered with `{}`, one without by zeros.

    Attributes:
        url: Its address.
        received: The bytes of the bodies of requests so far.
        size: The bytes of its answers to requests without a body.
        refuse_after: Bytes of a body after which it answers 413 and closes, or `None`.
    """

    def __init__(
        self, size: int = 0, refuse_after: int | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.received = 0
        self.size = size
        self.refuse_after = refuse_after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._tls = tls
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

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
        for sock in self._open:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._open.append(sock)
                self._threads.append(threading.Thread(target=self._serve, args=(sock,)))
                self._threads[-1].start()

    def _serve(self, sock: socket.socket) -> None:
        with sock, suppress(OSError):
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
            with sock:
                while self._answer(sock):
                    pass

    def _answer(self, sock: socket.socket) -> bool:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            if not (more := sock.recv(1)):
                return False
            head += more
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        if length is None:
            sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % self.size)
            zeros = bytes(PIECE)
            for at in range(0, self.size, PIECE):
                sock.sendall(zeros[: self.size - at])
            return True
        return self._take(sock, int(length[1]))

    def _take(self, sock: socket.socket, left: int) -> bool:
        buffer = bytearray(PIECE)
        taken = 0
        while left > 0 and (size := sock.recv_into(buffer, min(left, PIECE))):
            self.received += size
            taken += size
            left -= size
            if self.refuse_after is not None and taken >= self.refuse_after:
                body = b'{"message": "too large"}'
                head = b"HTTP/1.1 413 Content Too Large\r\ncontent-type: application/json\r\n"
                sock.sendall(head + b"content-length: %d\r\n\r\n" % len(body) + body)
                sock.shutdown(socket.SHUT_WR)  # and closes as RFC 9112 section 9.6 asks
                while sock.recv_into(buffer):
                    pass
                return False
        sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        return True
