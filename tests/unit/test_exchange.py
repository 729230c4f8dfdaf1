import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from mistralai.client._api.multipart import Form
from mistralai.client._call.failure import Kind
from mistralai.client._call.request import Key, Request
from mistralai.client._call.steps import Send
from mistralai.client._http.attempt import EXTENSION
from mistralai.client._io.exchange import Exchange
from mistralai.client._io.forgetting import forget_requests
from support.flows import KEY, URL, Clock

REQUEST = Request("POST", URL, Key(KEY), b"{}", {"x-mine": "1"}, stream=True)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def exchange(clock: Clock) -> Exchange:
    return Exchange(clock)


def send(answer: float | None = 5.0, **more: float | None) -> Send:
    return Send(REQUEST, 3.0, answer, **more)


def opened(exchange: Exchange, stream: object = None, **given: Any) -> httpx2.Response:
    """Return a response of another transport, once the exchange has it."""
    exchange.request(send(silence=60.0), httpx2.Client())
    extensions = {} if stream is None else {"network_stream": stream}
    body = {} if "content" in given else {"stream": httpx2.ByteStream(b"")}
    response = httpx2.Response(
        200, extensions={**extensions, **given.pop("more", {})}, **given, **body
    )
    exchange.held(response)
    exchange.opened(response)
    return response


# --- the request -------------------------------------------------------------


def test_a_request_has_the_values_of_the_step_and_deadlines_for_timeouts(
    exchange: Exchange,
) -> None:
    request = exchange.request(send(), httpx2.Client())
    assert (request.method, request.url, request.content) == ("POST", URL, b"{}")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["x-mine"] == "1"
    assert request.extensions[EXTENSION] is exchange.attempt
    limits = request.extensions["timeout"]
    assert limits["connect"] is limits["pool"]
    assert limits["read"] is limits["write"] is exchange.timeout
    assert (limits["connect"], limits["read"]) == (3.0, 5.0)


def test_a_request_without_a_body_has_none(exchange: Exchange) -> None:
    step = Send(Request("GET", URL, Key(KEY)), None, None)
    request = exchange.request(step, httpx2.Client())
    assert request.content == b""
    assert "content-length" not in request.headers


def test_a_client_with_more_to_merge_builds_the_request_by_itself(exchange: Exchange) -> None:
    client = httpx2.Client(headers={"x-team": "poets"}, params={"a": "b"}, cookies={"c": "d"})
    request = exchange.request(send(), client)
    assert request.url == f"{URL}?a=b"
    assert request.headers["cookie"] == "c=d"
    plain = httpx2.Client(headers={"x-team": "poets", "accept": "text/plain"})
    fast, slow = exchange.request(send(), plain), plain.build_request("POST", URL, content=b"{}")
    assert fast.headers["x-team"] == "poets"
    assert fast.headers["accept"] == "text/event-stream"
    assert {*slow.headers} <= {*fast.headers}


def test_the_limit_of_the_answer_starts_when_the_request_is_sent(
    exchange: Exchange, clock: Clock
) -> None:
    exchange.request(send(), httpx2.Client())
    clock.now += 4.0
    assert exchange.timeout.left() == 1.0
    exchange.attempt.on_sent()
    assert exchange.timeout.left() == 5.0
    clock.now += 2.0
    exchange.held(httpx2.Response(200))
    assert exchange.opened(httpx2.Response(200)).waited == 2.0


def test_each_piece_of_an_upload_starts_it_again_as_a_long_upload_is_not_a_slow_one(
    exchange: Exchange, clock: Clock
) -> None:
    upload = Form({}, {"file": bytes(1_000_000)})
    request = exchange.request(
        Send(Request("POST", URL, Key(KEY), upload), 3.0, 5.0), httpx2.Client()
    )
    assert isinstance(request.stream, httpx2.SyncByteStream)
    for piece in request.stream:
        assert exchange.timeout.left() == 5.0, len(piece)
        clock.now += 4.0
    # A transport that does not say when the request was sent: the wait began with the last piece.
    exchange.held(httpx2.Response(200))
    assert exchange.opened(httpx2.Response(200)).waited == 4.0


def test_it_ends_with_the_call_if_that_is_sooner(exchange: Exchange, clock: Clock) -> None:
    exchange.request(send(until=clock.now + 6.0), httpx2.Client())
    clock.now += 4.0
    exchange.attempt.on_sent()
    assert exchange.timeout.left() == 2.0


def test_another_transport_does_not_tell_how_long_the_answer_took(
    exchange: Exchange,
) -> None:
    exchange.request(send(), httpx2.Client())
    exchange.held(httpx2.Response(200))
    assert exchange.opened(httpx2.Response(200)).waited is None


# --- the answer --------------------------------------------------------------


def test_a_pause_in_a_body_of_httpx2_may_be_longer_than_the_wait_for_the_headers(
    exchange: Exchange,
) -> None:
    request = exchange.request(send(silence=60.0), httpx2.Client())
    limits = request.extensions["timeout"]
    exchange.held(httpx2.Response(200, stream=httpx2.ByteStream(b"")))
    exchange.opened(httpx2.Response(200))
    assert limits["read"] == 60.0


def test_a_limit_that_has_expired_ends_the_wait_where_the_body_would_not(
    exchange: Exchange, clock: Clock
) -> None:
    opened(exchange)
    exchange.set_read_deadline(None, late=True)
    exchange.set_read_deadline(clock.now + 0.1, late=True)
    with pytest.raises(httpx2.ReadTimeout):
        exchange.set_read_deadline(clock.now, late=True)


# --- shutting down -----------------------------------------------------------


class Holding:
    """A connection that holds a socket, or a loop's stand-in for one."""

    def __init__(self, sock: object) -> None:
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


def test_shutting_down_ends_the_connection_and_leaves_the_socket_open(
    subtests: pytest.Subtests,
) -> None:
    for name, wrap in {"socket": lambda sock: sock, "stand-in": StandIn}.items():
        exchange = Exchange(Clock())
        with subtests.test(name), connected() as (ours, theirs):
            opened(exchange, Holding(wrap(ours)))
            exchange.shut_down()
            assert theirs.recv(1) == b""
            assert ours.recv(1) == b""  # a read that was blocked wakes
            assert ours.fileno() >= 0
            ours.close()
            exchange.shut_down()


def test_an_exchange_without_a_socket_of_its_own_shuts_nothing_down(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.shut_down()
    opened(exchange)
    exchange.shut_down()
    opened(exchange, Holding(None))
    exchange.shut_down()
    with connected() as (ours, theirs):
        opened(exchange, Holding(ours), more={"http_version": b"HTTP/2"})
        exchange.shut_down()
        opened(exchange, Holding(ours))
        monkeypatch.setattr(os, "getpid", lambda: -1)  # a child shares it with its parent
        exchange.shut_down()
        ours.send(b"x")
        assert theirs.recv(1) == b"x"


# --- failures ----------------------------------------------------------------


def caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


UNVERIFIED = ssl.SSLCertVerificationError(1, "certificate verify failed")
UNKNOWN = socket.gaierror(socket.EAI_NONAME, "not known")
KINDS: list[tuple[Exception, Kind]] = [
    (httpx2.ConnectTimeout(""), "connect_timeout"),
    (httpx2.PoolTimeout(""), "connect_timeout"),
    (httpx2.ReadTimeout(""), "timeout"),
    (httpx2.WriteTimeout(""), "timeout"),
    (httpx2.DecodingError(""), "encoding"),
    (httpx2.ConnectError(""), "connect"),
    (httpx2.ProxyError(""), "proxy"),
    (httpx2.UnsupportedProtocol(""), "connect"),
    (httpx2.LocalProtocolError(""), "connect"),
    (caused(httpx2.ConnectError(""), UNVERIFIED), "certificate"),
    (caused(httpx2.ConnectError(""), UNKNOWN), "unknown_host"),
    (caused(httpx2.ConnectError(""), ConnectionRefusedError()), "connect"),
    (caused(httpx2.ConnectError(""), ConnectionResetError()), "handshake"),
    (caused(httpx2.ConnectError(""), ssl.SSLEOFError()), "handshake"),
    (httpx2.ReadError(""), "broken"),
    (httpx2.RemoteProtocolError(""), "broken"),
    (OSError(""), "broken"),
]


def test_an_exception_of_the_network_is_a_failure_of_a_kind(
    exchange: Exchange, subtests: pytest.Subtests
) -> None:
    for error, kind in KINDS:
        with subtests.test(error=error):
            failure = exchange.failure(error, None)
            assert failure is not None
            assert (failure.kind, failure.cause, failure.stale) == (kind, error, False)
    assert exchange.failure(LookupError("a hook's own"), None) is None


def test_a_connection_was_stale_if_it_was_used_before_and_gave_no_answer(
    exchange: Exchange,
) -> None:
    for reused, received, error, stale in (
        (True, False, httpx2.ReadError(""), True),
        (True, False, httpx2.RemoteProtocolError(""), True),
        (True, False, httpx2.ReadTimeout(""), False),
        (True, True, httpx2.ReadError(""), False),
        (False, False, httpx2.ReadError(""), False),
    ):
        exchange.attempt.reused, exchange.attempt.received = reused, received
        failure = exchange.failure(error, None)
        assert failure is not None
        assert failure.stale == stale, (reused, received, error)


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    """Return the exception with a traceback of a frame here and one of httpx2's."""
    with pytest.raises(type(error)) as caught:
        exec(
            "raise error from cause", {"__name__": "httpx2._client", "error": error, "cause": cause}
        )
    return caught.value


def modules(error: BaseException) -> list[str]:
    found: list[str] = []
    traceback = error.__traceback__
    while traceback is not None:
        found.append(traceback.tb_frame.f_globals["__name__"].partition(".")[0])
        traceback = traceback.tb_next
    return found


def test_frames_of_packages_that_hold_a_request_are_dropped_in_the_whole_chain() -> None:
    inner = raised(OSError("inner"))
    outer = raised(httpx2.ReadError("outer"))
    outer.__context__ = inner
    assert modules(outer)[-1] == "httpx2"
    forget_requests(outer, None)
    for error in (outer, inner):
        assert modules(error) == [__name__.partition(".")[0]], error
    forget_requests(outer, None, ours_alone=True)
    assert modules(outer) == []


def test_frames_of_the_error_that_the_caller_was_handling_are_kept(exchange: Exchange) -> None:
    callers = raised(LookupError("the caller's"))
    error = httpx2.ReadError("ours")
    error.__context__ = callers
    exchange.failure(error, callers)
    assert "httpx2" in modules(callers)
