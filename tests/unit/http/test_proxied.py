"""Requests through a proxy: over httpx2's own transports, which are made when they are needed."""

import asyncio
import socket
import ssl
import time
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from mistralai.client._http import proxied, tls
from mistralai.client._http.attempt import Attempt
from mistralai.client._http.deadline import Deadline
from mistralai.client._http.proxied import AsyncProxyTransport, ProxyTransport
from mistralai.client._http.proxies import Proxy
from mistralai.client._http.sockets import keepalive
from mistralai.client.types.secret import Secret
from support.flows import Clock
from support.kinds import Kind, on_every_kind
from support.peers import Listener, nobody, sockets_to
from support.sides import HEAD, HELLO, Side

PLAIN = "http://name.example/path"
SECURE = "https://name.example/path"
CONNECT = b"CONNECT name.example:443 HTTP/1.1\r\n"
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
SOON = 0.25
"""Seconds; a limit that is to be met."""


@pytest.fixture(autouse=True)
def trusted(certificate, fresh_tls_context, monkeypatch, tmp_path):
    """The environment names the CA of the servers here."""
    del fresh_tls_context
    file = tmp_path / "ca.pem"
    file.write_bytes(certificate.ca_pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


def proxy_at(url: str) -> Proxy:
    return Proxy(Secret(url), "HTTPS_PROXY")


def through_proxy(kind: Kind, listener: Listener | None = None) -> Side:
    """A transport whose proxy is in the hands of the test."""
    listener = listener or kind.enter(Listener())
    make = ProxyTransport if kind.name == "sync" else AsyncProxyTransport
    return Side(kind, listener, transport=kind.keep(make(proxy_at(listener.url))))


def tunnel(side: Side, certificate: Any, answer: bytes = HELLO, **settings: Any) -> httpx2.Response:
    """Send a request over a new tunnel."""
    asking = side.begin(url=SECURE, **settings)
    peer = side.accept()
    assert peer.hear_head().startswith(CONNECT)
    peer.say(ESTABLISHED)
    peer.secure(certificate.context)
    assert peer.hear_head().startswith(b"GET /path HTTP/1.1\r\n")
    peer.say(answer)
    return asking.result(10)


@on_every_kind
def test_plain_http_is_asked_of_the_proxy_and_loads_no_tls_context(kind):
    side = through_proxy(kind)
    for _ in range(2):
        asking = side.begin(url=PLAIN)
        peer = side.peers[0] if side.peers else side.accept()
        assert peer.hear_head().startswith(f"GET {PLAIN} HTTP/1.1\r\n".encode())
        peer.say(HELLO)
        assert side.read(asking.result(10)) == b"Hello"
    assert tls._tls_context.cache_info().currsize == 0


@on_every_kind
def test_https_goes_through_a_tunnel_that_serves_again(kind, certificate):
    side = through_proxy(kind)
    assert side.read(tunnel(side, certificate)) == b"Hello"
    assert side.read(side.ask(peer=side.peers[0], url=SECURE)) == b"Hello"
    side.ask(url=PLAIN)
    assert len(side.peers) == 2


@on_every_kind
def test_a_proxy_may_be_reached_by_tls_itself(kind, certificate):
    with Listener(tls=certificate.context) as listener:
        side = through_proxy(kind, listener)
        for _ in range(2):
            peer = side.peers[0] if side.peers else None
            assert side.read(side.ask(peer=peer, url=PLAIN)) == b"Hello"


@pytest.mark.filterwarnings("ignore:Exception ignored:pytest.PytestUnraisableExceptionWarning")
@on_every_kind
def test_its_certificate_is_verified_for_plain_http_too(kind, certificate, monkeypatch):
    """httpx2 leaves the socket of a handshake that failed on asyncio and trio to the collector."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with Listener(tls=certificate.context) as listener:
        side = through_proxy(kind, listener)
        asking = side.begin(url=PLAIN)
        peer = listener.accept(plainly=True)
        peer.sock.settimeout(SOON)
        with suppress(OSError):
            peer.secure(certificate.context)
        with pytest.raises(httpx2.ConnectError) as caught:
            asking.result(10)
        causes: list[BaseException | None] = [caught.value]
        while causes[-1] is not None:
            causes.append(causes[-1].__cause__ or causes[-1].__context__)
        assert any(isinstance(each, ssl.SSLCertVerificationError) for each in causes)


@on_every_kind
def test_a_connection_to_a_proxy_is_probed_while_idle(kind, certificate):
    side = through_proxy(kind)
    for response in (side.ask(url=PLAIN), tunnel(side, certificate)):
        sock = response.extensions["network_stream"].get_extra_info("socket")
        for level, name, value in keepalive():
            assert sock.getsockopt(level, name) == value
        side.read(response)


def test_what_has_no_socket_or_ended_meanwhile_is_not_probed():
    near, far = socket.socketpair()
    near.close()
    far.close()
    for stream in (None, SimpleNamespace(get_extra_info={"socket": near}.get)):
        extensions = {} if stream is None else {"network_stream": stream}
        proxied._keep_alive(httpx2.Response(200, extensions=extensions))


@on_every_kind
def test_a_proxy_that_is_not_there_or_refuses_is_an_error_of_httpx2(kind):
    side = through_proxy(kind)
    asking = side.begin(url=SECURE)
    side.accept().hear_head()
    side.peers[0].say(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
    with pytest.raises(httpx2.ProxyError, match="407"):
        asking.result(10)
    make = type(side.transport)
    for proxy in (f"http://127.0.0.1:{nobody()}", f"https://127.0.0.1:{nobody()}"):
        with pytest.raises(httpx2.ConnectError):
            kind.handle(kind.keep(make(proxy_at(proxy))), SECURE)


def test_a_head_that_does_not_come_ends_in_time(kind):
    side = through_proxy(kind)
    side.read(side.ask(url=PLAIN))  # what it makes at first takes time
    heard = []

    def since_heard():
        """A clock that begins with the request, however long a loaded machine takes for it."""
        return time.monotonic() - heard[-1] if heard else 0.0

    for limit in (SOON, Deadline(SOON, since_heard)):
        asking = side.begin(url=PLAIN, limits={"read": limit})
        if limit is not SOON:
            side.accept()
        side.peers[-1].hear_head()
        if limit is not SOON:
            heard.append(time.monotonic())
        with pytest.raises(httpx2.ReadTimeout):
            asking.result(10)
        assert side.peers[-1].hear_end()


def test_a_body_that_does_not_come_ends_in_time(kind):
    side = through_proxy(kind)
    response = side.ask(HEAD + b"5\r\nHello\r\n", url=PLAIN, limits={"read": SOON})
    with pytest.raises(httpx2.ReadTimeout):
        side.read(response)
    kind.close(response)
    assert side.peers[0].hear_end()


def test_an_attempt_that_is_aborted_ends(kind):
    """In a thread the connection is shut down by who holds it: no transport of ours does."""
    if kind.name == "sync":
        return
    side = through_proxy(kind)
    attempt = Attempt()
    asking = side.begin(url=PLAIN, attempt=attempt)
    side.accept().hear_head()
    kind.call(attempt.abort)
    with pytest.raises(httpx2.ReadTimeout):
        asking.result(10)
    assert side.peers[0].hear_end()
    attempt.abort()  # there is nothing to end any more


def test_closing_ends_the_connections_and_others_may_follow(kind, certificate):
    side = through_proxy(kind)
    side.read(side.ask(url=PLAIN))
    side.read(tunnel(side, certificate))
    for _ in range(2):
        kind.close(side.transport)
    for peer in side.peers:
        assert peer.hear_end()
    assert sockets_to(side.listener.port) == set()
    assert side.read(side.ask(url=PLAIN)) == b"Hello"


def test_what_is_set_aside_is_not_touched_and_not_used(kind):
    """As in the child of a fork; there a connection that is closed is open still in the parent."""
    side = through_proxy(kind)
    response = side.ask(HEAD, url=PLAIN)
    held = kind.call(side.transport.set_aside)
    side.read(side.ask(url=PLAIN))
    kind.close(side.transport)
    side.peers[0].say(b"5\r\nHello\r\n0\r\n\r\n")
    assert side.read(response) == b"Hello"
    assert len(side.peers) == 2
    if kind.name == "sync":
        for transport in held.values():
            transport.close()


def test_each_loop_has_connections_of_its_own_which_end_with_it(listener):
    transport = AsyncProxyTransport(proxy_at(listener.url))

    async def main() -> None:
        request = httpx2.Request("GET", PLAIN)
        asking = asyncio.ensure_future(transport.handle_async_request(request))
        peer = await asyncio.to_thread(listener.accept)
        await asyncio.to_thread(peer.hear_head)
        peer.say(HELLO)
        await (await asking).aread()
        peers.append(peer)

    peers: list[Any] = []
    for _ in range(3):
        asyncio.run(main())
    for peer in peers:
        assert peer.hear_end()
    assert sockets_to(listener.port) == set()


def test_a_limit_counts_from_when_the_request_began(kind):
    """httpx2 does not say when it has sent a request."""
    clock = Clock()
    limit = Deadline(5.0, clock)
    clock.now += 6.0
    side = through_proxy(kind)
    asking = side.begin(url=PLAIN, limits={"read": limit})
    if kind.name == "sync":  # its own timeout, from the end of sending
        side.accept().hear_head()
        side.peers[0].say(HELLO)
        assert side.read(asking.result(10)) == b"Hello"
    else:
        with pytest.raises(httpx2.ReadTimeout):
            asking.result(10)
