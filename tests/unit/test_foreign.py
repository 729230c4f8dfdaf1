"""The requests to HTTP clients other than httpx2's, as recorded by such clients."""

import os
import socket
import ssl
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import httpx2
import pytest

from mistralai.client._call.request import Key, Request
from mistralai.client._call.steps import Send
from mistralai.client._io.foreign import ForeignExchange, alike
from support.flows import KEY, URL, Clock

REQUEST = Request("POST", URL, Key(KEY), b"{}", {"x-mine": "1"}, stream=True)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def exchange(request: pytest.FixtureRequest, clock: Clock) -> ForeignExchange:
    return ForeignExchange(clock, asynchronous=request.param)


@pytest.fixture
def asked(exchange: ForeignExchange) -> ForeignExchange:
    """Return an exchange that has made its request."""
    begun(exchange, send())
    return exchange


def send(connect: float | None = 3.0, answer: float | None = 5.0, **more: float | None) -> Send:
    return Send(REQUEST, connect, answer, **more)


class Response(SimpleNamespace):
    """A response whose body tells the method by which it was read."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"status_code": 200, "headers": {}, "closed": 0, **given})

    def iter_bytes(self) -> Iterator[bytes]:
        yield b"bytes"

    def iter_raw(self) -> Iterator[bytes]:
        yield b"raw"

    def close(self) -> None:
        self.closed += 1


def begun(exchange: ForeignExchange, step: Send, client: Any = None) -> Any:
    """Begin an exchange and return its request."""
    return exchange.request(step, client or httpx.Client())


def opened(response: Any, clock: Clock) -> ForeignExchange:
    """Return a synchronous exchange that has the response headers."""
    exchange = ForeignExchange(clock, asynchronous=False)
    begun(exchange, send())
    exchange.held(response)
    exchange.opened(response)
    return exchange


# --- the request -------------------------------------------------------------


def test_a_request_is_made_by_the_client_from_plain_values(exchange: ForeignExchange) -> None:
    seen: list[Any] = []

    class Client:
        def build_request(self, *args: Any, **kwargs: Any) -> str:
            seen.extend([*args, kwargs])
            return "a request"

        def send(self) -> None: ...

    assert begun(exchange, send(), Client()) == "a request"
    method, url, options = seen
    assert (method, type(url), url, options["content"]) == ("POST", str, URL, b"{}")
    assert options["headers"]["authorization"] == f"Bearer {KEY}"
    assert [*map(type, options["timeout"])] in ([float] * 4, [float, type(None), type(None), float])
    assert set(options) == {"headers", "content", "timeout"}


def test_only_keywords_that_a_client_takes_are_given_to_it(exchange: ForeignExchange) -> None:
    class Few:
        def build_request(self, method: str, url: str, *, headers: Any) -> Any:
            return (method, url, headers)

        def send(self, request: Any, *, stream: bool = False) -> None: ...

    assert begun(exchange, send(), Few())[0] == "POST"
    assert exchange.options(Few()) == {"stream": True}
    assert exchange.options(httpx.Client()) == {"stream": True, "follow_redirects": False}
    unknown = SimpleNamespace(send=type)  # has no signature
    assert exchange.options(unknown) == {"stream": True, "follow_redirects": False}


def test_a_pause_in_the_body_may_be_longer_than_the_wait_for_the_headers(clock: Clock) -> None:
    exchange = ForeignExchange(clock, asynchronous=False)
    request = begun(exchange, send(silence=60.0))
    limits = request.extensions["timeout"]
    assert limits == {"connect": 3.0, "read": 5.0, "write": 5.0, "pool": 3.0}
    exchange.held(Response())
    exchange.opened(Response())
    assert request.extensions["timeout"] is limits
    assert limits["read"] == 60.0
    asynchronous = ForeignExchange(clock, asynchronous=True)
    limits = begun(asynchronous, send(silence=60.0)).extensions["timeout"]
    assert limits["read"] == 60.0  # a cancel scope ends the head


def test_timeouts_that_a_client_has_replaced_are_left_alone(clock: Clock) -> None:
    class Own:
        def build_request(self, method: str, url: str, **_: Any) -> httpx.Request:
            return httpx.Client(timeout=7.0).build_request(method, url)

    exchange = ForeignExchange(clock, asynchronous=False)
    request = begun(exchange, send(silence=60.0), Own())
    exchange.held(Response())
    exchange.opened(Response())
    assert request.extensions["timeout"]["read"] == 7.0


def test_a_client_that_does_not_report_sending_has_one_limit_until_the_headers(
    clock: Clock, subtests: pytest.Subtests
) -> None:
    for step, seconds in [(send(3.0, 5.0), 5.25), (send(None, 5.0), 5.25), (send(3.0, None), None)]:
        with subtests.test(connect=step.connect, answer=step.answer):
            clock.now = 0.0
            exchange = ForeignExchange(clock, asynchronous=True)
            begun(exchange, step)
            assert exchange.until_head() == seconds


# --- the body ----------------------------------------------------------------


BODIES = [
    ({}, b"raw"),
    ({"headers": {"Content-Encoding": "Identity"}}, b"raw"),
    ({"headers": {"content-encoding": "br"}}, b"bytes"),
    ({"is_stream_consumed": True}, b"bytes"),
]


def test_a_body_is_read_raw_where_its_coding_is_ours_and_no_hook_has_read_it(
    clock: Clock, subtests: pytest.Subtests
) -> None:
    for given, read in BODIES:
        with subtests.test(given=given):
            exchange = opened(Response(**given), clock)
            assert exchange.body.read(exchange.timeout) == read
            assert exchange.body.read(exchange.timeout) == b""


def test_a_response_may_have_less_than_those_of_httpx(clock: Clock) -> None:
    bare = SimpleNamespace(
        status_code=200,
        headers={"Content-Type": "text/plain"},
        iter_bytes=[b"a", b"", b"b"].__iter__,
        close=lambda: None,
    )
    exchange = ForeignExchange(clock, asynchronous=False)
    begun(exchange, send())
    exchange.held(bare)
    head = exchange.opened(bare)
    assert (head.content_type, head.raw) == ("text/plain", bare)
    assert [exchange.body.read(exchange.timeout) for _ in range(3)] == [b"a", b"b", b""]
    exchange.body.close()


def test_a_read_that_nothing_can_end_in_time_is_not_begun(clock: Clock) -> None:
    exchange = opened(Response(), clock)
    for moment, late in [(clock.now + 0.05, False), (clock.now, True), (clock.now - 1, True)]:
        with pytest.raises(httpx2.ReadTimeout):
            exchange.set_read_deadline(moment, late=late)
    exchange.set_read_deadline(clock.now + 0.2, late=False)
    exchange.set_read_deadline(None, late=False)
    clock.now += 1.0
    exchange.timeout.at = clock.now - 0.5
    with pytest.raises(httpx2.ReadTimeout):
        exchange.body.read(exchange.timeout)  # the clock is read between pieces


class Connection:
    """A connection with a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def get_extra_info(self, name: str) -> socket.socket | None:
        return self.sock if name == "socket" else None


class Silent(Response):
    """A response whose body blocks on its connection and ends with it."""

    def iter_raw(self) -> Iterator[bytes]:
        while data := self.extensions["network_stream"].sock.recv(10):
            yield data
        if self.raises:
            raise self.raises


ENDS = {
    "an end": None,
    "an error": httpx.ReadError("cut"),
}


def test_a_read_that_lasts_too_long_is_ended_by_its_socket(subtests: pytest.Subtests) -> None:
    for name, raises in ENDS.items():
        with subtests.test(name):
            ours, theirs = socket.socketpair()
            with ours, theirs:
                response = Silent(extensions={"network_stream": Connection(ours)}, raises=raises)
                exchange = ForeignExchange(time.monotonic, asynchronous=False)
                begun(exchange, send())
                exchange.held(response)
                exchange.opened(response)
                theirs.send(b"data")
                exchange.set_read_deadline(None, late=False)
                assert exchange.body.read(exchange.timeout) == b"data"
                exchange.set_read_deadline(time.monotonic() + 0.01, late=True)
                for _ in range(2):
                    with pytest.raises(httpx2.ReadTimeout):
                        exchange.body.read(exchange.timeout)
                assert theirs.recv(10) == b""
                exchange.body.close()
                assert response.closed == 1


def test_a_read_that_fails_by_itself_raises_its_own_error(clock: Clock) -> None:
    ours, theirs = socket.socketpair()
    error = httpx.ReadError("cut")
    with ours:
        exchange = opened(
            Silent(extensions={"network_stream": Connection(ours)}, raises=error), clock
        )
        theirs.close()
        with pytest.raises(httpx.ReadError) as caught:
            exchange.body.read(exchange.timeout)
    assert caught.value is error


def test_a_connection_that_others_use_too_is_not_shut_down(clock: Clock) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for given in ({"http_version": "HTTP/2"}, {"is_closed": True, "raises": None}):
            response = Silent(extensions={"network_stream": Connection(ours)}, **given)
            exchange = opened(response, clock)
            if exchange.body.watch is None:
                exchange.shut_down()
            else:
                exchange.body.watch.fire()  # the body is read to its end
        theirs.send(b"still there")
        assert ours.recv(20) == b"still there"


# --- failures ----------------------------------------------------------------


def subclass_of(kind: type[Exception]) -> Exception:
    return type("Its own", (kind,), {})("x")


NAMES = [
    "ConnectTimeout",
    "PoolTimeout",
    "ReadTimeout",
    "WriteTimeout",
    "ConnectError",
    "ReadError",
    "WriteError",
    "CloseError",
    "LocalProtocolError",
    "RemoteProtocolError",
    "ProxyError",
    "UnsupportedProtocol",
    "DecodingError",
    "TransportError",
    "TimeoutException",
    "NetworkError",
    "ProtocolError",
]


def test_an_exception_is_known_by_the_name_of_its_class() -> None:
    for error, kind in [
        *((getattr(httpx, name)("x"), getattr(httpx2, name)) for name in NAMES),
        (httpx2.ReadTimeout("x"), httpx2.ReadTimeout),
        (subclass_of(httpx.ReadError), httpx2.ReadError),
        (subclass_of(httpx.TimeoutException), httpx2.TimeoutException),
        (TimeoutError("x"), httpx2.ReadTimeout),
    ]:
        assert type(alike(error)) is kind, error
        assert str(alike(error)) == "x", error


def test_an_error_that_is_not_the_networks_is_not_a_failure(
    asked: ForeignExchange, subtests: pytest.Subtests
) -> None:
    for error in [httpx.InvalidURL("x"), RuntimeError("x"), LookupError("x")]:
        with subtests.test(error=error):
            assert alike(error) is None
            assert asked.failure(error, None) is None


def test_an_error_of_the_system_is_a_broken_connection(asked: ForeignExchange) -> None:
    error = ConnectionResetError("x")
    failure = asked.failure(error, None)
    assert failure is not None
    assert (failure.kind, failure.cause, failure.standard) == ("broken", error, error)


def test_a_certificate_is_found_behind_a_clients_exception(asked: ForeignExchange) -> None:
    error = httpx.ConnectError("x")
    error.__context__ = ssl.SSLCertVerificationError("no")
    failure = asked.failure(error, None)
    assert failure is not None
    assert (failure.kind, failure.cause) == ("certificate", error)
    assert isinstance(failure.standard, httpx2.ConnectError)


def test_a_timeout_before_its_limit_is_the_clients_own(
    asked: ForeignExchange, clock: Clock
) -> None:
    for at, early in [(clock.now + 5.0, True), (None, True), (clock.now + 0.01, False)]:
        asked.timeout.at = at
        failure = asked.failure(httpx.ReadTimeout("x"), None)
        assert failure is not None
        assert failure.early == early, at


def test_a_connection_is_not_shut_down_in_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        response = Silent(extensions={"network_stream": Connection(ours)}, raises=None)
        exchange = opened(response, Clock())
        monkeypatch.setattr(os, "getpid", lambda: -1)
        exchange.shut_down()
        theirs.send(b"still there")
        assert ours.recv(20) == b"still there"
