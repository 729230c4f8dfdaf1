"""httpx2's transports on connections of our own, in threads, on asyncio, uvloop and trio."""

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx2
import pytest

from mistralai.client._http import tls
from mistralai.client._http import transport as module
from mistralai.client._http.attempt import Attempt
from mistralai.client._http.pool import EXPIRY
from mistralai.simulator import Answer, Simulator
from support.flows import Clock
from support.items import Cases, once_for_each
from support.kinds import KINDS, Kind, kind_of, on_every_kind
from support.peers import Listener, Peer, nobody, sockets_to
from support.sides import HEAD, HELLO, Side

SOON = 0.05
"""Seconds; a limit that is to be met."""


def sides(settings: dict[str, Any]) -> Cases:
    """Give a transport of every kind in turn."""

    @contextmanager
    def side_of(name: str) -> Iterator[Side]:
        with kind_of(name) as kind:
            yield Side(kind, **settings)

    def each(_guarded_loop: None) -> Iterator[tuple[str, AbstractContextManager[Side]]]:
        for name in KINDS:
            yield name, side_of(name)

    return each


on_every_side = once_for_each("side", sides({}), needs=("guarded_loop",))
on_every_narrow_side = once_for_each(
    "narrow", sides({"max_connections": 1}), needs=("guarded_loop",)
)


@pytest.fixture
def side(kind: Kind) -> Side:
    return Side(kind)


@pytest.fixture
def narrow(kind: Kind) -> Side:
    """A transport that may have one connection."""
    return Side(kind, max_connections=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the pools."""
    clock = Clock()
    monkeypatch.setattr(module.time, "monotonic", clock)
    return clock


# --- which connection --------------------------------------------------------


@on_every_side
def test_a_connection_is_used_again_once_its_response_was_read(side):
    for number in range(3):
        attempt = Attempt()
        peer = side.peers[0] if side.peers else None
        response = side.ask(peer=peer, attempt=attempt)
        assert (attempt.reused, attempt.received) == (number > 0, True)
        assert side.read(response) == b"Hello"
    assert len(side.peers) == 1


@on_every_side
def test_a_response_that_is_closed_before_its_end_takes_its_connection_with_it(side):
    response = side.ask(HEAD + b"5\r\nHello\r\n")
    assert side.kind.read_some(response) == b"Hello"
    side.kind.close(response)
    assert side.peers[0].hear_end()
    side.read(side.ask())
    assert len(side.peers) == 2


@on_every_side
def test_one_that_came_whole_leaves_it_also_where_nobody_read(side):
    response = side.ask(b"HTTP/1.1 204 No Content\r\n\r\n")
    side.kind.close(response)
    side.kind.close(response)
    assert side.read(side.ask(peer=side.peers[0])) == b"Hello"


@on_every_side
def test_the_connection_that_was_used_last_is_used_first(side):
    responses = [side.ask(), side.ask()]
    for response in responses:
        side.read(response)
    first, last = side.peers
    side.read(side.ask(peer=last))
    side.read(side.ask(peer=last))
    assert first is not last


@on_every_side
def test_an_idle_connection_that_ended_or_spoke_out_of_turn_is_replaced(side):
    for speak in (Peer.close, Peer.reset, Peer.end, lambda peer: peer.say(b"HTTP/1.1 408 \r\n")):
        attempt = Attempt()
        response = side.ask()
        side.read(response)
        speak(side.peers[-1])
        connections = len(side.peers)
        assert side.read(side.ask(attempt=attempt)) == b"Hello"
        assert (attempt.reused, len(side.peers)) == (False, connections + 1)
        side.peers[-1].close()


@on_every_side
def test_an_idle_connection_expires(side, clock):
    side.read(side.ask())
    clock.now += EXPIRY - 1
    side.read(side.ask(peer=side.peers[0]))
    clock.now += EXPIRY
    attempt = Attempt()
    side.read(side.ask(attempt=attempt))
    assert (attempt.reused, len(side.peers)) == (False, 2)
    assert side.peers[0].hear_end()


@on_every_kind
def test_idle_connections_of_other_origins_expire_with_every_use(kind, clock):
    listener = kind.enter(Listener())
    with Listener() as other:
        side = Side(kind, listener)
        side.read(side.ask())
        clock.now += EXPIRY
        elsewhere = Side(kind, other)
        elsewhere.transport = side.transport
        elsewhere.read(elsewhere.ask())
        assert side.peers[0].hear_end()


CONDEMNED = {
    "another response behind it": (HELLO + HELLO.replace(b"Hello", b"other"), b"Hello"),
    "a byte behind it": (HELLO + b"!", b"Hello"),
    "chunks behind its end": (HEAD + b"5\r\nHello\r\n0\r\n\r\n5\r\nother\r\n", b"Hello"),
    "an announced end": (HELLO.replace(b"OK\r\n", b"OK\r\nconnection: close\r\n"), b"Hello"),
    "HTTP/1.0": (HELLO.replace(b"1.1", b"1.0"), b"Hello"),
    "two framings": (
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n"
            b"5\r\nHello\r\n0\r\n\r\n"
        ),
        b"Hello",
    ),
    "another protocol": (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", b""),
}


@on_every_side
def test_a_connection_that_is_not_to_be_trusted_is_not_used_again(side):
    for name, (answer, body) in CONDEMNED.items():
        assert side.read(side.ask(answer)) == body, name
        assert side.peers[-1].hear_end(), name
        assert side.read(side.ask()) == b"Hello", name
        side.peers[-1].close()


@on_every_side
def test_what_comes_behind_an_answer_is_not_taken_for_the_next_one(side):
    """Also where it comes later, and nobody looks."""
    response = side.ask()
    assert side.read(response) == b"Hello"
    side.peers[0].say(HELLO.replace(b"Hello", b"other"))
    assert side.read(side.ask()) == b"Hello"
    assert len(side.peers) == 2


# --- room --------------------------------------------------------------------


def test_a_request_without_room_waits_and_its_error_says_so(narrow):
    response = narrow.ask()
    with pytest.raises(httpx2.PoolTimeout, match="all 1 connections of max_connections are in use"):
        narrow.kind.handle(narrow.transport, narrow.listener.url, limits={"pool": SOON})
    assert narrow.read(response) == b"Hello"
    assert narrow.read(narrow.ask(peer=narrow.peers[0])) == b"Hello"


@on_every_narrow_side
def test_requests_that_wait_are_let_in_one_after_the_other(narrow, monkeypatch):
    monkeypatch.setattr(module, "_GLANCE", 0.001)  # a thread looks up often meanwhile
    response = narrow.ask()
    waiting = {narrow.begin() for _ in range(5)}
    assert narrow.read(response) == b"Hello"
    while waiting:
        narrow.peers[0].hear_head()
        narrow.peers[0].say(HELLO)
        done, waiting = wait(waiting, 10, FIRST_COMPLETED)
        assert [narrow.read(each.result()) for each in done] == [b"Hello"]
    assert len(narrow.peers) == 1


@on_every_narrow_side
def test_whatever_becomes_of_a_request_it_gives_its_room_back(narrow):
    kind, transport, url = narrow.kind, narrow.transport, narrow.listener.url
    for settings, error in (
        ({"url": "http://127.0.0.1:1"}, httpx2.ConnectError),
        ({"limits": {"read": SOON}}, httpx2.ReadTimeout),
        ({"content": failing(kind)}, LookupError),
        ({"content": kind.pieces([b"Hello"]), "headers": {"content-length": "4"}}, PROTOCOL),
        ({"content": kind.pieces([b"Hello"]), "headers": {"content-length": "6"}}, PROTOCOL),
        ({"headers": {"x-a": "b\r\nc"}}, PROTOCOL),
        ({"url": "ftp://127.0.0.1/"}, httpx2.UnsupportedProtocol),
        ({"url": "http:///path"}, httpx2.UnsupportedProtocol),
    ):
        with pytest.raises(error):
            kind.handle(transport, **{"url": url, "method": "POST", **settings})
    for answer, error in (
        (b"", httpx2.RemoteProtocolError),
        (b"HTTP/1.1 200", httpx2.RemoteProtocolError),
        (b"SSH-2.0\r\n", httpx2.RemoteProtocolError),
    ):
        asking = narrow.begin()
        peer = accept_request(narrow)
        peer.say(answer)
        peer.close()
        with pytest.raises(error):
            asking.result(10)
    asking = narrow.begin()
    peer = accept_request(narrow)
    peer.say(HELLO)
    assert narrow.read(asking.result(10)) == b"Hello"
    assert len(sockets_to(narrow.listener.port)) == 1


@on_every_narrow_side
def test_an_idle_connection_makes_room_for_one_to_another_origin(narrow):
    narrow.read(narrow.ask())
    elsewhere = Side(narrow.kind, transport=narrow.transport)
    assert elsewhere.read(elsewhere.ask()) == b"Hello"
    assert narrow.peers[0].hear_end()
    assert sockets_to(narrow.listener.port) == set()


PROTOCOL = httpx2.LocalProtocolError


def failing(kind: Kind) -> Any:
    def parts() -> Iterator[bytes]:
        yield b"Hello"
        raise LookupError

    return kind.pieces(parts())


def accept_request(side: Side) -> Peer:
    """Accept connections until one of them is asked something whole."""
    while True:
        peer = side.accept()
        if peer.hear_head().startswith(b"GET"):
            return peer


@on_every_kind
def test_a_limit_of_connections_is_a_number_from_one(kind):
    with pytest.raises(ValueError, match="max_connections is 0; give 1 or more, or None"):
        kind.transport_class(max_connections=0)


# --- requests ----------------------------------------------------------------


@on_every_side
def test_an_attempt_is_told_when_the_request_is_sent(side):
    sent = threading.Event()
    attempt = Attempt()
    attempt.on_sent = sent.set
    asking = side.begin(attempt=attempt)
    peer = side.accept()
    peer.hear_head()
    assert sent.wait(10)
    assert not asking.done()
    assert attempt.connection is not None
    peer.say(HELLO)
    assert side.read(asking.result(10)) == b"Hello"


@on_every_side
def test_an_early_answer_to_an_upload_is_read_and_its_connection_is_not_used_again(side):
    size = 16 * 1024 * 1024
    for content in (bytes(size), side.kind.pieces([bytes(16_000)] * (size // 16_000))):
        asking = side.begin(method="POST", content=content)
        peer = side.accept()
        peer.hear_head()
        peer.say(b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno")
        response = asking.result(10)
        assert (response.status_code, side.read(response)) == (413, b"no")
    assert side.read(side.ask()) == b"Hello"
    assert len(side.peers) == 3


@on_every_side
def test_an_upload_in_pieces_is_one_request(side):
    asking = side.begin(method="POST", content=side.kind.pieces([b"Hello", b" there"]))
    peer = side.accept()
    assert b"\r\nTransfer-Encoding: chunked\r\n" in peer.hear_head()
    coded = b"5\r\nHello\r\n6\r\n there\r\n0\r\n\r\n"
    assert peer.hear(len(coded)) == coded
    peer.say(HELLO)
    assert side.read(asking.result(10)) == b"Hello"
    side.read(side.ask(peer=peer))


@on_every_side
def test_a_connection_that_dies_under_a_request_says_whether_it_was_a_used_one(side):
    for reused in (False, True):
        if reused:
            side.read(side.ask())
        attempt = Attempt()
        asking = side.begin(attempt=attempt)
        peer = side.peers[-1] if reused else side.accept()
        peer.hear_head()
        peer.close()
        with pytest.raises((httpx2.ReadError, httpx2.RemoteProtocolError)):
            asking.result(10)
        assert (attempt.reused, attempt.received) == (reused, False)
        assert not attempt.unsent
    attempt = Attempt()
    asking = side.begin(attempt=attempt)
    peer = side.accept()
    peer.hear_head()
    peer.say(b"H")
    peer.close()
    with pytest.raises(httpx2.RemoteProtocolError):
        asking.result(10)
    assert attempt.received


# --- given up ----------------------------------------------------------------


@on_every_side
def test_a_connection_knows_whether_it_took_a_byte_of_the_request(side: Side) -> None:
    response = side.ask()
    sock = response.extensions["network_stream"].get_extra_info("socket")
    side.read(response)
    attempt = Attempt()
    with socket.socket(fileno=os.dup(sock.fileno())) as same:
        same.shutdown(socket.SHUT_WR)
    with pytest.raises(httpx2.TransportError):
        side.begin(attempt=attempt, limits={"read": SOON}).result(10)
    # Those of loops do not say what became of a write.
    assert (attempt.reused, attempt.unsent) == (True, side.kind.name == "sync")
    refused = Attempt()
    with pytest.raises(httpx2.ConnectError):
        side.begin(attempt=refused, url=f"http://127.0.0.1:{nobody()}/").result(10)
    assert refused.unsent


def test_an_attempt_that_is_aborted_ends_where_it_waits_for_a_response(side):
    attempt = Attempt()
    asking = side.begin(attempt=attempt)
    side.accept().hear_head()
    side.kind.call(attempt.abort)
    with pytest.raises(httpx2.TransportError):
        asking.result(10)
    assert side.peers[0].hear_end()


def test_an_attempt_that_is_aborted_ends_where_it_waits_for_room(narrow):
    response = narrow.ask()
    attempt = Attempt()
    asking = narrow.begin(attempt=attempt)
    for _ in range(10):
        narrow.kind.turn()
    narrow.kind.call(attempt.abort)
    with pytest.raises(httpx2.ReadError, match="closed while it waited for a connection"):
        asking.result(10)
    asking = narrow.begin(attempt=attempt)  # it was aborted before
    with pytest.raises(httpx2.ReadError, match="closed while it waited for a connection"):
        asking.result(10)
    narrow.read(response)
    narrow.read(narrow.ask(peer=narrow.peers[0]))


def test_an_attempt_that_was_aborted_before_it_had_its_connection_does_not_use_it(side):
    side.read(side.ask())
    attempt = Attempt()
    attempt.abort()
    with pytest.raises(httpx2.TransportError):
        side.kind.handle(side.transport, side.listener.url, attempt=attempt)
    assert side.read(side.ask()) == b"Hello"


def test_an_attempt_that_is_over_does_not_end_what_its_connection_does_next(side):
    attempt = Attempt()
    side.read(side.ask(attempt=attempt))
    asking = side.begin()
    side.peers[0].hear_head()
    side.kind.call(attempt.abort)
    side.peers[0].say(HELLO)
    assert side.read(asking.result(10)) == b"Hello"


# --- closing -----------------------------------------------------------------


def test_closing_a_transport_ends_open_responses_and_idle_connections(side):
    idle, reading = side.ask(), side.ask(HEAD)
    side.read(idle)
    waiting = side.kind.start(side.kind.read_some, reading, None)
    for _ in range(3):
        side.kind.turn()
    side.kind.close(side.transport)
    with pytest.raises((httpx2.ReadError, httpx2.RemoteProtocolError)):
        waiting.result(10)
    for peer in side.peers:
        assert peer.hear_end()
    assert sockets_to(side.listener.port) == set()
    with pytest.raises(httpx2.TransportError):
        side.kind.read_some(reading)
    side.kind.close(reading)
    assert side.read(side.ask()) == b"Hello"


@on_every_side
def test_a_response_that_was_read_keeps_no_connection(side):
    response = side.ask()
    stream = response.extensions["network_stream"]
    assert stream.get_extra_info("server_addr") == ("127.0.0.1", side.listener.port)
    side.read(response)
    assert stream.get_extra_info("socket") is None
    with pytest.raises(httpx2.ReadError, match="the response was closed"):
        side.kind.read_some(response)
    side.kind.close(stream)
    assert side.read(side.ask(peer=side.peers[0])) == b"Hello"


def test_what_is_set_aside_is_not_touched_and_not_used(side):
    """As in the child of a fork; there a socket that is closed is open still in the parent."""
    open_response = side.ask(HEAD)
    held = side.kind.call(side.transport.set_aside)
    assert side.read(side.ask()) == b"Hello"
    assert len(side.peers) == 2
    if side.kind.name != "sync":
        side.peers[0].say(b"5\r\nHello\r\n")
        assert side.kind.read_some(open_response) == b"Hello"
    side.kind.close(open_response)
    del held


# --- by an ordinary client ---------------------------------------------------


def asked(side: Side, client: Any, method: str = "GET", **settings: Any) -> "Future[Any]":
    url = settings.pop("url", side.listener.url)
    return side.kind.start(side.kind.ask, client, method, url, **settings)


@on_every_side
def test_a_client_gets_ordinary_responses(side):
    client = side.kind.client(side.transport)
    for method, answer, status, body in (
        ("GET", HELLO, 200, b"Hello"),
        ("HEAD", HELLO[:-5], 200, b""),
        ("DELETE", b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        ("GET", b"HTTP/1.0 200 OK\r\n\r\nHello", 200, b"Hello"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n", 304, b""),
        ("GET", b"HTTP/1.1 103 Early Hints\r\n\r\n" + HELLO, 200, b"Hello"),
    ):
        asking = asked(side, client, method)
        peer = side.accept()
        assert peer.hear_head().startswith(f"{method} / HTTP/1.1\r\n".encode())
        peer.say(answer)
        peer.end()
        response = asking.result(10)
        assert (response.status_code, response.content) == (status, body), answer
        assert response.http_version.encode() == answer[:8]


@on_every_side
def test_headers_and_reason_are_what_came(side):
    client = side.kind.client(side.transport)
    asking = asked(side, client)
    peer = side.accept()
    peer.hear_head()
    peer.say(
        b"HTTP/1.1 299 So So\r\nSet-Cookie: a=b\r\nset-cookie: c=d\r\ncontent-length: 0\r\n\r\n"
    )
    response = asking.result(10)
    assert (response.reason_phrase, response.status_code) == ("So So", 299)
    assert response.headers.get_list("set-cookie") == ["a=b", "c=d"]
    assert response.headers.raw[0] == (b"Set-Cookie", b"a=b")
    for name in ("\u00fc".encode("latin-1"), "\u00fc".encode()):
        asking = asked(side, client)
        peer.hear_head()
        peer.say(b"HTTP/1.1 200 OK\r\nx-name: %b\r\ncontent-length: 0\r\n\r\n" % name)
        assert asking.result(10).headers["x-name"] == "\u00fc"


def test_a_body_is_iterated_as_it_comes_and_by_the_clients_timeout(side):
    kind = side.kind
    client = kind.client(side.transport, timeout=1.0)  # of its head as well, which does come
    asking = kind.start(
        kind.call,
        lambda: client.send(client.build_request("GET", side.listener.url), stream=True),
    )
    peer = side.accept()
    peer.hear_head()
    peer.say(HEAD + b"5\r\nHello\r\n")
    response = asking.result(10)
    if kind.name == "sync":
        pieces = response.iter_bytes()
        step = lambda: next(pieces)  # noqa: E731 - one of two
    else:
        async_pieces = response.aiter_bytes()
        step = lambda: kind.call(async_pieces.__anext__)  # noqa: E731
    assert step() == b"Hello"
    with pytest.raises(httpx2.ReadTimeout):
        step()
    kind.close(response)
    assert peer.hear_end()


@on_every_kind
def test_the_target_and_the_name_in_the_certificate_may_be_others(kind, certificate, trusting):
    secure = kind.enter(Listener(tls=certificate.context))
    side = Side(kind, secure, ssl_context=trusting)
    client = kind.client(side.transport)
    for name, error in (("name.example", None), ("other.example", httpx2.ConnectError)):
        asking = asked(side, client, "OPTIONS", extensions={"sni_hostname": name, "target": b"*"})
        if error is None:
            peer = side.accept()
            assert peer.hear_head().startswith(b"OPTIONS * HTTP/1.1\r\n")
            peer.say(HELLO)
            response = asking.result(10)
            assert response.content == b"Hello"
        else:
            with pytest.raises(ssl.SSLError):
                side.accept()
            with pytest.raises(error, match=r"other\.example"):
                asking.result(10)


@on_every_kind
def test_an_address_of_ipv6_is_reached(kind, certificate, trusting):
    try:
        listener = Listener("::1", tls=certificate.context)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with listener:
        side = Side(kind, listener, ssl_context=trusting)
        asking = asked(side, kind.client(side.transport))
        peer = side.accept()
        assert f"\r\nHost: [::1]:{listener.port}\r\n".encode() in peer.hear_head()
        peer.say(HELLO)
        assert asking.result(10).content == b"Hello"


@on_every_side
def test_other_schemes_are_refused_by_name(side):
    client = side.kind.client(side.transport)
    for url, says in (("ftp://127.0.0.1/", "scheme 'ftp', not http or https"), ("/path", ".+")):
        with pytest.raises(httpx2.UnsupportedProtocol, match=says):
            side.kind.ask(client, "GET", url)


@on_every_kind
def test_tls_trusts_what_the_system_trusts_and_the_file_of_the_environment(
    kind, monkeypatch, fresh_tls_context
):
    del fresh_tls_context
    tls._tls_context.cache_clear()
    with Simulator(Answer(body=[b"Hello"]), tls=True) as sim:
        client = kind.client(kind.transport())
        monkeypatch.setenv("SSL_CERT_FILE", str(sim.ca_file))
        for _ in range(2):
            assert kind.ask(client, "GET", sim.url).content == b"Hello"
        assert sim.connections == 1
