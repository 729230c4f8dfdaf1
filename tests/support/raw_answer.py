"""One request on a connection of its own, and all that came back."""

from dataclasses import dataclass

from .raw_client import RawClient, chat


@dataclass
class RawAnswer:
    """What came back.

    `end` is `whole` where HTTP says that the body is all there, `eof` where the connection was
    closed before, `reset` where it was reset.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    end: str


def ask(sim, request: bytes | None = None) -> RawAnswer:
    """Send a request, a streamed chat request unless told otherwise, and read to the end."""
    with RawClient(sim.url) as client:
        client.send(request or chat(stream=True))
        data, error = client.read_until(_is_whole)
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body, whole = _body(headers, rest)
    end = "whole" if whole else "reset" if isinstance(error, ConnectionResetError) else "eof"
    return RawAnswer(int(first.split(" ")[1]), headers, body, end)


def _is_whole(data: bytes) -> bool:
    head, _, rest = data.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" in head:
        return rest.endswith(b"0\r\n\r\n")
    _, found, length = head.partition(b"content-length: ")
    return bool(found) and len(rest) == int(length.partition(b"\r\n")[0])


def _body(headers: dict[str, str], rest: bytes) -> tuple[bytes, bool]:
    if "content-length" in headers:
        return rest, len(rest) == int(headers["content-length"])
    if headers.get("transfer-encoding") != "chunked":
        return rest, False
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        if size == b"0":
            return body, True
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body, False
