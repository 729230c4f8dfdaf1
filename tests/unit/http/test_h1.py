"""What bytes are as HTTP/1.1, beside what h11 says of the same bytes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import h11
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistralai.client._http.h1 import ResponseReader, Unseen, chunk, request_head
from mistralai.client._http.sockets import READ_SIZE
from support.framed import EARLY, LAST, answers, changed, reads_of
from support.streams import cut_at, cut_every, hand_written


@dataclass(frozen=True)
class Outcome:
    """What a parser makes of the bytes of a connection, up to its end.

    Attributes:
        status: The status of the final head; 0 where none came.
        body: The body, or what came of it before an error.
        keep: Whether the connection may carry another request; `None` where it depends on the cut.
        error: Why the response could not be read to its end.
    """

    status: int = 0
    body: bytes = b""
    keep: bool | None = False
    error: str = ""


def ours(reads: Iterable[bytes], method: str = "GET") -> Outcome:
    reader = ResponseReader()
    reader.begin(method=method)
    body, error = b"", ""
    for data in reads:
        reader.feed(data)
        while reader.pieces:
            body += reader.take()
    keep = reader.keep_alive
    reader.eof()
    try:
        body += reader.take()
    except httpx2.RemoteProtocolError as failure:
        error = str(failure)
    assert reader.complete or error
    return Outcome(reader.status, body, keep, error)


def theirs(wire: bytes, method: str = "GET") -> Outcome:
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
    connection.send(h11.EndOfMessage())
    status, body, ended = 0, b"", False
    try:
        connection.receive_data(wire)
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                ended = True
                connection.receive_data(b"")
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                free = connection.their_state is h11.DONE and not connection.trailing_data[0]
                return Outcome(status, body, free and not ended)
    except h11.RemoteProtocolError as error:
        return Outcome(status, body, error=str(error))


# --- the table ---------------------------------------------------------------

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"
HELLO = b"5\r\nHello\r\n"


def sized(size: bytes, version: bytes = b"HTTP/1.1", more: bytes = b"") -> bytes:
    return version + b" 200 OK\r\n" + more + b"content-length: " + size + b"\r\n\r\nHello"


def coded(codings: bytes) -> bytes:
    return OK + b"transfer-encoding: " + codings + b"\r\n\r\n" + HELLO + LAST


def chunks(coded: bytes) -> bytes:
    return CHUNKED + coded


READ = Outcome(200, b"Hello", keep=True)
READ_ONCE = Outcome(200, b"Hello", keep=False)
NO_HEAD = Outcome(error="...")
ANY = "..."


def bad(error: str, status: int = 0, body: bytes = b"") -> Outcome:
    return Outcome(status, body, error=error)


def cut(kind: str, body: bytes = b"Hello") -> Outcome:
    return bad(f"closed the connection in the middle of {kind}", 200, body)


@dataclass(frozen=True)
class Row:
    """What came, what becomes of it here, and with h11.

    Attributes:
        h11: The outcome there, if it is another one.
        why: Why it may be another one.
        method: What was asked.
    """

    wire: bytes
    ours: Outcome
    h11: Outcome | None = None
    why: str = ""
    method: str = "GET"


NOT_KNOWN = bad("Only Transfer-Encoding: chunked", 0)
LENIENT = "nothing is read wrongly, and llhttp has no way to refuse it alone"
ONE_LENGTH = "llhttp takes one length; RFC 9112 section 6.3 lets a recipient refuse more"

ROWS = {
    # Bodies with a length.
    "a length": Row(sized(b"5"), READ),
    "a length of none": Row(OK + b"content-length: 0\r\n\r\n", Outcome(200, keep=True)),
    "a length with zeros before it": Row(sized(b"0005"), READ),
    "a length that is short": Row(sized(b"3"), Outcome(200, b"Hel")),
    "a length that is long": Row(sized(b"9"), cut("a body of 9 bytes")),
    "a length of 20 digits": Row(sized(b"18446744073709551615"), cut("a body of 184467")),
    "a length past 64 bits": Row(sized(b"9" * 25), bad("Content-Length overflow")),
    "a negative length": Row(sized(b"-5"), bad("Invalid character in Content-Length")),
    "a length with a sign": Row(sized(b"+5"), bad("Invalid character in Content-Length")),
    "a hexadecimal length": Row(sized(b"0x5"), bad("Invalid character in Content-Length")),
    "two lengths in one field": Row(sized(b"5 5"), bad("Invalid character in Content-Length")),
    "an empty length": Row(sized(b""), bad("Empty Content-Length")),
    "a list of equal lengths": Row(
        sized(b"5, 5"), bad("Invalid character in Content-Length"), READ, ONE_LENGTH
    ),
    "two equal lengths": Row(
        sized(b"5", more=b"content-length: 5\r\n"), bad("Duplicate"), READ, ONE_LENGTH
    ),
    "two lengths": Row(sized(b"5", more=b"content-length: 6\r\n"), bad("Duplicate")),
    # Chunks.
    "chunks": Row(chunks(HELLO + LAST), READ),
    "chunks in capitals": Row(coded(b"CHUNKED"), READ),
    "a size in capitals": Row(
        chunks(b"A\r\nHelloHello\r\n0\r\n\r\n"), Outcome(200, b"HelloHello", keep=True)
    ),
    "a chunk extension": Row(chunks(b"5;a=b\r\nHello\r\n0;c\r\n\r\n"), READ),
    "a quoted chunk extension": Row(chunks(b'5;a="b;c"\r\nHello\r\n0\r\n\r\n'), READ),
    "a chunk extension with blanks": Row(
        chunks(b"5 ; a = b\r\nHello\r\n0\r\n\r\n"),
        bad("Invalid character in chunk extensions", 200),
    ),
    "trailers": Row(chunks(HELLO + b"0\r\na: b\r\nc: d\r\n\r\n"), READ),
    "a trailer that is a length": Row(chunks(HELLO + b"0\r\ncontent-length: 9\r\n\r\n"), READ),
    "more than may be framing": Row(
        chunks((b"800\r\n" + b"x" * 2048 + b"\r\n") * 80 + LAST),
        Outcome(200, b"x" * 80 * 2048, keep=True),
    ),
    "a size with zeros before it": Row(chunks(b"0005\r\nHello\r\n000\r\n\r\n"), READ),
    "a size with 21 digits of zeros": Row(
        chunks(b"0" * 21 + HELLO + LAST),
        READ,
        bad("illegal chunk header", 200),
        "a size is limited by its value, and its line by its bytes",
    ),
    "a size past 64 bits": Row(
        chunks(b"f" * 17 + b"\r\nHello"),
        bad("Chunk size overflow", 200),
        bad("incomplete chunked read", 200, b"Hello"),
        "what cannot be counted is refused where it begins",
    ),
    "a size of 64 bits": Row(chunks(b"f" * 16 + b"\r\nHello"), cut("a chunked body")),
    "a blank after a size": Row(chunks(b"5 \r\nHello\r\n0\r\n\r\n"), READ),
    "a blank before a size": Row(
        chunks(b" " + HELLO + LAST), bad("Invalid character in chunk size", 200)
    ),
    "a size with a prefix": Row(
        chunks(b"0x" + HELLO + LAST), bad("Invalid character in chunk size", 200)
    ),
    "a negative size": Row(
        chunks(b"-" + HELLO + LAST), bad("Invalid character in chunk size", 200)
    ),
    "a size with an underscore": Row(
        chunks(b"0_" + HELLO + LAST), bad("Invalid character in chunk size", 200)
    ),
    "no size": Row(chunks(b"\r\nHello"), bad("Invalid character in chunk size", 200)),
    "a bare LF after a size": Row(
        chunks(b"5\nHello\r\n0\r\n\r\n"), bad("Expected LF after chunk size", 200)
    ),
    "a bare LF after a chunk": Row(
        chunks(b"5\r\nHello\n0\r\n\r\n"),
        READ,
        bad("malformed chunk footer", 200, b"Hello"),
        LENIENT,
    ),
    "a chunk longer than its size": Row(
        chunks(b"5\r\nHello!\r\n0\r\n\r\n"), bad("Expected LF after chunk data", 200, b"Hello")
    ),
    "a chunk that is bad after a good one": Row(
        chunks(HELLO + b"zz\r\n"), bad("Invalid character in chunk size", 200, b"Hello")
    ),
    "a length before chunked": Row(
        OK + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n" + HELLO + LAST,
        READ_ONCE,
        READ,
        "RFC 9112 section 6.3: whoever sent both is not to be trusted with another request",
    ),
    "a length after chunked": Row(
        OK + b"transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n" + HELLO + LAST,
        READ_ONCE,
        READ,
        "as before",
    ),
    "chunked twice": Row(
        OK + b"transfer-encoding: chunked\r\n" * 2 + b"\r\n" + HELLO + LAST,
        READ,
        bad("multiple Transfer-Encoding headers"),
        LENIENT,
    ),
    "a coding beneath chunked": Row(
        coded(b"gzip, chunked"), READ, NOT_KNOWN, "RFC 9112 section 6.3: the last coding frames it"
    ),
    "a coding above chunked": Row(
        coded(b"chunked, gzip"),
        Outcome(200, HELLO + LAST),
        NOT_KNOWN,
        "RFC 9112 section 6.3: it ends with the connection",
    ),
    "an unknown coding": Row(
        OK + b"transfer-encoding: xchunked\r\n\r\nHello", READ_ONCE, NOT_KNOWN, "as before"
    ),
    "an unknown coding and a length": Row(
        sized(b"9", more=b"transfer-encoding: identity\r\n"), READ_ONCE, NOT_KNOWN, "as before"
    ),
    # Versions, and the end of a connection.
    "HTTP/1.0": Row(b"HTTP/1.0 200 OK\r\n\r\nHello", READ_ONCE),
    "HTTP/1.0 with a length": Row(sized(b"5", b"HTTP/1.0"), READ_ONCE),
    "HTTP/1.0 that is kept alive": Row(
        sized(b"5", b"HTTP/1.0", b"connection: keep-alive\r\n"),
        READ,
        READ_ONCE,
        "RFC 9112 section 9.3 lets a client keep it",
    ),
    "HTTP/1.0 that is kept alive without a length": Row(
        b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n\r\nHello", READ_ONCE
    ),
    "HTTP/1.0 with chunks": Row(
        b"HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + HELLO + LAST, READ_ONCE
    ),
    "the end of the connection": Row(OK + b"\r\nHello", READ_ONCE),
    "an announced end": Row(sized(b"5", more=b"connection: close\r\n"), READ_ONCE),
    "HTTP/2.0": Row(sized(b"5", b"HTTP/2.0"), READ_ONCE, READ, "it promises nothing of the next"),
    "HTTP/1.2": Row(sized(b"5", b"HTTP/1.2"), bad("Invalid HTTP version"), READ, "there is none"),
    "HTTP/0.9": Row(sized(b"5", b"HTTP/0.9"), READ_ONCE),
    # Heads.
    "bare LFs": Row(b"HTTP/1.1 200 OK\ncontent-length: 5\n\nHello", READ),
    "one bare LF": Row(OK + b"content-length: 5\n\r\nHello", READ),
    "no reason": Row(b"HTTP/1.1 200\r\ncontent-length: 5\r\n\r\nHello", READ),
    "an empty reason": Row(b"HTTP/1.1 200 \r\ncontent-length: 5\r\n\r\nHello", READ),
    "a reason in Latin-1": Row(b"HTTP/1.1 200 \xe4\r\ncontent-length: 5\r\n\r\nHello", READ),
    "a NUL in the reason": Row(
        b"HTTP/1.1 200 O\0K\r\ncontent-length: 5\r\n\r\nHello",
        READ,
        bad("illegal status line"),
        LENIENT,
    ),
    "an obsolete fold": Row(sized(b"5", more=b"x-a: b\r\n  c\r\n"), READ),
    "an obsolete fold of a length": Row(sized(b"\r\n\t5"), READ),
    "an obsolete fold of nothing": Row(
        sized(b"5", more=b" x-a: b\r\n"), READ, bad("continuation line at start"), LENIENT
    ),
    "an empty value": Row(sized(b"5", more=b"x-a:\r\n"), READ),
    "a value in Latin-1": Row(sized(b"5", more=b"x-a: \xe4\r\n"), READ),
    "a NUL in a value": Row(sized(b"5", more=b"x-a: b\0c\r\n"), bad("not allowed there")),
    "a CR in a value": Row(sized(b"5", more=b"x-a: b\rc\r\n"), bad("expected LF after header")),
    "a blank before a colon": Row(sized(b"5", more=b"x-a : b\r\n"), bad("Invalid header token")),
    "no colon": Row(sized(b"5", more=b"x-a\r\n"), bad("Invalid header token")),
    "no name": Row(sized(b"5", more=b": b\r\n"), bad("Invalid header token")),
    "a status of two digits": Row(b"HTTP/1.1 20 OK\r\n\r\n", bad("Invalid status code")),
    "a status of four digits": Row(b"HTTP/1.1 2000 OK\r\n\r\n", bad("Invalid response status")),
    "an unknown status": Row(b"HTTP/1.1 999 ?\r\n\r\n", Outcome(999)),
    # Responses without a body, and interim ones.
    "HEAD": Row(
        OK + b"content-length: 5\r\n\r\n",
        Outcome(200),
        Outcome(200, keep=True),
        "llhttp would take the next response for the body: the connection is given up",
        method="HEAD",
    ),
    "HEAD with a body": Row(sized(b"5"), Outcome(200), method="HEAD"),
    "HEAD with chunks": Row(chunks(HELLO + LAST), Outcome(200), method="HEAD"),
    "204": Row(b"HTTP/1.1 204 No Content\r\n\r\n", Outcome(204, keep=True)),
    "204 with a length": Row(
        b"HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n", Outcome(204, keep=True)
    ),
    "304 with a length": Row(
        b"HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n", Outcome(304, keep=True)
    ),
    "304 with chunks": Row(
        b"HTTP/1.1 304 Not Modified\r\ntransfer-encoding: chunked\r\n\r\n", Outcome(304, keep=True)
    ),
    "101": Row(
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nabc",
        Outcome(101),
        bad("without a pending proposal"),
        "its status says more to the user than the syntax does",
    ),
    "an upgrade that is not one": Row(
        sized(b"5", more=b"upgrade: x\r\nconnection: upgrade\r\n"), READ
    ),
    "100": Row(b"HTTP/1.1 100 Continue\r\n\r\n" + sized(b"5"), READ),
    "103 twice": Row(EARLY * 2 + sized(b"5"), READ),
    "103 with a length": Row(
        b"HTTP/1.1 103 Early Hints\r\ncontent-length: 3\r\n\r\n" + sized(b"5"), READ
    ),
    "103 that announces an end": Row(
        b"HTTP/1.1 103 Early Hints\r\nconnection: close\r\n\r\n" + sized(b"5"), READ
    ),
    "100 in HTTP/1.0": Row(b"HTTP/1.0 100 Continue\r\n\r\n" + sized(b"5"), READ),
    "199": Row(b"HTTP/1.1 199 ?\r\n\r\n" + sized(b"5"), READ),
    "100 interim responses": Row(EARLY * 100 + sized(b"5"), READ),
    "1000 interim responses": Row(
        EARLY * 1000 + sized(b"5"),
        bad("more than 100 interim responses"),
        READ,
        "they would hold a call without end",
    ),
    # What stands behind a response, or before it.
    "a stray CRLF behind it": Row(
        sized(b"5") + b"\r\n",
        Outcome(200, b"Hello", keep=None),
        READ_ONCE,
        "llhttp skips it in the read that ends the response; no byte of the next one is lost",
    ),
    "a stray CRLF before it": Row(
        b"\r\n" + sized(b"5"), READ, bad("no response line received"), LENIENT
    ),
    "a second response": Row(sized(b"5") + sized(b"5"), READ_ONCE),
    "a second response with chunks": Row(chunks(HELLO + LAST + CHUNKED + HELLO + LAST), READ_ONCE),
    "a second response after an announced end": Row(
        sized(b"5", more=b"connection: close\r\n") + sized(b"5"), READ_ONCE
    ),
    "a second response after 204": Row(
        b"HTTP/1.1 204 No Content\r\n\r\n" + sized(b"5"), Outcome(204)
    ),
    "a lone H behind it": Row(sized(b"5") + b"H", READ_ONCE),
    "garbage behind it": Row(sized(b"5") + b"!?", READ_ONCE),
    "garbage behind its chunks": Row(chunks(HELLO + LAST + b"0\r\n\r\n"), READ_ONCE),
    # Ends that come too early.
    "nothing": Row(b"", bad("without a response")),
    "an end in the status line": Row(b"HTTP/1.", bad("in the middle of the response headers")),
    "an end in the head": Row(OK + b"x-a: b", bad("in the middle of the response headers")),
    "an end after an interim response": Row(EARLY, bad("in the middle of the response headers")),
    "an end before the body": Row(OK + b"content-length: 5\r\n\r\n", cut("a body of 5 bytes", b"")),
    "an end in a chunk": Row(chunks(b"5\r\nHel"), cut("a chunked body", b"Hel")),
    "an end after a chunk": Row(chunks(HELLO), cut("a chunked body")),
    "an end in the last chunk": Row(chunks(HELLO + b"0\r\n"), cut("a chunked body")),
    "an end in the trailers": Row(chunks(HELLO + b"0\r\na: b\r\n"), cut("a chunked body")),
    # What does not end.
    "an endless reason": Row(b"HTTP/1.1 200 " + b"x" * 150_000, bad("the head has more than")),
    "an endless header": Row(OK + b"x-a: " + b"x" * 150_000, bad("the head has more than")),
    "endless headers": Row(OK + b"x-a: b\r\n" * 20_000, bad("the head has more than")),
    "endless trailers": Row(
        chunks(HELLO + b"0\r\n" + b"x-a: b\r\n" * 30_000),
        bad("the framing of the body has more than", 200, b"Hello"),
    ),
    "an endless chunk extension": Row(
        chunks(HELLO + b"5;" + b"x" * 250_000),
        bad("the framing of the body has more than", 200, b"Hello"),
    ),
    # What is not HTTP.
    "another protocol": Row(b"SSH-2.0-OpenSSH_9.6\r\n", bad("Expected HTTP/")),
    "a request": Row(b"GET / HTTP/1.1\r\n\r\n", bad("Expected HTTP/")),
    "HTTP in small letters": Row(b"http/1.1 200 OK\r\n\r\n", bad("Expected HTTP/")),
}


def same(found: Outcome, expected: Outcome, *, words: bool = True) -> bool:
    """Whether an outcome is the expected one; h11 has its own words for errors."""
    if words and expected.error not in found.error:
        return False
    keeps = expected.keep is None or found.keep == expected.keep
    return keeps and (found.status, found.body, bool(found.error)) == (
        expected.status,
        expected.body,
        bool(expected.error),
    )


def ways(wire: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """The reads in which bytes may come: few, single ones, and two for every place between them."""
    yield "whole", cut_every(wire, READ_SIZE)
    if len(wire) > 1000:
        yield "in small reads", cut_every(wire, 97)
    else:
        yield "byte by byte", cut_every(wire, 1)
        for place in range(1, len(wire)):
            yield f"cut at {place}", cut_at(wire, [place])


def test_each_case_is_read_alike_however_it_is_cut_and_as_h11_reads_it_or_the_row_says_why():
    for name, row in ROWS.items():
        for way, reads in ways(row.wire):
            found = ours(reads, row.method)
            assert same(found, row.ours), f"{name}, {way}: {found}"
        found = theirs(row.wire, row.method)
        assert same(found, row.h11 or row.ours, words=row.h11 is not None), f"{name}, h11: {found}"
        assert bool(row.why) == (row.h11 is not None), name


# --- what the reader says on the way -----------------------------------------


def reader_of(*reads: bytes, method: str = "GET") -> ResponseReader:
    reader = ResponseReader()
    reader.begin(method=method)
    for data in reads:
        reader.feed(data)
    return reader


def test_a_head_is_there_when_its_last_byte_came():
    head = b"HTTP/1.0 404 Not  Here\r\nA: b \r\nc:\td\r\n\r\n"
    reader = reader_of(*cut_every(EARLY + head[:-1], 1))
    assert (reader.head_complete, reader.status, reader.readable) == (False, 0, False)
    reader.feed(head[-1:])
    assert reader.head_complete
    assert (reader.status, reader.version, reader.reason) == (404, "1.0", b"Not  Here")
    assert reader.headers == [(b"A", b"b"), (b"c", b"d")]


def test_a_piece_is_readable_as_it_came_and_several_are_joined():
    reader = reader_of(CHUNKED)
    assert (reader.readable, reader.take()) == (False, b"")
    reader.feed(b"1\r\na")
    assert (reader.readable, reader.pieces, reader.take()) == (True, 1, b"a")
    reader.feed(b"\r\n1\r\nb\r\n2\r\ncd\r\n0\r\n\r\n")
    assert (reader.pieces, reader.complete) == (2, True)
    assert [reader.take(), reader.take()] == [b"bcd", b""]
    assert (reader.readable, reader.keep_alive) == (True, True)


def test_bytes_may_come_in_any_buffer_which_may_change_afterwards():
    buffer = bytearray(sized(b"5"))
    reader = reader_of(memoryview(buffer))
    buffer[:] = bytes(len(buffer))
    assert (reader.take(), reader.reason) == (b"Hello", b"OK")


def test_the_responses_of_a_connection_follow_each_other():
    reader = reader_of(sized(b"5"))
    for method, wire, body in (
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        ("POST", chunks(HELLO + LAST), b"Hello"),
        ("GET", sized(b"5"), b"Hello"),
    ):
        assert reader.keep_alive
        reader.begin(method=method)
        assert (reader.received, reader.status, reader.headers, reader.reason) == (
            False,
            0,
            [],
            b"",
        )
        reader.feed(wire)
        assert (reader.complete, reader.take()) == (True, body)


def test_a_body_that_nobody_took_is_not_of_the_next_response():
    reader = reader_of(sized(b"5"))
    reader.begin(method="GET")
    assert reader.take() == b""


def test_a_connection_that_breaks_gives_what_came_before_and_then_its_error():
    broken = httpx2.ReadError("reset")
    reader = reader_of(sized(b"9"))
    reader.fail(broken)
    reader.fail(httpx2.ReadError("again"))
    assert (reader.failed, reader.error, reader.take()) == (True, broken, b"Hello")
    for _ in range(2):
        with pytest.raises(httpx2.ReadError, match="reset"):
            reader.take()


def test_an_end_after_the_end_condemns_the_connection_and_leaves_the_response_whole():
    for end in (ResponseReader.eof, lambda reader: reader.fail(httpx2.ReadError("reset"))):
        reader = reader_of(sized(b"5"))
        end(reader)
        assert (reader.condemned, reader.keep_alive, reader.error) == (True, False, None)
        assert (reader.take(), reader.take()) == (b"Hello", b"")


def test_nothing_is_read_past_an_error():
    reader = reader_of(CHUNKED + b"zz\r\n")
    reader.feed(HELLO + LAST)
    reader.eof()
    assert (reader.failed, reader.pieces) == (True, 0)
    assert isinstance(reader.error, httpx2.RemoteProtocolError)
    assert reader.error.__cause__ is not None


# --- anything ----------------------------------------------------------------

BODIES = [path.read_bytes()[:300] for path in hand_written()[:8]]


@given(wire=answers(BODIES), data=st.data())
def test_an_answer_that_is_cut_off_ends_as_it_ends_with_h11(wire: bytes, data: st.DataObject):
    """Whatever is missing: the same bytes of the body, and an error where h11 has one."""
    wire = wire[: data.draw(st.integers(0, len(wire)))]
    found, expected = ours(data.draw(reads_of(wire))), theirs(wire)
    assert same(found, expected, words=False), (found, expected)
    assert b"BEYOND" not in found.body


@given(wire=answers(BODIES), data=st.data())
def test_an_answer_whose_bytes_were_changed_is_read_as_h11_reads_it_or_refused(
    wire: bytes, data: st.DataObject
):
    """No other exception than `RemoteProtocolError`, and never another body than h11's."""
    wire = data.draw(changed(wire))
    found, expected = ours(data.draw(reads_of(wire))), theirs(wire)
    if not (found.error or expected.error):
        assert (found.status, found.body) == (expected.status, expected.body)
    elif not found.error:  # an unknown transfer coding ends with the connection
        assert b"BEYOND" not in found.body or not found.keep


# --- requests ----------------------------------------------------------------


def test_a_head_of_a_request_is_its_lines():
    head = request_head(b"POST", b"/a?b", [(b"Host", b"x"), (b"A", b""), (b"A", b"\xe4 \t")])
    assert head == b"POST /a?b HTTP/1.1\r\nHost: x\r\nA: \r\nA: \xe4 \t\r\n\r\n"


def test_no_part_of_a_request_ends_its_head_or_begins_another():
    fine = (b"GET", b"/", [(b"a", b"b")])
    assert request_head(*fine)
    for sign in (b"\r", b"\n", b"\r\n", b"\0", b"\r\nx: y", b"\r\n\r\nGET / HTTP/1.1"):
        for at in range(4):
            parts = [fine[0], fine[1], *fine[2][0]]
            parts[at] += sign
            made = request_head(parts[0], parts[1], [(parts[2], parts[3])])
            assert made is None, (at, sign)
    for method, target in ((b"GET /", b"/"), (b"GET", b"/a b"), (b"GET", b"")):
        assert request_head(method, target, []) is None


def test_a_chunk_says_its_size_and_an_empty_one_is_left_out():
    assert (chunk(b"x" * 17), chunk(b"")) == (b"11\r\n" + b"x" * 17 + b"\r\n", b"")


def test_a_request_is_shown_by_its_size_alone():
    assert repr(Unseen(b"authorization: Bearer key")) == "<25 bytes of a request>"
