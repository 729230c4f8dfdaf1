"""A server that keeps the requests it is sent, for clients that are compared.

It imports nothing of a client, because it serves the generated SDK in its own environment, too.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit


class Answer(NamedTuple):
    """An answer: its status, the type of its content, and its body."""

    status: int
    content_type: str
    body: bytes


REFUSAL = Answer(404, "application/json", b'{"detail": "kept"}')


@contextmanager
def recording(
    answers: Iterable[Answer] = repeat(REFUSAL),
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve on a socket; gives the address, and the requests so far.

    Args:
        answers: One for each request, in their order. By default each is refused.
    """
    received = []
    coming = iter(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            received.append(_kept(self.command, self.path, self.headers, body))
            status, content_type, body = next(coming)
            self.send_response(status)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - the base's names

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            server.shutdown()


def _kept(method, target, headers, body):
    """Return what is compared of a request."""
    address = urlsplit(target)
    content_type = headers.get("content-type", "")
    kept = {
        "method": method,
        "path": address.path,
        "query": parse_qs(address.query, keep_blank_values=True),
        "accept": headers["accept"],
        "authorization": headers["authorization"],
        "length": "content-length" in headers,
        "content_type": content_type.partition(";")[0],
    }
    if kept["content_type"] == "multipart/form-data":
        kept["parts"] = _parts(content_type, body)
    elif body:
        kept["json"] = json.loads(body)
    return kept


def _parts(content_type, body):
    """Return the parts of a multipart body: their headers and their text."""
    boundary = content_type.partition("boundary=")[2].encode()
    first, *parts, last = (b"\r\n" + body).split(b"\r\n--" + boundary)
    assert (first, last.rstrip()) == (b"", b"--")
    return [_part(*part.removeprefix(b"\r\n").split(b"\r\n\r\n", 1)) for part in parts]


def _part(head, content):
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    return {**{name.lower(): value for name, value in headers.items()}, "text": content.decode()}
