import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2
import httpx2
import pytest
from mistralai.client.network import AsyncStream, SyncStream

from mistralai.client.exchange import TRANSPORT_ERRORS, Exchange, forget_frames
from mistralai.client.faults import Kind
from mistralai.client.request import Key, Request
from mistralai.client.steps import Send
from support.flows import KEY, URL, Clock

REQUEST = Request("POST", URL, Key(KEY), b"{}", {"x-mine": "1"}, stream=True)
SENT = "http11.send_request_headers.started"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def exchange(clock: Clock) -> Exchange:
    return Exchange(clock)


def send(
    connect: float | None = 3.0, answer: float | None = 5.0, until: float | None = None
) -> Send:
    return Send(REQUEST, connect, answer, until)


def opened(
    exchange: Exchange, stream: object = None, *, version: bytes = b"HTTP/1.1", **given: Any
) -> httpx2.Response:
    """A response of which the exchange was told."""
    extensions: dict[str, Any] = {"http_version": version}
    if stream is not None:
        extensions["network_stream"] = stream
    body = {} if "content" in given else {"stream": httpx2.ByteStream(b"")}
    response = httpx2.Response(200, extensions=extensions, **given, **body)
    exchange.opened(response)
    return response


# --- the request -------------------------------------------------------------


def test_a_request_is_what_the_step_says_with_deadlines_for_timeouts(exchange: Exchange) -> None:
    request = exchange.request(send(), exchange.trace, httpx2.Client())
    assert (request.method, request.url, request.content) == ("POST", URL, b"{}")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["x-mine"] == "1"
    assert request.extensions["trace"] == exchange.trace
    limits = request.extensions["timeout"]
    assert limits["connect"] is limits["pool"]
    assert limits["read"] is limits["write"] is exchange.timeout
    assert (limits["connect"], limits["read"]) == (3.0, 5.0)


def test_a_request_without_a_body_has_none(exchange: Exchange) -> None:
    step = Send(Request("GET", URL, Key(KEY)), None, None)
    request = exchange.request(step, exchange.trace, httpx2.Client())
    assert request.content == b""
    assert "content-length" not in request.headers


def test_the_limit_of_the_answer_counts_from_when_the_request_is_sent(
    exchange: Exchange, clock: Clock
) -> None:
    exchange.request(send(), exchange.trace, httpx2.Client())
    told = []
    exchange.when_sent = lambda: told.append(clock.now)
    exchange.trace("connection.connect_tcp.started", {})
    clock.now += 4.0
    assert (exchange.timeout.left(), told) == (1.0, [])
    exchange.trace(SENT, {})
    assert (exchange.timeout.left(), told) == (5.0, [clock.now])
    clock.now += 2.0
    head = exchange.opened(httpx2.Response(200))
    assert head.waited == 2.0


def test_it_ends_with_the_call_if_that_is_sooner(exchange: Exchange, clock: Clock) -> None:
    exchange.request(send(until=clock.now + 6.0), exchange.trace, httpx2.Client())
    clock.now += 4.0
    exchange.trace(SENT, {})
    assert exchange.timeout.left() == 2.0


def test_where_nothing_traces_nobody_knows_how_long_was_waited(exchange: Exchange) -> None:
    exchange.request(send(), exchange.trace, httpx2.Client())
    assert exchange.opened(httpx2.Response(200)).waited is None


def test_a_trace_before_there_is_a_request_changes_nothing(exchange: Exchange) -> None:
    exchange.trace(SENT, {})
    assert exchange.timeout.left() is None


# --- the answer --------------------------------------------------------------


class Foreign:
    """A connection of a client that the caller made; it notes the timeouts of its reads."""

    def __init__(self) -> None:
        self.timeouts: list[float | None] = []

    def read(self, _: int, timeout: float | None = None) -> bytes:
        self.timeouts.append(timeout)
        return b"data"

    def get_extra_info(self, _: str) -> None:
        return None


def test_reads_of_a_foreign_connection_have_the_limit_that_moves_while_the_answer_is_open(
    exchange: Exchange, clock: Clock
) -> None:
    foreign = Foreign()
    opened(exchange, foreign)
    exchange.until(clock.now + 7.0, late=True)
    foreign.read(10, 300.0)
    exchange.until(None, late=True)
    foreign.read(10, timeout=300.0)
    exchange.over()
    exchange.over()
    foreign.read(10, 300.0)
    assert foreign.timeouts == [7.0, None, 300.0]
    assert vars(foreign) == {"timeouts": foreign.timeouts}


@pytest.mark.parametrize(
    "given",
    [
        {"headers": {"content-encoding": "br"}},
        {"version": b"HTTP/2"},
        {"content": b"read by a hook"},
    ],
    ids=["another coding", "HTTP/2", "read"],
)
def test_other_bodies_are_left_to_httpx2(exchange: Exchange, given: dict[str, Any]) -> None:
    foreign = Foreign()
    opened(exchange, foreign, **given)
    assert exchange.body is None
    assert "read" not in vars(foreign)


def test_a_connection_whose_reads_cannot_be_changed_is_left_to_httpx2(exchange: Exchange) -> None:
    class Slotted:
        __slots__ = ()
        read = Foreign.read

    opened(exchange, Slotted())
    assert exchange.body is None


def test_a_limit_that_is_over_ends_the_wait_where_the_connection_would_not(
    exchange: Exchange, clock: Clock
) -> None:
    opened(exchange)
    exchange.until(None, late=True)
    exchange.until(clock.now + 0.1, late=True)
    with pytest.raises(httpx2.ReadTimeout):
        exchange.until(clock.now, late=True)


@pytest.mark.parametrize("stream", [SyncStream, AsyncStream])
def test_our_own_connections_notice_themselves(
    exchange: Exchange, clock: Clock, stream: type[Any]
) -> None:
    ours = stream(Foreign())
    opened(exchange, ours)
    exchange.until(clock.now, late=True)
    assert exchange.timeout.left() == 0.001
    assert "read" not in vars(ours)
    with pytest.raises(httpx2.ReadTimeout):
        exchange.until(clock.now, late=False)


# --- shutting down -----------------------------------------------------------


class Holding(Foreign):
    """A connection that holds a socket, or a loop's stand-in for one."""

    def __init__(self, sock: object) -> None:
        super().__init__()
        self._sock = sock

    def get_extra_info(self, info: str) -> object:
        return self._sock if info == "socket" else None


class StandIn:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def fileno(self) -> int:
        return self._sock.fileno()


@contextmanager
def connected() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(10)
        yield ours, theirs


@pytest.mark.parametrize("wrap", [lambda sock: sock, StandIn], ids=["socket", "stand-in"])
def test_shutting_down_ends_the_connection_and_leaves_the_socket_open(
    exchange: Exchange, wrap: Any
) -> None:
    with connected() as (ours, theirs):
        opened(exchange, Holding(wrap(ours)))
        exchange.shut_down()
        assert theirs.recv(1) == b""
        assert ours.recv(1) == b""  # a read that was blocked wakes
        assert ours.fileno() >= 0
        exchange.shut_down()


@pytest.mark.parametrize("wrap", [lambda sock: sock, StandIn], ids=["socket", "stand-in"])
def test_a_socket_that_is_closed_already_is_no_matter(exchange: Exchange, wrap: Any) -> None:
    with connected() as (ours, _):
        opened(exchange, Holding(wrap(ours)))
        ours.close()
        exchange.shut_down()


def test_neither_is_an_answer_without_a_connection_or_a_connection_without_a_socket(
    exchange: Exchange,
) -> None:
    exchange.shut_down()
    opened(exchange)
    exchange.shut_down()
    opened(exchange, Holding(None))
    exchange.shut_down()


def test_a_process_that_did_not_open_the_connection_leaves_it_alone(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected() as (ours, theirs):
        opened(exchange, Holding(ours))
        monkeypatch.setattr(os, "getpid", lambda: -1)
        exchange.shut_down()
        ours.send(b"x")
        assert theirs.recv(1) == b"x"


# --- what went wrong ---------------------------------------------------------


def caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


UNVERIFIED = ssl.SSLCertVerificationError(1, "certificate verify failed")
KINDS: list[tuple[Exception, Kind, type[Exception]]] = [
    (httpx2.ConnectTimeout(""), "connect_timeout", httpx2.ConnectTimeout),
    (httpx2.PoolTimeout(""), "connect_timeout", httpx2.PoolTimeout),
    (httpx2.ReadTimeout(""), "timeout", httpx2.ReadTimeout),
    (httpx2.WriteTimeout(""), "timeout", httpx2.WriteTimeout),
    (httpx2.DecodingError(""), "encoding", httpx2.DecodingError),
    (httpx2.ConnectError(""), "connect", httpx2.ConnectError),
    (httpx2.ProxyError(""), "connect", httpx2.ProxyError),
    (httpx2.UnsupportedProtocol(""), "connect", httpx2.UnsupportedProtocol),
    (httpx2.LocalProtocolError(""), "connect", httpx2.LocalProtocolError),
    (caused(httpx2.ConnectError(""), UNVERIFIED), "certificate", httpx2.ConnectError),
    (httpx2.ReadError(""), "broken", httpx2.ReadError),
    (httpx2.RemoteProtocolError(""), "broken", httpx2.RemoteProtocolError),
    (OSError(""), "broken", OSError),
    (httpcore2.ReadTimeout(""), "timeout", httpx2.ReadTimeout),
    (httpcore2.ReadError(""), "broken", httpx2.ReadError),
    (httpcore2.RemoteProtocolError(""), "broken", httpx2.RemoteProtocolError),
]


def name(error: Exception) -> str:
    return f"{type(error).__module__}.{type(error).__name__}"


@pytest.mark.parametrize(
    ("error", "kind", "cls"),
    [pytest.param(*row, id=f"{name(row[0])} {row[1]}") for row in KINDS],
)
def test_an_exception_of_the_network_is_a_failure_of_a_kind(
    exchange: Exchange, error: Exception, kind: Kind, cls: type[Exception]
) -> None:
    assert isinstance(error, TRANSPORT_ERRORS)
    failure = exchange.failure(error, None)
    assert (failure.kind, type(failure.cause)) == (kind, cls)
    assert failure.cause is error or failure.cause.__cause__ is error
    assert not failure.stale


def test_a_class_of_httpcore2_that_httpx2_does_not_have_is_a_read_error(exchange: Exchange) -> None:
    class Odd(httpcore2.NetworkError):
        pass

    Odd.__module__ = "httpcore2"
    failure = exchange.failure(Odd("odd"), None)
    assert (type(failure.cause), str(failure.cause)) == (httpx2.ReadError, "odd")


@pytest.mark.parametrize(
    ("events", "answered", "error", "stale"),
    [
        ([SENT], False, httpx2.ReadError, True),
        ([SENT], False, httpx2.RemoteProtocolError, True),
        ([SENT], False, httpx2.ReadTimeout, False),
        ([SENT], True, httpx2.ReadError, False),
        (["connection.connect_tcp.started", SENT], False, httpx2.ReadError, False),
        ([], False, httpx2.ReadError, False),
    ],
)
def test_a_connection_was_stale_if_it_was_used_before_and_gave_no_answer(
    exchange: Exchange,
    events: list[str],
    answered: bool,
    error: type[httpx2.TransportError],
    stale: bool,
) -> None:
    for event in events:
        exchange.trace(event, {})
    if answered:
        opened(exchange)
    assert exchange.failure(error(""), None).stale == stale


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    """The exception, with a traceback."""
    with pytest.raises(type(error)) as caught:
        raise error from cause
    return caught.value


def test_the_frames_of_the_whole_chain_are_forgotten() -> None:
    inner = raised(OSError("inner"))
    middle = raised(httpcore2.ReadError("middle"), inner)
    outer = raised(httpx2.ReadError("outer"))
    outer.__context__ = middle
    forget_frames(outer, None)
    assert [e.__traceback__ for e in (outer, middle, inner)] == [None, None, None]


def test_those_of_what_the_caller_was_handling_are_the_callers(exchange: Exchange) -> None:
    callers = raised(LookupError("the caller's"))
    error = httpx2.ReadError("ours")
    error.__context__ = callers
    exchange.failure(error, callers)
    assert callers.__traceback__ is not None
    forget_frames(callers, callers)
    assert callers.__traceback__ is not None
