import gzip
from types import SimpleNamespace
from typing import Any

import h11
import httpcore2
import httpx2
import pytest
from mistralai.client.connection import Connection
from mistralai.client.network import SyncStream
from mistralai.client.rawbody import raw_body

from mistralai.client._http.deadline import Deadline
from support.flows import Clock

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


class Wire(httpcore2.NetworkStream):
    """A connection on which a few reads are to be had, then the end."""

    def __init__(self, *reads: bytes) -> None:
        self._reads = list(reads)

    def read(self, *_: Any, **__: Any) -> bytes:
        return self._reads.pop(0) if self._reads else b""

    def write(self, *_: Any, **__: Any) -> None:
        pass

    def get_extra_info(self, *_: Any) -> Any:
        return False


def asked(*reads: bytes) -> SyncStream:
    """A connection over which a request just went."""
    stream = SyncStream(Wire(*reads))
    stream.write(b"GET / HTTP/1.1\r\n\r\n")
    return stream


# --- a head and a body apart -------------------------------------------------


def test_a_head_is_given_alone_and_then_what_stood_behind_it() -> None:
    stream = asked(HEAD + b"5\r\nHello", b"\r\n")
    assert [stream.read(100) for _ in range(4)] == [HEAD, b"5\r\nHello", b"\r\n", b""]


def test_what_is_given_again_is_no_more_than_was_asked_for() -> None:
    stream = asked(HEAD + b"12345")
    assert [stream.read(size) for size in (100, 2, 2, 2)] == [HEAD, b"12", b"34", b"5"]


def test_what_is_put_back_comes_first() -> None:
    stream = asked(HEAD + b"b")
    stream.read(100)
    stream.put_back(b"a")
    assert stream.read(100) == b"ab"


def test_a_body_is_given_as_it_comes_also_where_it_looks_like_a_head() -> None:
    stream = asked(HEAD, b"a\r\n\r\nb")
    stream.read(100)
    assert stream.read(100) == b"a\r\n\r\nb"


def test_a_head_whose_end_comes_in_two_reads_is_the_parsers_with_all_behind_it() -> None:
    stream = asked(HEAD[:-2], b"\r\n5\r\nHello")
    assert [stream.read(100), stream.read(100)] == [HEAD[:-2], b"\r\n5\r\nHello"]


def test_a_connection_with_something_left_is_not_to_be_used_again() -> None:
    stream = asked(HEAD + b"left")
    stream.read(100)
    assert stream.get_extra_info("is_readable")
    stream.read(100)
    assert not stream.get_extra_info("is_readable")


def test_a_deadline_knows_that_something_came() -> None:
    deadline = Deadline(1.0, Clock())
    asked().read(100, deadline)
    assert not deadline.received
    asked(b"H").read(100, deadline)
    assert deadline.received


# --- the body from under httpx2 ----------------------------------------------


class Plain:
    """A connection of another kind."""

    def __init__(self, stream: SyncStream) -> None:
        self.read = stream.read


class Parsing:
    """What httpcore2 has between an answer and its connection."""

    def __init__(self, stream: SyncStream) -> None:
        self._h11_state = h11.Connection(h11.CLIENT)
        self._h11_state.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
        self._h11_state.send(h11.EndOfMessage())
        self._stream = stream
        self.seen: list[Any] = []

    def _receive_event(self, timeout: float | None = None) -> Any:
        while (event := self._h11_state.next_event()) is h11.NEED_DATA:
            self._h11_state.receive_data(self._stream.read(100, timeout))
        self.seen.append(event)
        return event


def answered(*reads: bytes) -> tuple[httpx2.Response, Parsing, SyncStream]:
    """An answer whose head was read."""
    stream = asked(*reads)
    parsing = Parsing(stream)
    head = parsing._receive_event()
    while isinstance(head, h11.InformationalResponse):
        head = parsing._receive_event()
    body: Any = httpx2.ByteStream(b"")
    for name in ("_connection", "_stream", "_httpcore_stream", "_stream"):
        body = SimpleNamespace(**{name: parsing if name == "_connection" else body})
    response = httpx2.Response(200, headers=list(head.headers), stream=httpx2.ByteStream(b""))
    response.stream = body
    parsing.seen.clear()
    return response, parsing, stream


def read_all(response: httpx2.Response, stream: Any, coding: str = "identity") -> list[bytes]:
    body = raw_body(response, stream, coding)
    assert body is not None
    deadline = Deadline(None, Clock())
    return list(iter(lambda: body.read(deadline), b""))


def test_a_chunked_body_is_read_past_the_parser_which_sees_the_end_alone() -> None:
    response, parsing, stream = answered(
        HEAD + b"1\r\na\r\n", b"1\r\nb\r\n1\r\nc\r\n", b"0\r\n\r\n"
    )
    assert read_all(response, stream) == [b"a", b"bc"]
    assert [type(event) for event in parsing.seen] == [h11.EndOfMessage]
    assert parsing._h11_state.their_state is h11.DONE
    assert not stream.get_extra_info("is_readable")


def test_what_follows_the_body_is_left_to_the_parser() -> None:
    response, parsing, stream = answered(HEAD + b"1\r\na\r\n0\r\n\r\nmore")
    assert read_all(response, stream) == [b"a"]
    assert parsing._h11_state.trailing_data[0] == b"more"


def test_a_chunked_body_that_ends_too_early_breaks_in_the_words_of_the_parser() -> None:
    response, _, stream = answered(HEAD + b"5\r\nHel")
    with pytest.raises(h11.RemoteProtocolError, match="without sending complete message body"):
        read_all(response, stream)


def test_chunks_that_are_none_break_after_what_came_before() -> None:
    response, _, stream = answered(HEAD + b"1\r\na\r\nnone\r\n")
    body = raw_body(response, stream, "identity")
    assert body is not None
    assert body.read(Deadline(None, Clock())) == b"a"
    with pytest.raises(httpx2.RemoteProtocolError, match="size of a chunk"):
        body.read(Deadline(None, Clock()))


@pytest.mark.parametrize(
    "reads",
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab",),
        (b"HTTP/1.1 200 OK\r\n\r\nab",),
        (HEAD[:-2], b"\r\n2\r\nab\r\n0\r\n\r\n"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" + HEAD + b"2\r\nab\r\n0\r\n\r\n",),
    ],
    ids=["with a length", "until the end", "with a head in two reads", "after another head"],
)
def test_any_other_body_is_read_through_the_parser(reads: tuple[bytes, ...]) -> None:
    response, parsing, stream = answered(*reads)
    assert b"".join(read_all(response, stream)) == b"ab"
    assert any(isinstance(event, h11.Data) for event in parsing.seen)


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


@pytest.mark.parametrize("ours", [True, False], ids=["of ours", "of another"])
def test_a_compressed_body_is_what_its_bytes_stand_for_a_piece_at_a_time(*, ours: bool) -> None:
    body = gzip.compress(bytes(100_000))
    sent = chunked(body[:1], body[1:2], body[2:]) + b"0\r\n\r\n"
    response, _, stream = answered(HEAD, sent[:7], sent[7:])
    read = read_all(response, stream if ours else Plain(stream), "gzip")
    assert [len(piece) for piece in read] == [65_536, 100_000 - 65_536]


def test_so_is_that_of_a_connection_that_is_not_ours() -> None:
    response, parsing, _ = answered(HEAD, b"2\r\nab\r\n0\r\n\r\n")
    assert b"".join(read_all(response, object())) == b"ab"
    assert any(isinstance(event, h11.Data) for event in parsing.seen)


@pytest.mark.parametrize("missing", ["_receive_event", "_h11_state"])
def test_where_a_private_name_is_missing_there_is_another_way(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    response, parsing, stream = answered(HEAD + b"2\r\nab\r\n0\r\n\r\n")
    state = parsing._h11_state
    if missing == "_receive_event":
        monkeypatch.delattr(Parsing, missing)
        assert raw_body(response, stream, "identity") is None
    else:
        del parsing._h11_state
        body = raw_body(response, stream, "identity")
        parsing._h11_state = state
        assert body is not None
        assert body.read(Deadline(None, Clock())) == b"ab"
        assert isinstance(parsing.seen[0], h11.Data)


def test_a_connection_begins_without_a_request() -> None:
    assert Connection()._seen(b"a\r\n\r\nb", None) == b"a\r\n\r\nb"
