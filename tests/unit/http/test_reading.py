"""Bodies that a transport of ours brought, and how they are read: directly, and decompressed."""

import gzip
import zlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from mistralai.client._http.reading import own_body
from support.kinds import Kind, on_every_kind
from support.peers import Peer
from support.sides import HEAD, HELLO, Side
from support.streams import cut_every

SOON = 0.05
"""Seconds; a limit that is to be met."""

TEXT = b"".join(b"data: %d\n\n" % number for number in range(300))
PACKED = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]),
    "deflate": zlib.compress(TEXT),
    " GZIP ": gzip.compress(TEXT),
}


def head(coding: str) -> bytes:
    return HEAD.replace(b"\r\n\r\n", f"\r\ncontent-encoding: {coding}\r\n\r\n".encode())


def chunks(pieces: list[bytes]) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


def read(kind: Kind, body: Any, timeout: float | None = 10.0) -> bytes:
    return kind.call(body.read, timeout)


def read_all(kind: Kind, body: Any) -> bytes:
    return b"".join(iter(lambda: read(kind, body), b""))


def sent(side: Side, answer: bytes, hook: Any = None) -> httpx2.Response:
    """A response as an ordinary client of httpx2 gives it, its body not read."""
    hooks = {"response": [hook]} if hook else {}
    client = side.kind.client(side.transport, event_hooks=hooks)
    request = client.build_request("GET", side.listener.url)
    asking = side.kind.start(side.kind.call, lambda: client.send(request, stream=True))
    peer = side.accept()
    peer.hear_head()
    peer.say(answer)
    return asking.result(10)


# --- which are read directly -------------------------------------------------


@on_every_kind
def test_a_body_of_ours_is_read_directly_through_httpx2s_clients_too(kind):
    side = Side(kind)
    for response in (side.ask(), sent(side, HELLO)):
        body = own_body(response)
        assert body is response.extensions["network_stream"]
        assert read_all(kind, body) == b"Hello"
        kind.close(response)


@on_every_kind
def test_a_body_that_somebody_read_already_is_not(kind):
    side = Side(kind)
    response = side.ask()
    side.read(response)
    assert own_body(response) is None


class Around(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """What a hook may put around a body: it has to see all that is read."""

    elapsed = None

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def __aiter__(self) -> Any:
        return aiter(self._stream)

    def close(self) -> None:
        self._stream.close()

    async def aclose(self) -> None:
        await self._stream.aclose()


@on_every_kind
def test_neither_is_one_around_which_somebody_put_a_stream_of_his_own(kind):
    def put(response: httpx2.Response) -> None:
        response.stream = Around(response.stream)

    async def put_async(response: httpx2.Response) -> None:
        put(response)

    response = sent(Side(kind), HELLO, put if kind.name == "sync" else put_async)
    assert own_body(response) is None
    assert kind.read(response) == b"Hello"


@on_every_kind
def test_neither_is_one_whose_coding_only_httpx2_may_know(kind):
    for coding in ("br", "zstd", "gzip, gzip"):
        response = Side(kind).ask(head(coding) + b"0\r\n\r\n")
        assert own_body(response) is None, coding
        kind.close(response)


def test_neither_is_what_another_transport_brought():
    for name, response in {
        "a mock": SimpleNamespace(),
        "a mock of httpx's": SimpleNamespace(extensions=None),
        "a response in memory": httpx2.Response(200, content=b"Hello"),
        "another stream": httpx2.Response(200, extensions={"network_stream": object()}),
    }.items():
        assert own_body(response) is None, name


# --- decompressed ------------------------------------------------------------


@on_every_kind
def test_a_compressed_body_is_what_was_compressed_however_it_is_cut(kind):
    for coding, packed in PACKED.items():
        for size in (1, 100, len(packed)):
            response = Side(kind).ask(head(coding) + chunks(cut_every(packed, size)) + b"0\r\n\r\n")
            body = own_body(response)
            assert read_all(kind, body) == TEXT, (coding, size)
            assert read(kind, body) == b""
            kind.close(response)


def test_what_can_be_inflated_is_given_as_it_comes_and_a_silence_ends_in_time(kind):
    side = Side(kind)
    zipper = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    response = side.ask(head("gzip"))
    body = own_body(response)
    for word in (b"Hel", b"lo"):
        packed = zipper.compress(word) + zipper.flush(zlib.Z_SYNC_FLUSH)
        side.peers[0].say(chunks([packed[:3]]))
        side.peers[0].say(chunks([packed[3:]]))
        assert read(kind, body) == word
        with pytest.raises(httpx2.ReadTimeout):
            read(kind, body, SOON)
    side.peers[0].say(chunks([zipper.flush()]) + b"0\r\n\r\n")
    assert read(kind, body) == b""


def test_more_than_a_piece_of_bounded_size_is_given_in_several(kind):
    """A read of little may stand for very much."""
    packed = gzip.compress(bytes(1_000_000))
    response = Side(kind).ask(head("gzip") + chunks([packed]) + b"0\r\n\r\n")
    body = own_body(response)
    pieces = [*iter(lambda: read(kind, body), b"")]
    assert sum(map(len, pieces)) == 1_000_000
    assert max(map(len, pieces)) == 65_536


def test_what_came_before_a_fault_is_given_before_its_error(kind):
    side = Side(kind)
    packed = gzip.compress(TEXT, 0)  # stored as it is
    broken = packed[:1000] + bytes(len(packed) - 1000 - 8) + packed[-8:]
    for answer, leave, error in (
        (chunks([broken]) + b"0\r\n\r\n", None, httpx2.DecodingError),
        (chunks([packed[:1000]]), Peer.end, httpx2.RemoteProtocolError),
        (chunks([packed[:1000]]) + b"zz\r\n", None, httpx2.RemoteProtocolError),
    ):
        response = side.ask(head("gzip") + answer)
        body = own_body(response)
        if leave is not None:
            leave(side.peers[-1])
        came = read(kind, body)
        with pytest.raises(error):
            came += read_all(kind, body)
        assert came
        assert TEXT.startswith(came[:900])
        kind.close(response)
        side.peers[-1].close()
