"""Requests from bytes, and the responses of an upstream server from bytes."""

import weakref
from dataclasses import dataclass

from mistralai.simulator.inbound import MAX_FRAMING, BadRequestError, Parsed, RequestReader
from mistralai.simulator.outbound import MAX_HEAD, ResponseReader, State

HOST = b"host: h\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n"


def post(fields: bytes, body: bytes, *, version: bytes = b"1.1") -> bytes:
    return b"POST /p HTTP/%b\r\n%b%b\r\n%b" % (version, HOST, fields, body)


def get(fields: bytes = b"", *, target: bytes = b"/p", version: bytes = b"1.1") -> bytes:
    return b"GET %b HTTP/%b\r\n%b%b\r\n" % (target, version, HOST, fields)


@dataclass(frozen=True, slots=True)
class Expected:
    """The parts of a request that a row is about."""

    method: str = "GET"
    target: str = "/p"
    body: bytes = b""
    keep: bool = True
    version: str = "1.1"


REQUESTS: dict[str, tuple[bytes, Expected]] = {
    "no body": (get(), Expected()),
    "query": (get(target=b"/p?a=b&c"), Expected(target="/p?a=b&c")),
    "absolute target": (get(target=b"http://h/p"), Expected(target="http://h/p")),
    "odd target": (get(target=b'/{}|\\^`<>"'), Expected(target='/{}|\\^`<>"')),
    "blank line before": (b"\r\n" + get(), Expected()),
    "body of GET": (get(b"content-length: 2\r\n") + b"{}", Expected(body=b"{}")),
    "length": (post(b"content-length: 2\r\n", b"{}"), Expected("POST", body=b"{}")),
    "length 0": (post(b"content-length: 0\r\n", b""), Expected("POST")),
    "chunks": (post(CHUNKED, b"2\r\n{}\r\n1\r\n \r\n0\r\n\r\n"), Expected("POST", body=b"{} ")),
    "no chunk": (post(CHUNKED, b"0\r\n\r\n"), Expected("POST")),
    "chunk extension": (post(CHUNKED, b"2;a=b\r\n{}\r\n0\r\n\r\n"), Expected("POST", body=b"{}")),
    "blank after a size": (post(CHUNKED, b"2 \r\n{}\r\n0\r\n\r\n"), Expected("POST", body=b"{}")),
    "trailer": (post(CHUNKED, b"2\r\n{}\r\n0\r\nt: v\r\n\r\n"), Expected("POST", body=b"{}")),
    "CHUNKED": (post(CHUNKED.upper(), b"2\r\n{}\r\n0\r\n\r\n"), Expected("POST", body=b"{}")),
    "both lengths": (
        post(b"content-length: 9\r\n" + CHUNKED, b"2\r\n{}\r\n0\r\n\r\n"),
        Expected("POST", body=b"{}"),
    ),
    "1.0": (get(version=b"1.0"), Expected(keep=False, version="1.0")),
    "1.0 without host": (b"GET /p HTTP/1.0\r\n\r\n", Expected(keep=False, version="1.0")),
    "1.0 keep-alive": (
        get(b"connection: keep-alive\r\n", version=b"1.0"),
        Expected(keep=False, version="1.0"),
    ),
    "close": (get(b"connection: close\r\n"), Expected(keep=False)),
    "Keep-Alive": (get(b"Connection: Keep-Alive\r\n"), Expected()),
    "upgrade": (get(b"connection: upgrade\r\nupgrade: h2c\r\n"), Expected(keep=False)),
    "upgrade with a body": (
        post(b"connection: upgrade\r\nupgrade: h2c\r\ncontent-length: 2\r\n", b"{}"),
        Expected("POST", body=b"{}", keep=False),
    ),
    "upgrade with chunks": (
        post(CHUNKED + b"connection: upgrade\r\nupgrade: h2c\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
        Expected("POST", body=b"{}", keep=False),
    ),
    "CONNECT": (
        b"CONNECT h:443 HTTP/1.1\r\nhost: h\r\n\r\n",
        Expected("CONNECT", target="h:443", keep=False),
    ),
}

REFUSED: dict[str, tuple[bytes, int, str]] = {
    "not HTTP": (b"hello\r\n\r\n", 400, "Invalid method"),
    "TLS": (b"\x16\x03\x01", 400, "Invalid method"),
    "unknown method": (b"BREW / HTTP/1.1\r\nhost: h\r\n\r\n", 400, "Invalid method"),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400, "exactly one Host"),
    "two hosts": (get(HOST), 400, "exactly one Host"),
    "NUL": (get(b"a: b\0c\r\n"), 400, "NUL"),
    "bare CR": (get(b"a: b\rc\r\n"), 400, "LF"),
    "blank in a target": (get(target=b"/a b"), 400, "HTTP/"),
    "not ASCII in a target": (get(target=b"/\xc3\xa9"), 400, "Invalid char"),
    "blank before a colon": (get(b"a : b\r\n"), 400, "header token"),
    "no name": (get(b": b\r\n"), 400, "header token"),
    "HTTP/0.9": (b"GET /\r\n\r\n", 505, "HTTP/0.9 is not supported"),
    "HTTP/2": (get(version=b"2.0"), 505, "HTTP/2.0 is not supported"),
    "gzip": (post(b"transfer-encoding: gzip\r\n", b"x"), 501, "chunked"),
    "gzip, chunked": (
        post(b"transfer-encoding: gzip, chunked\r\n", b"0\r\n\r\n"),
        501,
        "chunked",
    ),
    "two codings": (post(CHUNKED + CHUNKED, b"0\r\n\r\n"), 400, "Transfer-Encoding"),
    "two lengths": (
        post(b"content-length: 2\r\ncontent-length: 3\r\n", b"{}"),
        400,
        "Content-Length",
    ),
    "length not a number": (post(b"content-length: 2x\r\n", b"{}"), 400, "Content-Length"),
    "negative length": (post(b"content-length: -2\r\n", b"{}"), 400, "Content-Length"),
    "size not a number": (post(CHUNKED, b"z\r\n"), 400, "chunk size"),
    "huge size": (post(CHUNKED, b"f" * 21 + b"\r\n"), 400, "overflow"),
    "long body": (post(b"content-length: 11\r\n", b"x" * 11), 413, "larger than 10 bytes"),
    "long chunked body": (post(CHUNKED, b"b\r\n" + b"x" * 11), 413, "larger than 10 bytes"),
}


def read_requests(pieces: list[bytes], max_body: int = 10) -> list[Parsed | tuple[int, str]]:
    """Feed pieces; return the requests, and the status and message of the error that ends them."""
    reader = RequestReader(max_body)
    found: list[Parsed | tuple[int, str]] = []
    try:
        for piece in pieces:
            reader.feed(piece)
            while request := reader.next():
                found.append(request)
    except BadRequestError as error:
        found.append((error.status, str(error)))
    return found


def one_by_one(data: bytes) -> list[bytes]:
    return [data[place : place + 1] for place in range(len(data))]


def test_a_request_is_read_whole_or_byte_by_byte(subtests):
    for name, (data, expected) in REQUESTS.items():
        for pieces in [data], one_by_one(data):
            with subtests.test(name, pieces=len(pieces)):
                [read] = read_requests(pieces)
                assert expected == Expected(
                    read.method, read.target, read.body, read.keep, read.http_version
                )


def test_an_invalid_request_is_refused_with_its_status(subtests):
    for name, (data, status, message) in REFUSED.items():
        for pieces in [data], one_by_one(data):
            with subtests.test(name, pieces=len(pieces)):
                [(found, text)] = read_requests(pieces)
                assert (found, message in text) == (status, True), text


def test_header_fields_are_kept_in_order_in_lower_case_without_outer_blanks():
    fields = b"X-A: 1\r\nx-a:\t2 \t\r\nx-b:\r\nx-c: \xe9\r\nx-d: a\r\n b\r\n"
    [request] = read_requests([get(fields)])
    assert request.headers == (
        ("host", "h"),
        ("x-a", "1"),
        ("x-a", "2"),
        ("x-b", ""),
        ("x-c", "\xe9"),
        ("x-d", "a b"),
    )


def test_requests_before_an_invalid_one_are_returned_and_nothing_after_it_is():
    data = get(target=b"/1") + get(target=b"/2") + b"hello\r\n" + get(target=b"/3")
    *requests, error = read_requests([data, get(target=b"/4")])
    assert [request.target for request in requests] == ["/1", "/2"]
    assert error[0] == 400


def test_bytes_after_a_request_that_does_not_keep_the_connection_are_ignored():
    upgrade = get(b"connection: upgrade\r\nupgrade: h2c\r\n")
    close = get(b"connection: close\r\n")
    assert len(read_requests([upgrade + get(), get()])) == 1
    assert len(read_requests([close + get(), get()])) == 1
    assert len(read_requests([close + b"hello\r\n"])) == 1


def test_a_request_is_parsed_only_when_it_is_asked_for():
    reader = RequestReader(10)
    reader.feed(get(target=b"/1"))
    assert reader.next().target == "/1"
    reader.feed(get(target=b"/2"))
    assert reader.early == len(get(target=b"/2"))
    assert reader.next().target == "/2"
    assert (reader.early, reader.next()) == (0, None)


def test_framing_without_end_is_refused(subtests):
    kilobyte = b"x" * 1024
    size = b"1\r\nx\r\n"
    for name, first in {
        "target": b"GET /",
        "name": b"GET / HTTP/1.1\r\n",
        "value": b"GET / HTTP/1.1\r\na: ",
        "chunk extension": post(CHUNKED, b"2;"),
        "trailer": post(CHUNKED, size + b"0\r\na: "),
    }.items():
        with subtests.test(name):
            [(status, text)] = read_requests([first, *[kilobyte] * (MAX_FRAMING // 1024 + 1)])
            assert (status, text) == (431, "More than 65536 bytes of request headers or framing")
    with subtests.test("a long body"):
        [request] = read_requests(
            [post(CHUNKED, b""), *[size * 64] * (MAX_FRAMING // 64), b"0\r\n\r\n"], 1 << 20
        )
        assert request.body == b"x" * MAX_FRAMING


def test_100_continue_is_due_once_per_request_and_only_before_the_body(subtests):
    head = post(b"content-length: 2\r\nexpect: 100-continue\r\n", b"")
    rows = {
        "head alone": ([head], [True]),
        "head in two reads": ([head[:-4], head[-4:]], [False, True]),
        "case and list": ([head.replace(b"100-c", b"x, 100-C")], [True]),
        "chunk size in parts": (
            [post(CHUNKED + b"expect: 100-continue\r\n", b""), b"2", b"\r\n"],
            [True, False, False],
        ),
        "first byte of the body": ([head + b"{", b"}"], [False, False]),
        "another expectation": ([head.replace(b"100-", b"200-")], [False]),
        "HTTP/1.0": ([head.replace(b"1.1", b"1.0")], [False]),
        "two requests": ([head, b"{}", head], [True, False, True]),
    }
    for name, (pieces, due) in rows.items():
        with subtests.test(name):
            reader = RequestReader(10)
            found = []
            for piece in pieces:
                reader.feed(piece)
                reader.next()
                found.append(reader.take_continue())
            assert found == due


OK = b"HTTP/1.1 200 OK\r\n"
RESPONSES: dict[str, tuple[str, bytes, State, bytes]] = {
    "length": ("GET", OK + b"content-length: 2\r\n\r\n{}", State.DONE, b"{}"),
    "length cut": ("GET", OK + b"content-length: 3\r\n\r\n{}", State.FAILED, b"{}"),
    "chunks": ("GET", OK + CHUNKED + b"\r\n2\r\n{}\r\n0\r\nt: v\r\n\r\n", State.DONE, b"{}"),
    "chunks cut": ("GET", OK + CHUNKED + b"\r\n2\r\n{}\r\n", State.FAILED, b"{}"),
    "bad chunk": ("GET", OK + CHUNKED + b"\r\n2\r\n{}\r\nz\r\n", State.FAILED, b"{}"),
    "until close": ("GET", OK + b"\r\n{}", State.DONE, b"{}"),
    "bare LF": ("GET", OK + b"a: b\ncontent-length: 2\n\n{}", State.DONE, b"{}"),
    "HEAD": ("HEAD", OK + b"content-length: 2\r\n\r\n", State.DONE, b""),
    "204": ("GET", b"HTTP/1.1 204 No\r\n\r\n", State.DONE, b""),
    "1xx": ("GET", b"HTTP/1.1 103 E\r\na: b\r\n\r\n" + OK + b"\r\n{}", State.DONE, b"{}"),
    "1xx alone": ("GET", b"HTTP/1.1 103 E\r\n\r\n", State.FAILED, b""),
    "101": ("GET", b"HTTP/1.1 101 S\r\nupgrade: x\r\n\r\n", State.FAILED, b""),
    "101 with connection": (
        "GET",
        b"HTTP/1.1 101 S\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        State.FAILED,
        b"",
    ),
    "gzip coding": ("GET", OK + b"transfer-encoding: gzip\r\n\r\nx", State.FAILED, b""),
    "second response": ("GET", OK + b"content-length: 0\r\n\r\n" + OK + b"\r\nx", State.DONE, b""),
    "nothing": ("GET", b"", State.FAILED, b""),
    "not HTTP": ("GET", b"hello", State.FAILED, b""),
    "cut head": ("GET", OK, State.FAILED, b""),
}


def test_the_end_of_a_response_is_found(subtests):
    for name, (method, data, state, body) in RESPONSES.items():
        for pieces in [data] if data else [], one_by_one(data):
            with subtests.test(name, pieces=len(pieces)):
                reader = ResponseReader(method)
                found = b""
                for piece in (*pieces, b""):
                    if not reader.is_over:
                        reader.feed(piece)
                        found += reader.take_body()
                assert (reader.state, found) == (state, body)
                assert reader.headers.count(("a", "b")) == (name == "bare LF")


def test_a_response_head_without_end_fails(subtests):
    interim = b"HTTP/1.1 103 E\r\n\r\n"
    for name, first, more in [("value", OK + b"a: ", b"x" * 1024), ("1xx", interim, interim)]:
        with subtests.test(name):
            reader = ResponseReader("GET")
            reader.feed(first)
            for _ in range(MAX_HEAD // len(more) + 1):
                reader.feed(more)
            assert reader.state is State.FAILED


def test_a_closed_reader_needs_no_collection_of_garbage():
    reader = RequestReader(10)
    reader.feed(get())
    reader.next()
    gone = weakref.ref(reader)
    reader.close()
    del reader
    assert gone() is None
