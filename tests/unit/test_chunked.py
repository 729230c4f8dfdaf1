import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mistralai.client.chunked import ChunkedBody

from support.work import count_steps


def decoded(*reads: bytes) -> tuple[bytes, ChunkedBody]:
    """What the reads of a body decode to, and the decoder."""
    chunks = ChunkedBody()
    return b"".join(map(chunks.feed, reads)), chunks


def by_h11(body: bytes) -> bytes | None:
    """What h11 reads, or `None` where it refuses."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + body)
    read = b""
    try:
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                return None
            if isinstance(event, h11.Data):
                read += event.data
    except h11.RemoteProtocolError:
        return None
    return read


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A body, coded in one of the ways that the RFC allows."""
    coded = b""
    for data in draw(st.lists(st.binary(min_size=1, max_size=40))):
        size = draw(st.sampled_from([b"%x", b"%X", b"0%x"])) % len(data)
        coded += size + draw(st.sampled_from([b"", b" ", b";a=b", b";a"])) + b"\r\n"
        coded += data + b"\r\n"
    trailers = draw(st.sampled_from([b"", b"a: b\r\n", b"a: b\r\nc: d\r\n"]))
    return coded + b"0\r\n" + trailers + b"\r\n"


@given(body=bodies(), rest=st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n"]), data=st.data())
def test_however_a_body_is_cut_it_reads_as_h11_reads_it(
    body: bytes, rest: bytes, data: st.DataObject
) -> None:
    """Invariant: the same bytes, the same end, and what follows is not the body's."""
    whole = body + rest
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)))))
    reads = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    chunks = ChunkedBody()
    read = left = b""
    for each in reads:
        if chunks.over:
            left += each
        else:
            read += chunks.feed(each)
    assert read == by_h11(body)
    assert chunks.over
    assert chunks.error is None
    assert chunks.rest + left == rest


def test_a_body_byte_by_byte() -> None:
    body = b"5\r\nHello\r\n1;x=y\r\n!\r\n0\r\na: b\r\n\r\n"
    read, chunks = decoded(*(body[at : at + 1] for at in range(len(body))))
    assert read == b"Hello!"
    assert chunks.over


@pytest.mark.parametrize("cut", range(len(b"5\r\nHello\r\n0\r\n\r\n")))
def test_a_body_that_is_cut_short_is_not_over(cut: int) -> None:
    read, chunks = decoded(b"5\r\nHello\r\n0\r\n\r\n"[:cut])
    assert not chunks.over
    assert chunks.error is None
    assert b"Hello".startswith(read)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"x\r\n", "size of a chunk is no number"),
        (b"\r\n", "size of a chunk is no number"),
        (b"-1\r\n", "size of a chunk is no number"),
        (b"0x5\r\nHello\r\n", "size of a chunk is no number"),
        (b"1_0\r\n", "size of a chunk is no number"),
        (b"11111111111111111\r\n", "size of a chunk is no number"),
        (b"5\r\nHello!\r\n", "no end where it should"),
        (b"5\r\nHello world\r\n", "no end where it should"),
        (b"1;" + b"x" * 20_000, "a line that does not end"),
    ],
)
def test_what_is_not_coded_so_is_an_error_after_what_was_before(bad: bytes, why: str) -> None:
    read, chunks = decoded(b"3\r\nabc\r\n" + bad)
    assert read.startswith(b"abc")
    assert chunks.error is not None
    assert why in chunks.error
    assert not chunks.over
    assert by_h11(b"3\r\nabc\r\n" + bad) is None


def test_nothing_is_read_past_an_error() -> None:
    read, chunks = decoded(b"x\r\n", b"1\r\na\r\n0\r\n\r\n")
    assert read == b""
    assert not chunks.over


def test_twice_as_many_chunks_are_twice_the_work() -> None:
    once, twice = (count_steps(lambda n=n: decoded(b"2\r\nab\r\n" * n)) for n in (1000, 2000))
    assert twice < 2.1 * once
