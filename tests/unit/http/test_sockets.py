"""What connections for threads do that others do not. The rest is in `test_connections.py`."""

import select
import socket
from collections.abc import Iterator

import httpx2
import pytest

from mistralai.client._http import sockets
from mistralai.client._http.attempt import Attempt
from mistralai.client._http.deadline import Deadline
from mistralai.client._http.sockets import (
    SocketConnection,
    connect,
    is_readable,
    keepalive,
    open_socket,
    shut_down,
)
from support.flows import Clock
from support.peers import sockets_to


class Counted(socket.socket):
    """A socket that notes how often its timeout is set."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(fileno=sock.detach())
        self.set_to: list[float | None] = []

    def settimeout(self, value: float | None, /) -> None:
        self.set_to.append(value)
        super().settimeout(value)


@pytest.fixture
def pair() -> Iterator[tuple[Counted, socket.socket]]:
    near, far = socket.socketpair()
    with Counted(near) as ours, far:
        yield ours, far


def test_a_limit_that_hardly_moves_is_set_once(pair):
    sock, peer = pair
    connection = SocketConnection(sock)
    clock = Clock()
    deadline = Deadline(100.0, clock)
    for seconds in (100.0, 99.9, 99.6, 100.0, 98.0, 300.0, None, None):
        peer.send(b"x")
        deadline.at = None if seconds is None else clock.now + seconds
        connection.read(deadline)
    *limits, last = sock.set_to
    assert limits == pytest.approx([100.5, 98.49, 301.5])  # longer by the half of what may vary
    assert last is None


def test_an_upload_leaves_no_limit_behind(pair):
    sock, peer = pair
    connection = SocketConnection(sock)
    assert connection.send([b"head", b"", b"body"], 100.0)
    peer.send(b"x")
    connection.read(100.0)
    assert sock.set_to == pytest.approx([100.5, 100.5])
    assert sock.gettimeout() == pytest.approx(100.5)


def test_what_a_socket_says_in_an_upload_is_no_reason_to_stop_before_it_is_a_head(pair):
    sock, peer = pair
    connection = SocketConnection(sock)
    peer.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent")
    assert connection.send([b"head", b"body", b"more"], 100.0)
    peer.send(b"-length: 0\r\n\r\n")
    assert not connection.send([b"head", b"body"], 100.0)
    assert connection.reader.keep_alive


def test_garbage_in_an_upload_ends_it(pair):
    sock, peer = pair
    connection = SocketConnection(sock)
    peer.send(b"SSH-2.0")
    assert not connection.send([b"head", b"body"], 100.0)
    assert connection.reader.failed


def test_a_socket_that_was_closed_is_an_error_and_not_a_number(pair):
    sock, _ = pair
    connection = SocketConnection(sock)
    connection.close()
    connection.shut_down()
    assert connection.is_dead()
    for timeout in (1.0, 2.0):  # the second one is set on what is closed
        connection.read(timeout)
        assert connection.reader.failed
    assert not connection.send([b"request"], 1.0)
    assert not connection.send([b"head", b"body"], 1.0)


def test_a_socket_that_would_wait_is_not_readable():
    near, far = socket.socketpair()
    with near, far:
        assert not is_readable(near.fileno())
        far.send(b"x")
        assert is_readable(near.fileno())
        assert near.recv(10) == b"x"
        assert not is_readable(near.fileno())
        shut_down(far)
        assert is_readable(near.fileno())
    assert is_readable(near.fileno())


def test_it_is_asked_alike_where_there_is_no_poll(monkeypatch):
    monkeypatch.delattr(select, "poll")
    test_a_socket_that_would_wait_is_not_readable()


def test_options_that_a_system_does_not_have_are_left_out(monkeypatch):
    for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"):
        monkeypatch.delattr(socket, name, raising=False)
    assert keepalive() == [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]


def test_a_socket_that_cannot_be_set_up_is_closed():
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))
    with pytest.raises(OSError, match="assign"):  # and no ResourceWarning
        open_socket(info, "192.0.2.1")


def test_shutting_down_what_is_closed_is_no_matter():
    near, far = socket.socketpair()
    near.close()
    far.close()
    shut_down(near)


def test_an_attempt_that_is_aborted_as_its_handshake_begins_ends(listener, trusting):
    """Another thread may come between connecting and the handshake."""

    class Context:
        def wrap_socket(self, *args, **kwargs):
            attempt.abort()
            return trusting.wrap_socket(*args, **kwargs)

    attempt = Attempt()
    with pytest.raises(httpx2.ConnectError):
        dial(listener, Context(), attempt)


def test_a_context_that_refuses_a_name_leaves_no_socket(listener, trusting):
    with pytest.raises(ValueError, match="server_hostname"):  # and no ResourceWarning
        dial(listener, trusting, Attempt(), server_hostname="")
    assert listener.accept().hear_end()


def dial(listener, tls, attempt, server_hostname="127.0.0.1"):
    return connect(
        "127.0.0.1",
        listener.port,
        timeout=None,
        tls=tls,
        server_hostname=server_hostname,
        local_address=None,
        attempt=attempt,
    )


def test_addresses_that_answer_at_once_give_one_connection(listener, monkeypatch):
    """Whether a socket connects in no time at all, or several of them in one look."""

    class AtOnce(socket.socket):
        def connect_ex(self, address, /):
            self.setblocking(True)
            self.connect(address)
            return 0

    def opening(*_):
        return AtOnce(socket.AF_INET, socket.SOCK_STREAM)

    found = [
        (socket.AF_INET, socket.SOCK_STREAM, proto, "", ("127.0.0.1", listener.port))
        for proto in (6, 0)
    ]
    monkeypatch.setattr(sockets, "STAGGER", 0.0)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    for make in (sockets.open_socket, opening):
        monkeypatch.setattr(sockets, "open_socket", make)
        connection = dial(listener, None, Attempt())
        assert len(sockets_to(listener.port)) == 1
        connection.close()
