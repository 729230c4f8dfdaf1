"""Connections of every kind: in threads, on asyncio, uvloop and trio; plain and with TLS."""

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

import httpx2
import pytest

from mistralai.client._http.deadline import Deadline
from mistralai.client._http.sockets import keepalive
from mistralai.simulator.tls import Certificate
from support.flows import Clock
from support.items import once_for_each
from support.kinds import KINDS, Kind, kind_of
from support.peers import Listener, Peer, sockets_to

REQUEST = b"POST / HTTP/1.1\r\nhost: x\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
HELLO = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nHello"
TOO_LARGE = b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno"
MUCH = 16 * 1024 * 1024
"""Bytes; more than the buffers of a connection whose peer reads nothing."""

BROKEN = (httpx2.ReadError, httpx2.RemoteProtocolError)

SOON = 0.05
"""Seconds; a limit that is to be met."""


class Pairs:
    """Connections with their other ends."""

    def __init__(self, kind: Kind, listener: Listener, tls: ssl.SSLContext | None) -> None:
        self.kind = kind
        self.listener = listener
        self._tls = tls

    def __str__(self) -> str:
        return f"{self.kind.name}, {'tls' if self._tls else 'plain'}"

    def make(self, **settings: Any) -> tuple[Any, Peer]:
        host, port = self.listener.host, self.listener.port
        connecting = self.kind.start(self.kind.connect, host, port, tls=self._tls, **settings)
        peer = self.listener.accept()
        return connecting.result(10), peer


def pairs_of(kind: Kind, certificate: Certificate, trusting: ssl.SSLContext) -> dict[str, Pairs]:
    return {
        "plain": Pairs(kind, kind.enter(Listener()), None),
        "tls": Pairs(kind, kind.enter(Listener(tls=certificate.context)), trusting),
    }


def layers(kind: Kind, *given: Any) -> Iterator[tuple[str, AbstractContextManager[Pairs]]]:
    for layer, pairs in pairs_of(kind, *given).items():
        yield layer, nullcontext(pairs)


def kinds_and_layers(
    _guarded_loop: None, *given: Any
) -> Iterator[tuple[str, AbstractContextManager[Pairs]]]:
    for name in KINDS:
        for layer in ("plain", "tls"):
            yield f"{name}, {layer}", kind_and_layer(name, layer, *given)


@contextmanager
def kind_and_layer(name: str, layer: str, *given: Any) -> Iterator[Pairs]:
    with kind_of(name) as kind:
        yield pairs_of(kind, *given)[layer]


over_each_layer = once_for_each("pairs", layers, needs=("kind", "certificate", "trusting"))
on_every_kind_and_layer = once_for_each(
    "pairs", kinds_and_layers, needs=("guarded_loop", "certificate", "trusting")
)


# --- reading -----------------------------------------------------------------


@on_every_kind_and_layer
def test_a_response_is_read_as_it_comes_and_another_one_follows(pairs):
    kind = pairs.kind
    connection, peer = pairs.make()
    for _ in range(2):
        kind.begin(connection, REQUEST)
        assert peer.hear_head() == REQUEST
        peer.say(CHUNKED)
        assert (kind.read_head(connection), connection.reader.readable) == (200, False)
        for piece in (b"5\r\nHello\r\n", b"3\r\n wo\r\n"):
            peer.say(piece)
            assert kind.take(connection) == piece[3:-2]
        peer.say(b"3\r\nrld\r\n0\r\n\r\n")
        assert kind.read_all(connection) == b"rld"
        assert connection.reader.keep_alive
        assert not connection.is_dead()
    assert connection.requests == 2


@over_each_layer
def test_a_wait_ends_in_time_and_another_one_may_follow(pairs):
    kind = pairs.kind
    connection, peer = pairs.make()
    kind.begin(connection, REQUEST)
    for _ in range(2):
        with pytest.raises(httpx2.ReadTimeout, match="nothing came in time"):
            kind.wait(connection, SOON)
    assert not connection.reader.received
    peer.say(HELLO)
    assert kind.read_all(connection) == b"Hello"


@over_each_layer
def test_a_deadline_is_asked_before_each_wait(pairs):
    kind = pairs.kind
    connection, peer = pairs.make()
    clock = Clock()
    deadline = Deadline(300.0, clock)
    kind.begin(connection, REQUEST)
    peer.say(HELLO[:10])
    kind.until(connection, lambda: connection.reader.received, deadline)
    clock.now += 300.0 - SOON
    with pytest.raises(httpx2.ReadTimeout):
        kind.wait(connection, deadline)
    deadline.begin(300.0, None)
    peer.say(HELLO[10:])
    kind.until(connection, lambda: connection.reader.complete, deadline)
    clock.now += 1000.0
    with pytest.raises(httpx2.ReadTimeout):
        kind.wait(connection, deadline)


@over_each_layer
def test_what_came_before_the_connection_broke_is_read_before_the_error(pairs):
    kind = pairs.kind
    connection, peer = pairs.make()
    kind.begin(connection, REQUEST)
    peer.hear_head()
    peer.say(CHUNKED + b"5\r\nHello\r\n")
    kind.until(connection, lambda: connection.reader.readable)
    peer.reset()
    kind.until(connection, lambda: connection.reader.failed)
    assert connection.reader.take() == b"Hello"
    with pytest.raises(BROKEN) as caught:
        connection.reader.take()
    if isinstance(caught.value, httpx2.ReadError):
        assert isinstance(caught.value.__cause__, Exception)
    else:  # Python's ssl takes a reset for an end
        assert kind.name == "sync"
    assert connection.is_dead()


@over_each_layer
def test_an_end_is_the_end_of_a_body_that_says_no_other_and_an_error_elsewhere(pairs):
    kind = pairs.kind
    for sent, error in (
        (b"HTTP/1.1 200 OK\r\n\r\nHello", None),
        (CHUNKED + b"5\r\nHello\r\n", httpx2.RemoteProtocolError),
    ):
        connection, peer = pairs.make()
        kind.begin(connection, REQUEST)
        peer.hear_head()
        peer.say(sent)
        peer.close()
        if error is None:
            assert kind.read_all(connection) == b"Hello"
        else:
            with pytest.raises(error, match="in the middle of a chunked body"):
                kind.read_all(connection)
        kind.wait(connection)  # which is at its end, and so does not wait
        assert connection.is_dead()


@on_every_kind_and_layer
def test_what_comes_out_of_turn_is_noticed(pairs):
    kind = pairs.kind
    for speak in (lambda peer: peer.say(HELLO), Peer.end, Peer.close, Peer.reset):
        connection, peer = pairs.make()
        kind.begin(connection, REQUEST)
        peer.hear_head()
        peer.say(HELLO)
        kind.read_all(connection)
        assert not connection.is_dead()
        assert not connection.get_extra_info("is_readable")
        speak(peer)
        kind.call(wait_until, connection.is_dead) if kind.name == "sync" else kind.call(
            turn_until, connection.is_dead
        )
        assert connection.get_extra_info("is_readable")


def wait_until(holds: Callable[[], bool]) -> None:
    while not holds():
        os.sched_yield()


async def turn_until(holds: Callable[[], bool]) -> None:
    from anyio.lowlevel import checkpoint

    while not holds():
        await checkpoint()


# --- sending -----------------------------------------------------------------


def head(length: int | None = None) -> bytes:
    framing = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    return f"POST / HTTP/1.1\r\nhost: x\r\n{framing}\r\n\r\n".encode()


@on_every_kind_and_layer
def test_a_large_body_is_sent_whole(pairs, subtests):
    kind = pairs.kind
    for size in (MUCH, 16_000):  # one piece, and many
        with subtests.test(f"{pairs}, {size}"):
            connection, peer = pairs.make()
            kind.begin(connection)
            body = bytes(range(256)) * (MUCH // 256)
            pieces = [body[at : at + size] for at in range(0, MUCH, size)]
            sending = kind.start(kind.send, connection, [head(MUCH), *pieces])
            assert peer.hear_head() == head(MUCH)
            assert peer.hear(MUCH) == body
            assert sending.result(10) is True
            peer.say(HELLO)
            assert (kind.read_head(connection), kind.read_all(connection)) == (200, b"Hello")


@over_each_layer
def test_a_peer_that_takes_nothing_ends_the_sending_in_time(pairs, subtests):
    kind = pairs.kind
    for size in (MUCH, 16_000):  # one piece, and many
        with subtests.test(f"{pairs}, {size}"):
            connection, peer = pairs.make()
            kind.begin(connection)
            with pytest.raises(httpx2.WriteTimeout, match="could not be sent in time"):
                kind.send(connection, [head(MUCH), *[bytes(size)] * (MUCH // size)], SOON)
            peer.hear_head()
            kind.close(connection)
            assert peer.hear_end()


@over_each_layer
def test_a_small_request_ends_in_time_too(pairs):
    kind = pairs.kind
    connection, _ = pairs.make()
    kind.begin(connection)
    with pytest.raises(httpx2.WriteTimeout, match="could not be sent in time"):
        list(map(partial(kind.send_now, connection, timeout=SOON), [bytes(60_000)] * 300))


@on_every_kind_and_layer
def test_an_early_answer_ends_an_upload_and_is_read(pairs, subtests):
    """A server that refuses an upload says so, reads no further, and may not close either."""
    kind = pairs.kind
    for size in (MUCH, 16_000):  # one piece, and many
        with subtests.test(f"{pairs}, {size}"):
            connection, peer = pairs.make()
            kind.begin(connection)
            sending = kind.start(
                kind.send, connection, [head(MUCH), *[bytes(size)] * (MUCH // size)], None
            )
            peer.hear_head()
            peer.say(TOO_LARGE)
            assert sending.result(10) is False
            assert (kind.read_head(connection), kind.read_all(connection)) == (413, b"no")


@on_every_kind_and_layer
def test_an_interim_response_does_not_end_an_upload(pairs):
    kind = pairs.kind
    connection, peer = pairs.make()
    kind.begin(connection)
    sending = kind.start(kind.send, connection, [head(MUCH), bytes(MUCH // 2), bytes(MUCH // 2)])
    peer.hear_head()
    peer.say(b"HTTP/1.1 100 Continue\r\n\r\n")
    peer.hear(MUCH)
    assert sending.result(10) is True
    peer.say(HELLO)
    assert kind.read_head(connection) == 200


@on_every_kind_and_layer
def test_a_peer_that_leaves_ends_the_sending(pairs, subtests):
    kind = pairs.kind
    for leave in (Peer.reset, Peer.close):
        for size in (MUCH, 16_000):  # one piece, and many
            with subtests.test(f"{pairs}, {leave.__name__}, {size}"):
                connection, peer = pairs.make()
                kind.begin(connection)
                sending = kind.start(
                    kind.send, connection, [head(MUCH), *[bytes(size)] * (MUCH // size)], None
                )
                peer.hear_head()
                leave(peer)
                sending.result(10)  # False, unless it is in the buffers of the loop
                with pytest.raises(BROKEN):
                    kind.read_head(connection)


@on_every_kind_and_layer
def test_what_a_peer_said_before_it_ended_is_read_although_the_request_was_not_taken(pairs):
    kind = pairs.kind
    connection, peer = pairs.make()
    kind.begin(connection)
    sending = kind.start(kind.send, connection, [head(MUCH), bytes(MUCH)], None)
    peer.hear_head()
    peer.say(TOO_LARGE)
    peer.end()
    assert sending.result(10) is False
    assert (kind.read_head(connection), kind.read_all(connection)) == (413, b"no")


@on_every_kind_and_layer
def test_what_a_peer_said_before_it_reset_is_read_although_a_write_fails(pairs):
    kind = pairs.kind
    connection, peer = pairs.make()
    kind.begin(connection)

    asked, gone = threading.Event(), threading.Event()

    def refuse() -> None:
        asked.wait(10)
        peer.say(TOO_LARGE)
        peer.reset()
        gone.set()

    def pieces() -> Iterator[bytes]:
        yield head(MUCH)
        yield bytes(1000)
        asked.set()
        while not gone.is_set():  # a loop may not wait, and is to see nothing of it yet
            pass
        yield from [bytes(1000)] * (MUCH // 1000)

    refusing = kind.start(refuse)
    assert kind.send(connection, pieces(), None) is False
    refusing.result(10)
    assert (kind.read_head(connection), kind.read_all(connection)) == (413, b"no")


@on_every_kind_and_layer
def test_a_body_that_fails_ends_the_sending_with_its_error(pairs):
    kind = pairs.kind

    def pieces() -> Iterator[bytes]:
        yield head()
        yield b"1\r\na\r\n"
        raise LookupError("the caller's own")

    connection, _ = pairs.make()
    kind.begin(connection)
    with pytest.raises(LookupError, match="the caller's own"):
        kind.send(connection, pieces())


@on_every_kind_and_layer
def test_a_request_to_a_peer_that_left_is_not_sent_whole_or_not_answered(pairs):
    kind = pairs.kind
    connection, peer = pairs.make()
    peer.close()
    for _ in range(2):
        kind.begin(connection)
        kind.send_now(connection, REQUEST)
        with pytest.raises(BROKEN):
            kind.read_head(connection)
    assert kind.send(connection, [REQUEST, REQUEST]) is False


# --- closing -----------------------------------------------------------------


@over_each_layer
def test_shutting_down_from_another_thread_wakes_a_wait_and_the_peer_sees_the_end(pairs):
    kind = pairs.kind
    connection, peer = pairs.make()
    kind.begin(connection, REQUEST)
    peer.hear_head()
    waiting = kind.start(kind.wait, connection, None)
    connection.shut_down()
    waiting.result(10)
    assert connection.reader.failed
    assert peer.hear_end()
    connection.shut_down()
    kind.close(connection)
    connection.shut_down()


@over_each_layer
def test_shutting_down_wakes_an_upload(pairs):
    kind = pairs.kind
    connection, peer = pairs.make()
    kind.begin(connection)
    sending = kind.start(kind.send, connection, [head(MUCH), bytes(MUCH)], None)
    peer.hear_head()
    connection.shut_down()
    sending.result(10)
    assert peer.hear_end()
    with pytest.raises(BROKEN):
        kind.read_head(connection)


@over_each_layer
def test_closing_wakes_a_wait_and_leaves_no_socket(pairs):
    kind = pairs.kind
    connection, peer = pairs.make()
    kind.begin(connection, REQUEST)
    peer.hear_head()
    waiting = kind.start(kind.wait, connection, None)
    if kind.name == "sync":  # closing alone does not wake a thread
        connection.shut_down()
        waiting.result(10)
    kind.close(connection)
    waiting.result(10)
    assert connection.reader.failed
    assert connection.is_dead()
    assert peer.hear_end()
    assert sockets_to(peer.sock.getsockname()[1]) == set()
    kind.close(connection)


@over_each_layer
def test_a_process_that_did_not_open_a_connection_leaves_it_alone(pairs, monkeypatch):
    kind = pairs.kind
    connection, peer = pairs.make()
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        connection.shut_down()
    kind.begin(connection, REQUEST)
    assert peer.hear_head() == REQUEST
    peer.say(HELLO)
    assert kind.read_all(connection) == b"Hello"


# --- what a connection is ----------------------------------------------------


@on_every_kind_and_layer
def test_a_connection_knows_its_ends_and_its_layer(pairs):
    connection, peer = pairs.make(local_address="127.0.0.1")
    assert connection.get_extra_info("server_addr")[:2] == ("127.0.0.1", pairs.listener.port)
    assert tuple(connection.get_extra_info("client_addr")) == peer.sock.getpeername()
    layer = connection.get_extra_info("ssl_object")
    if isinstance(peer.sock, ssl.SSLSocket):
        assert layer.version() == "TLSv1.3"
    else:
        assert layer is None
    assert connection.get_extra_info("something else") is None


@on_every_kind_and_layer
def test_a_connection_is_sent_at_once_and_probed_while_idle(pairs):
    connection, _ = pairs.make()
    sock = connection.get_extra_info("socket")
    for level, name, value in [*keepalive(), (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]:
        assert sock.getsockopt(level, name) == value
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60


@on_every_kind_and_layer
def test_a_connection_comes_from_the_address_that_was_asked_for(pairs):
    _, peer = pairs.make(local_address="127.0.0.3")
    assert peer.sock.getpeername()[0] == "127.0.0.3"
