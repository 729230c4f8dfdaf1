"""How connections of every kind are made: over several addresses, with TLS, and given up."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from mistralai.client._http.attempt import Attempt
from mistralai.client._http.deadline import Deadline
from support.flows import Clock
from support.kinds import Kind, on_every_kind
from support.peers import Listener, deaf, nobody, sockets_to

SOON = 0.05
"""Seconds; a limit that is to be met."""


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Say which addresses a name has, whatever the name is."""

    def resolve(*addresses: tuple[str, int]) -> None:
        def getaddrinfo(*_: object, **__: object) -> list[Any]:
            return [
                (
                    socket.AF_INET6 if ":" in address[0] else socket.AF_INET,
                    socket.SOCK_STREAM,
                    6,
                    "",
                    address,
                )
                for address in addresses
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return resolve


def check_no_socket(kind: Kind, port: int) -> None:
    for _ in range(3):  # turns in which a loop closes what it was told to
        kind.turn()
    assert sockets_to(port) == set(), "a socket was left open"


def is_left(kind: Kind, port: int, before: set[str]) -> bool:
    """Wait until no sockets lead to a port but those before; return whether that came true."""
    for _ in range(100):
        if sockets_to(port) <= before:
            return True
        kind.turn()
    return False


# --- several addresses -------------------------------------------------------


@on_every_kind
def test_the_next_address_is_tried_where_the_first_does_not_answer(kind, resolve):
    """And the socket of the one that lost is closed."""
    with deaf("127.0.0.2") as silent:
        for name, bad in {
            "silent": ("127.0.0.2", silent),
            "refusing": ("127.0.0.1", nobody()),
            "unreachable": ("255.255.255.255", 1),
        }.items():
            listener = kind.enter(Listener())
            resolve(bad, ("127.0.0.1", listener.port))
            before = sockets_to(silent)
            connection = kind.connect("name.example", 443, timeout=None)
            address = connection.get_extra_info("server_addr")
            assert address == ("127.0.0.1", listener.port), name
            assert is_left(kind, silent, before), name
            assert name == "silent" or sockets_to(bad[1]) == set(), name
            assert len(sockets_to(listener.port)) == 1, name


@on_every_kind
def test_an_address_that_answers_first_is_the_only_one_that_is_asked(kind, resolve, monkeypatch):
    for module in ("aio", "sockets", "trionet"):  # a busy machine may take longer than the stagger
        monkeypatch.setattr(f"mistralai.client._http.{module}.STAGGER", 30.0)
    listener = kind.enter(Listener())
    with Listener() as other:
        resolve(("127.0.0.1", listener.port), ("127.0.0.1", other.port))
        connection = kind.connect("name.example", 443)
        assert connection.get_extra_info("server_addr") == ("127.0.0.1", listener.port)
        check_no_socket(kind, other.port)


@on_every_kind
def test_families_take_turns(kind, resolve):
    listener = kind.enter(Listener())
    with deaf("127.0.0.2") as silent, six() as other:
        resolve(("127.0.0.2", silent), ("127.0.0.1", listener.port), ("::1", other.port))
        connection = kind.connect("name.example", 443, timeout=None)
        assert connection.get_extra_info("server_addr")[:2] == ("::1", other.port)


@contextmanager
def six() -> Iterator[Listener]:
    try:
        listener = Listener("::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    with listener:
        yield listener


@on_every_kind
def test_where_all_refuse_each_error_is_said_once(kind, resolve):
    one, other = nobody(), nobody()
    resolve(("127.0.0.1", one), ("127.0.0.1", other), ("127.0.0.2", one))
    with pytest.raises(httpx2.ConnectError) as caught:
        kind.connect("name.example", 443)
    said = str(caught.value).split("; ")
    assert len(said) == len(set(said))
    assert all("Errno 111" in each or "refused" in each for each in said)
    assert isinstance(caught.value.__cause__, OSError)
    for port in (one, other):
        check_no_socket(kind, port)


@on_every_kind
def test_one_address_that_refuses_says_so(kind):
    with pytest.raises(httpx2.ConnectError, match=r"Errno 111|refused") as caught:
        kind.connect("127.0.0.1", nobody())
    assert isinstance(caught.value.__cause__, OSError)


def test_one_limit_is_for_all_addresses(kind, resolve):
    with deaf("127.0.0.2") as one, deaf("127.0.0.3") as other:
        resolve(("127.0.0.2", one), ("127.0.0.3", other))
        before = sockets_to(one) | sockets_to(other)
        with pytest.raises(httpx2.ConnectTimeout) as caught:
            kind.connect("name.example", 443, timeout=SOON)
        assert str(caught.value)
        assert sockets_to(one) | sockets_to(other) == before


def test_a_limit_that_is_over_is_over_before_anything_is_tried(kind, listener):
    clock = Clock()
    deadline = Deadline(1.0, clock)
    clock.now += 2.0
    with deaf("127.0.0.2") as silent, pytest.raises(httpx2.ConnectTimeout):
        kind.connect("127.0.0.2", silent, timeout=deadline)
    kind.connect("127.0.0.1", listener.port, timeout=Deadline(60.0, Clock()))


@on_every_kind
def test_a_name_that_is_unknown_is_a_connect_error(kind, monkeypatch):
    def getaddrinfo(*_: object, **__: object) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(httpx2.ConnectError, match="not known") as caught:
        kind.connect("no such name", 443)
    assert isinstance(caught.value.__cause__, socket.gaierror)


@on_every_kind
def test_a_name_that_cannot_be_one_is_a_connect_error(kind):
    for name in ("a" * 64 + ".example", "a..example"):
        with pytest.raises(httpx2.ConnectError):
            kind.connect(name, 443)


@on_every_kind
def test_a_name_without_an_address_is_a_connect_error(kind, resolve):
    resolve()
    with pytest.raises(httpx2.ConnectError):
        kind.connect("name.example", 443)


@on_every_kind
def test_a_name_is_resolved_by_the_system(kind):
    with socket.create_server(("localhost", 0)) as server:
        connection = kind.connect("localhost", server.getsockname()[1])
        assert connection.get_extra_info("server_addr")[:2] == server.getsockname()[:2]


@on_every_kind
def test_an_address_of_ours_that_there_is_not_is_a_connect_error(kind, resolve):
    listener = kind.enter(Listener())
    for found in ([("127.0.0.1", listener.port)], [("127.0.0.1", listener.port), ("127.0.0.2", 1)]):
        resolve(*found)
        for local_address in ("192.0.2.1", "::1", "no address", "a" * 64 + ".example"):
            with pytest.raises(httpx2.ConnectError):
                kind.connect("name.example", 443, local_address=local_address)
    check_no_socket(kind, listener.port)


# --- TLS ---------------------------------------------------------------------


def test_a_handshake_that_hangs_ends_in_time(kind, listener, trusting):
    with pytest.raises(httpx2.ConnectTimeout):
        kind.connect("127.0.0.1", listener.port, tls=trusting, timeout=SOON)
    check_no_socket(kind, listener.port)
    assert listener.accept().hear_end()


@on_every_kind
def test_a_certificate_that_does_not_verify_is_the_cause_of_a_connect_error(kind, certificate):
    secure = kind.enter(Listener(tls=certificate.context))
    connecting = kind.start(
        kind.connect, "127.0.0.1", secure.port, tls=ssl.create_default_context()
    )
    with pytest.raises(ssl.SSLError):
        secure.accept()
    with pytest.raises(httpx2.ConnectError, match="certificate verify failed") as caught:
        connecting.result(10)
    causes: list[BaseException | None] = [caught.value.__cause__]
    while causes[-1] is not None:
        causes.append(causes[-1].__cause__)
    assert any(isinstance(each, ssl.SSLCertVerificationError) for each in causes)
    check_no_socket(kind, secure.port)


@on_every_kind
def test_a_certificate_of_another_name_does_not_verify(kind, certificate, trusting):
    secure = kind.enter(Listener(tls=certificate.context))
    connecting = kind.start(
        kind.connect, "127.0.0.1", secure.port, tls=trusting, server_hostname="other.example"
    )
    with pytest.raises(ssl.SSLError):
        secure.accept()
    with pytest.raises(httpx2.ConnectError, match=r"other\.example"):
        connecting.result(10)
    check_no_socket(kind, secure.port)


@on_every_kind
def test_a_peer_that_leaves_in_the_handshake_or_speaks_no_tls_is_a_connect_error(kind, trusting):
    listener = kind.enter(Listener())
    for leave in (
        lambda peer: peer.close(),
        lambda peer: peer.reset(),
        lambda peer: peer.say(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    ):
        connecting = kind.start(kind.connect, "127.0.0.1", listener.port, tls=trusting)
        peer = listener.accept()
        assert peer.hear(5)
        leave(peer)
        with pytest.raises(httpx2.ConnectError) as caught:
            connecting.result(10)
        assert str(caught.value)
        check_no_socket(kind, listener.port)


# --- given up ----------------------------------------------------------------


def test_an_attempt_that_is_aborted_while_it_connects_ends(kind):
    with deaf("127.0.0.2") as silent:
        before = sockets_to(silent)
        attempt = Attempt()
        connecting = kind.start(kind.connect, "127.0.0.2", silent, attempt=attempt, timeout=None)
        while sockets_to(silent) == before:
            kind.turn()
        kind.call(attempt.abort)
        with pytest.raises(httpx2.TransportError):
            connecting.result(10)
        assert sockets_to(silent) == before


def test_an_attempt_that_is_aborted_in_its_handshake_ends(kind, listener, trusting):
    attempt = Attempt()
    connecting = kind.start(
        kind.connect, "127.0.0.1", listener.port, tls=trusting, attempt=attempt, timeout=None
    )
    peer = listener.accept()
    assert peer.hear(5)
    kind.call(attempt.abort)
    with pytest.raises(httpx2.TransportError):
        connecting.result(10)
    assert peer.hear_end()
    check_no_socket(kind, listener.port)


def test_an_attempt_that_was_aborted_before_does_not_connect(kind, listener):
    attempt = Attempt()
    attempt.abort()
    with pytest.raises(httpx2.TransportError):
        kind.connect("127.0.0.1", listener.port, attempt=attempt)
    check_no_socket(kind, listener.port)


@on_every_kind
def test_an_address_of_ours_that_is_not_one_is_an_error_and_no_task_or_socket_is_left(
    kind, resolve
):
    listener = kind.enter(Listener())
    for found in ([("127.0.0.1", listener.port)], [("127.0.0.1", listener.port), ("127.0.0.2", 1)]):
        resolve(*found)
        with pytest.raises((TypeError, ValueError, httpx2.ConnectError)):
            kind.connect("name.example", 443, local_address="\u00fc" * 64)
