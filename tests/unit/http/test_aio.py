"""Connections on asyncio and uvloop where they differ from the others of `test_connections.py`."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from mistralai.client._http import aio
from mistralai.client._http.aio import HIGH_WATER, AioConnection
from mistralai.client._http.attempt import EXTENSION, Attempt
from mistralai.client._http.deadline import Deadline
from mistralai.client._http.transport import AsyncTransport
from support.loops import CountingLoop
from support.peers import Listener, Peer, deaf, sockets_to

pytestmark = pytest.mark.anyio

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
SOON = 0.01
"""Seconds; a limit that is to be met."""


@pytest.fixture(params=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    return "asyncio", {"use_uvloop": request.param == "uvloop"}


async def connect(host: str, port: int, **settings: Any) -> AioConnection:
    settings = {"tls": None, "server_hostname": host, "timeout": 10.0, **settings}
    return await aio.connect(host, port, local_address=None, attempt=Attempt(), **settings)


@asynccontextmanager
async def connected(listener: Listener) -> AsyncIterator[tuple[AioConnection, Peer]]:
    """A connection over which a request went, and its other end."""
    connection = await connect(listener.host, listener.port)
    connection.reader.begin(method="GET")
    try:
        yield connection, listener.accept()
    finally:
        await connection.aclose()


async def until(holds: Callable[[], object]) -> None:
    while not holds():  # noqa: ASYNC110 - the loop's own turns are what is waited for
        await asyncio.sleep(0)


def hand_over(connection: AioConnection, data: bytes) -> None:
    """Do what the loop does with data."""
    connection.get_buffer(-1)[: len(data)] = data
    connection.buffer_updated(len(data))


async def test_the_connections_of_a_loop_share_what_it_reads_into_and_nothing_else():
    one, other = AioConnection(), AioConnection()
    assert one.get_buffer(-1) is other.get_buffer(-1)
    for connection in (one, other):
        hand_over(connection, CHUNKED)
    hand_over(one, b"7\r\nfor one\r\n")
    hand_over(other, b"1\r\nx\r\n")
    assert [one.reader.take(), other.reader.take()] == [b"for one", b"x"]


async def test_a_thousand_waits_take_one_timer(listener, monkeypatch):
    async with connected(listener) as (connection, _):
        loop = CountingLoop(asyncio.get_running_loop())
        monkeypatch.setattr(connection, "_loop", loop)
        deadline = Deadline(300.0, loop.time)
        hand_over(connection, CHUNKED)
        for _ in range(1000):
            loop.call_soon(hand_over, connection, b"1\r\nx\r\n")
            deadline.begin(300.0, None)
            await connection.wait(deadline)
            assert connection.reader.take() == b"x"
        assert len(loop.timers) == 1


async def test_a_limit_that_comes_closer_is_kept(listener):
    async with connected(listener) as (connection, _):
        asyncio.get_running_loop().call_soon(hand_over, connection, b"HTTP")
        await connection.wait(600.0)
        with pytest.raises(httpx2.ReadTimeout):
            await connection.wait(SOON)


async def test_a_timer_does_not_outlive_its_connection(listener, monkeypatch):
    loop = asyncio.get_running_loop()
    timers: list[asyncio.TimerHandle] = []

    def call_at(when: float, *call: Any) -> asyncio.TimerHandle:
        timers.append(loop.call_at(when, *call))
        return timers[-1]

    async with connected(listener) as (connection, _):
        noting = CountingLoop(loop)
        noting.call_at = call_at  # type: ignore[method-assign] # it keeps them
        monkeypatch.setattr(connection, "_loop", noting)
        waiting = asyncio.ensure_future(connection.wait(600.0))
        await asyncio.sleep(0)
        assert [timer.cancelled() for timer in timers] == [False]
        connection.close()
        await waiting
    assert [timer.cancelled() for timer in timers] == [True]


async def test_a_wait_that_is_cancelled_takes_nothing_with_it(listener):
    async with connected(listener) as (connection, peer):
        waiting = asyncio.ensure_future(connection.wait(None))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        peer.say(CHUNKED)
        await connection.wait(10.0)
        assert connection.reader.head_complete


async def test_a_peer_is_held_back_while_nobody_reads_and_not_for_longer(listener):
    async with connected(listener) as (connection, peer):
        peer.say(CHUNKED)
        await until(lambda: connection.reader.head_complete)
        much = 64 * HIGH_WATER
        saying = asyncio.get_running_loop().run_in_executor(
            None, peer.say, b"%x\r\n%b\r\n0\r\n\r\n" % (much, bytes(much))
        )
        read = most = 0
        while not connection.reader.complete or connection.reader.pieces:
            before = -1
            while before != connection.reader.pieces:  # as much as comes without a reader
                before = connection.reader.pieces
                for _ in range(20):
                    await asyncio.sleep(0)
            piece = len(connection.reader.take())
            connection.taken()
            read, most = read + piece, max(most, piece)
        await saying
        assert read == much
        assert most <= 2 * HIGH_WATER


async def test_a_connection_that_ends_while_its_peer_is_held_back_reads_on_no_more(listener):
    async with connected(listener) as (connection, peer):
        hand_over(connection, CHUNKED)
        for _ in range(1 + HIGH_WATER // 60_000):
            hand_over(connection, b"ea60\r\n%b\r\n" % bytes(60_000))
        assert connection.reader.pieces
        await connection.aclose()
        connection.taken()
        await asyncio.sleep(0)
        assert peer.hear_end()


async def test_asyncio_keeps_no_limit_of_its_own_for_a_handshake(listener, trusting, monkeypatch):
    limits: list[float] = []

    async def start_tls(*_: Any, ssl_handshake_timeout: float, **__: Any) -> None:
        limits.append(ssl_handshake_timeout)
        raise ConnectionAbortedError

    loop = CountingLoop(asyncio.get_running_loop())
    loop.start_tls = start_tls  # type: ignore[attr-defined] # instead of the loop's own
    monkeypatch.setattr(aio.asyncio, "get_running_loop", lambda: loop)
    with pytest.raises(httpx2.ConnectError):
        await connect("127.0.0.1", listener.port, tls=trusting)
    assert limits[0] > 86_400


async def test_a_race_leaves_no_task_behind(listener, monkeypatch):
    monkeypatch.setattr(aio, "STAGGER", 0.002)
    with deaf("127.0.0.2") as silent:
        addresses = [("127.0.0.2", silent), ("127.0.0.1", listener.port)]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", each) for each in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        tasks = asyncio.all_tasks()
        connection = await connect("name.example", 443)
        assert asyncio.all_tasks() == tasks
        await connection.aclose()


async def test_two_addresses_that_answer_at_once_give_one_connection(listener, monkeypatch):
    monkeypatch.setattr(aio, "STAGGER", 0.0)
    addresses = [("127.0.0.1", listener.port)] * 2
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, number, "", each)
        for number, each in zip((6, 0), addresses, strict=True)
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    for _ in range(20):
        connection = await connect("name.example", 443)
        assert len(sockets_to(listener.port)) == 1
        await connection.aclose()
        await asyncio.sleep(0)


async def test_what_comes_as_the_limit_is_over_is_in_time(listener):
    async with connected(listener) as (connection, _):
        asyncio.get_running_loop().call_soon(hand_over, connection, CHUNKED)
        await connection.wait(0.0)
        assert connection.reader.head_complete


async def test_an_interim_response_does_not_end_the_sending_of_a_small_request(listener):
    async with connected(listener) as (connection, peer):
        size = 16 * 1024 * 1024  # more than the buffers of a connection hold
        sending = asyncio.ensure_future(connection.send_now(bytes(size), 10.0))
        await asyncio.sleep(0)
        peer.say(b"HTTP/1.1 100 Continue\r\n\r\n")
        await until(lambda: connection.reader.received)
        assert not sending.done()
        await asyncio.get_running_loop().run_in_executor(None, peer.hear, size)
        assert await sending


async def test_a_race_that_is_cancelled_twice_leaves_nothing_either(monkeypatch):
    with deaf("127.0.0.2") as one, deaf("127.0.0.3") as other:
        addresses = [("127.0.0.2", one), ("127.0.0.3", other)]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", each) for each in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        before = sockets_to(one) | sockets_to(other)
        tasks = asyncio.all_tasks()
        connecting = asyncio.ensure_future(connect("name.example", 443))
        await until(lambda: sockets_to(one) | sockets_to(other) != before)
        connecting.cancel()
        await asyncio.sleep(0)
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == tasks
        assert sockets_to(one) | sockets_to(other) == before


async def test_a_large_response_that_nobody_read_does_not_hold_back_the_next_one(listener):
    """Its last byte is the one with which the peer is held back."""
    transport = AsyncTransport()
    attempt = Attempt()
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 262102\r\n\r\n"
    answers = [head + bytes(262_102), b"HTTP/1.1 204 No Content\r\n\r\n"]
    assert len(answers[0]) == HIGH_WATER + 1

    def serve() -> None:
        peer = listener.accept()
        for answer in answers:
            peer.hear_head()
            peer.say(answer)

    serving = asyncio.get_running_loop().run_in_executor(None, serve)
    for expected in (200, 204):
        request = httpx2.Request(
            "GET", listener.url, extensions={"timeout": {"read": 10.0}, EXTENSION: attempt}
        )
        response = await transport.handle_async_request(request)
        assert response.status_code == expected
        connection: Any = attempt.connection
        await until(lambda connection=connection: connection.reader.complete)
        await response.aclose()
    await serving
    await transport.aclose()
