"""What an httpx2 request is on the wire."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest

from mistralai.client._http.outgoing import ONE_WRITE, Outgoing
from support.unseen import rendered

KEY = "a-key-that-nobody-may-see"
URL = "http://api.example/v1/a%2Fb?c=d#e"


def request(method: str = "POST", url: str = URL, **settings: Any) -> httpx2.Request:
    return httpx2.Request(method, url, **settings)


def parts(*given: bytes) -> Iterator[bytes]:
    yield from given


async def async_parts(*given: bytes) -> AsyncIterator[bytes]:
    for each in given:
        yield each


def wires(*given: bytes, **settings: Any) -> list[list[bytes]]:
    """The pieces of a request whose body comes in parts, in threads and in a loop."""

    async def collect() -> list[bytes]:
        outgoing = Outgoing(request(content=async_parts(*given), **settings))
        return [piece async for piece in outgoing]

    return [list(Outgoing(request(content=parts(*given), **settings))), asyncio.run(collect())]


HEAD = b"POST /v1/a%2Fb?c=d HTTP/1.1\r\nHost: api.example\r\n"


def test_a_small_request_is_one_piece():
    outgoing = Outgoing(request(content=b"body", headers={"X-A": "1", "x-b": ""}))
    assert outgoing.small == HEAD + b"X-A: 1\r\nx-b: \r\nContent-Length: 4\r\n\r\nbody"
    assert Outgoing(request("GET")).small == HEAD.replace(b"POST", b"GET") + b"\r\n"
    assert repr(outgoing.small) == f"<{len(outgoing.small)} bytes of a request>"


def test_one_that_is_known_to_be_chunked_is_framed_so():
    outgoing = Outgoing(request(content=b"body", headers={"Transfer-Encoding": "Chunked"}))
    assert outgoing.small is not None
    assert outgoing.small.endswith(b"\r\n\r\n4\r\nbody\r\n0\r\n\r\n")


def test_a_large_body_is_sent_behind_its_head():
    body = bytes(ONE_WRITE + 1)
    outgoing = Outgoing(request(content=body))
    assert outgoing.small is None
    head, *rest = outgoing
    assert head == HEAD + b"Content-Length: %d\r\n\r\n" % len(body)
    assert b"".join(rest) == body
    assert Outgoing(request(content=body[:-1])).small is not None


def test_a_body_in_parts_is_chunked_and_an_empty_part_does_not_end_it():
    for head, *rest in wires(b"Hello", b"", b" there"):
        assert head == HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
        assert b"".join(rest) == b"5\r\nHello\r\n6\r\n there\r\n0\r\n\r\n"


def test_a_body_in_parts_with_a_length_is_sent_as_it_is():
    for head, *rest in wires(b"Hello", b" there", headers={"content-length": "11"}):
        assert head == HEAD + b"content-length: 11\r\n\r\n"
        assert b"".join(rest) == b"Hello there"


def test_a_body_of_another_length_than_it_says_is_refused_before_it_is_too_long():
    for length, says in ((10, "more than the 10 bytes"), (12, "has 11 of the 12 bytes")):
        outgoing = Outgoing(
            request(content=parts(b"Hello", b" there"), headers={"content-length": str(length)})
        )
        sent: list[bytes] = []
        with pytest.raises(httpx2.LocalProtocolError, match=says):
            sent.extend(outgoing)
        assert len(b"".join(sent[1:])) <= length
        with pytest.raises(httpx2.LocalProtocolError, match=says):
            wires(b"Hello", b" there", headers={"content-length": str(length)})


def test_a_known_body_of_another_length_than_it_says_is_refused():
    """Its rest would be another request to the server."""
    for body in (b"", b"Hello", bytes(ONE_WRITE + 1)):
        for length in ("4", "6", str(ONE_WRITE + 2)):
            with pytest.raises(httpx2.LocalProtocolError, match="content-length"):
                Outgoing(request(content=body, headers={"Content-Length": length}))


def test_a_body_that_nothing_frames_is_refused():
    with pytest.raises(httpx2.LocalProtocolError, match="more than the 0 bytes"):
        list(Outgoing(request(stream=httpx2.ByteStream(b"Hello"))))


def test_a_length_that_is_not_one_is_refused():
    twice = [("content-length", "5"), ("content-length", "6")]
    with pytest.raises(httpx2.LocalProtocolError, match="not a number of bytes"):
        Outgoing(request(content=b"Hello", headers=twice))
    for length in ("five", "-5", "+5", "5, 5", ""):
        for content in (b"Hello", parts(b"Hello")):
            with pytest.raises(httpx2.LocalProtocolError, match="not a number of bytes"):
                list(Outgoing(request(content=content, headers={"Content-Length": length})))


def test_a_body_that_fails_raises_its_own_error():
    def failing() -> Iterator[bytes]:
        yield b"Hello"
        raise LookupError("the caller's own")

    with pytest.raises(LookupError, match="the caller's own"):
        list(Outgoing(request(content=failing())))


def test_the_target_may_be_another_than_the_url_says():
    outgoing = Outgoing(request("OPTIONS", extensions={"target": b"*"}))
    assert outgoing.small is not None
    assert outgoing.small.startswith(b"OPTIONS * HTTP/1.1\r\n")


BAD = {
    "LF": "\n",
    "CR": "\r",
    "CRLF": "\r\n",
    "NUL": "\0",
    "a header": "\r\nx-more: 1",
    "a request": "\r\n\r\nGET / HTTP/1.1",
}


def test_nothing_that_would_end_a_head_is_sent_or_shown():
    for name, sign in BAD.items():
        for settings in (
            {"headers": {"authorization": f"Bearer {KEY}{sign}"}},
            {"headers": {f"x-{KEY}{sign}": "1"}},
            {"extensions": {"target": f"/{KEY}{sign}".encode()}},
        ):
            with pytest.raises(httpx2.LocalProtocolError) as caught:
                Outgoing(request(**settings))
            assert KEY not in str(caught.value), name
            caught.value.__traceback__ = caught.tb.tb_next  # without this frame
            assert KEY not in rendered(caught.value), name


def test_neither_is_a_method_that_is_none():
    for method in ("GET /", "GET\r\n", "", "G\u00c9T"):
        with pytest.raises(httpx2.LocalProtocolError):
            Outgoing(request(method))


def test_a_request_that_is_not_sent_to_its_end_lets_go_of_its_body():
    closed = []

    async def body() -> AsyncIterator[bytes]:
        try:
            yield b"Hello"
            yield b" there"
        finally:
            closed.append("a generator")

    class Stream(httpx2.AsyncByteStream):
        def __aiter__(self) -> AsyncIterator[bytes]:
            return body()

    class Iterator:
        def __init__(self) -> None:
            self._left = [b"x", b"y"]

        def __aiter__(self) -> AsyncIterator[bytes]:
            return self

        async def __anext__(self) -> bytes:
            if not self._left:
                raise StopAsyncIteration
            return self._left.pop(0)

    class Plain(httpx2.AsyncByteStream):
        def __aiter__(self) -> AsyncIterator[bytes]:
            return Iterator()

    async def begin(stream: httpx2.AsyncByteStream) -> None:
        outgoing = Outgoing(request(stream=stream, headers={"transfer-encoding": "chunked"}))
        pieces: Any = aiter(outgoing)
        await anext(pieces)
        await anext(pieces)
        await pieces.aclose()
        assert closed
        assert len([piece async for piece in outgoing]) == 4

    asyncio.run(begin(Stream()))
    asyncio.run(begin(Plain()))
