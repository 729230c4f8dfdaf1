import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpcore2
import pytest
from mistralai.client.asyncio_network import AsyncioStream, connect_tcp, connect_unix_socket
from mistralai.client.network import AsyncBackend

from mistralai.client._http.deadline import Deadline
from mistralai.simulator.tls import Certificate, make_certificate
from support.loops import CountingLoop

pytestmark = pytest.mark.anyio

SOON = 0.01
"""Seconds; a limit that is to be met."""


@pytest.fixture(params=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    return "asyncio", {"use_uvloop": request.param == "uvloop"}


class Peer:
    """The other end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def reset(self) -> None:
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def listening(**options: Any) -> AsyncIterator[tuple[int, "asyncio.Queue[Peer]"]]:
    """A server: its port, and the connections that it has."""
    peers: asyncio.Queue[Peer] = asyncio.Queue()
    all_peers: list[Peer] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        all_peers.append(Peer(reader, writer))
        await peers.put(all_peers[-1])

    server = await asyncio.start_server(connected, "127.0.0.1", 0, **options)
    try:
        yield server.sockets[0].getsockname()[1], peers
    finally:
        server.close()
        for peer in all_peers:
            peer.writer.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def connected(**options: Any) -> AsyncIterator[tuple[AsyncioStream, Peer]]:
    """A connection and its other end."""
    async with listening(**options) as (port, peers):
        stream = await connect_tcp("127.0.0.1", port, None, None, ())
        try:
            yield stream, await peers.get()
        finally:
            await stream.aclose()


def within(seconds: float | None) -> Deadline:
    return Deadline(seconds, asyncio.get_running_loop().time)


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)


# --- reading -----------------------------------------------------------------


def hand_over(stream: AsyncioStream, data: bytes) -> None:
    """Do what the loop does with data."""
    stream.get_buffer(-1)[: len(data)] = data
    stream.buffer_updated(len(data))


async def test_what_comes_is_read_as_it_comes_and_then_the_end() -> None:
    async with connected() as (stream, peer):
        reading = asyncio.create_task(stream.read(100))
        await asyncio.sleep(0)
        peer.writer.write(b"abc")
        assert await reading == b"abc"
        peer.writer.close()
        assert [await stream.read(100), await stream.read(100)] == [b"", b""]


async def test_a_read_gives_no_more_than_was_asked_for_and_joins_what_is_there() -> None:
    stream = AsyncioStream()
    for data in (b"abc", b"de", b"f"):
        hand_over(stream, data)
    assert [await stream.read(size) for size in (2, 3, 9)] == [b"ab", b"c" + b"de", b"f"]


async def test_the_connections_of_a_loop_share_what_it_reads_into_and_nothing_else() -> None:
    one, other = AsyncioStream(), AsyncioStream()
    assert one.get_buffer(-1) is other.get_buffer(-1)
    hand_over(one, b"for one")
    hand_over(other, b"x")
    assert [await one.read(100), await other.read(100)] == [b"for one", b"x"]


def test_loops_share_nothing() -> None:
    async def buffer() -> memoryview:
        return AsyncioStream().get_buffer(-1)

    assert asyncio.run(buffer()) is not asyncio.run(buffer())


async def test_what_came_before_a_reset_is_read_before_the_error() -> None:
    async with connected() as (stream, peer):
        hand_over(stream, b"before")  # it came, and nobody read it
        peer.reset()
        await until(lambda: stream._over)
        assert await stream.read(100) == b"before"
        for _ in range(2):
            with pytest.raises(httpcore2.ReadError) as caught:
                await stream.read(100)
        assert isinstance(caught.value.__cause__, ConnectionResetError)


async def test_a_read_that_waits_too_long_ends_and_another_may_wait_again() -> None:
    async with connected() as (stream, peer):
        deadline = within(SOON)
        with pytest.raises(httpcore2.ReadTimeout):
            await stream.read(100, deadline)
        assert not deadline.received
        with pytest.raises(httpcore2.ReadTimeout):
            await stream.read(100, SOON)
        peer.writer.write(b"late")
        deadline.begin(60.0, None)
        assert await stream.read(100, deadline) == b"late"
        assert deadline.received


async def test_a_limit_that_moves_away_is_kept_and_so_is_one_that_comes_closer() -> None:
    async with connected() as (stream, peer):
        deadline = within(2 * SOON)
        reading = asyncio.create_task(stream.read(100, deadline))
        await asyncio.sleep(0)
        peer.writer.write(b"a")
        await reading
        deadline.begin(4 * SOON, None)
        began = asyncio.get_running_loop().time()
        with pytest.raises(httpcore2.ReadTimeout):
            await stream.read(100, deadline)
        assert asyncio.get_running_loop().time() - began >= 3.9 * SOON
        deadline.begin(600.0, None)
        reading = asyncio.create_task(stream.read(100, deadline))
        await asyncio.sleep(0)
        peer.writer.write(b"b")
        await reading
        with pytest.raises(httpcore2.ReadTimeout):
            await stream.read(100, within(SOON))


async def test_a_thousand_reads_take_one_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected() as (stream, _):
        loop = CountingLoop(stream._loop)
        monkeypatch.setattr(stream, "_loop", loop)
        deadline = within(300.0)
        for _ in range(1000):
            loop.call_soon(hand_over, stream, b"event")
            deadline.begin(300.0, None)
            assert await stream.read(100, deadline) == b"event"
        assert len(loop.timers) == 1


async def test_a_peer_is_held_back_while_nobody_reads() -> None:
    much = b"x" * 20_000_000
    async with connected() as (stream, peer):
        writing = asyncio.create_task(_write(peer, much))
        await until(lambda: stream._held_back)
        for _ in range(100):  # rounds in which more would come
            await asyncio.sleep(0)
        assert stream._size <= 2 * 256 * 1024
        assert not writing.done()
        size = 0
        while size < len(much):
            size += len(await stream.read(65536))
        assert size == len(much)
        await writing


async def _write(peer: Peer, data: bytes) -> None:
    peer.writer.write(data)
    await peer.writer.drain()


async def test_a_read_that_is_cancelled_takes_nothing_with_it() -> None:
    async with connected() as (stream, peer):
        reading = asyncio.create_task(stream.read(100))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        peer.writer.write(b"abc")
        assert await stream.read(100) == b"abc"


# --- writing -----------------------------------------------------------------


async def test_a_write_waits_while_the_peer_takes_nothing_and_ends_in_time() -> None:
    async with connected(limit=1024) as (stream, peer):
        with pytest.raises(httpcore2.WriteTimeout):
            await stream.write(b"x" * 20_000_000, within(SOON))
        waiting = asyncio.create_task(stream.write(b"!"))
        read = 0
        while read < 20_000_001:
            read += len(await peer.reader.read(1_000_000))
        await waiting


async def test_what_is_written_to_a_connection_that_is_over_is_an_error() -> None:
    async with connected() as (stream, peer):
        peer.writer.close()
        assert await stream.read(100) == b""
        with pytest.raises(httpcore2.WriteError, match="closed"):
            await stream.write(b"request")


async def test_a_write_that_waits_ends_with_the_connection() -> None:
    async with connected() as (stream, peer):
        waiting = asyncio.create_task(stream.write(b"x" * 20_000_000))
        await until(lambda: stream._writer is not None)
        peer.reset()
        with pytest.raises(httpcore2.WriteError):
            await waiting


# --- closing -----------------------------------------------------------------


async def test_closing_ends_a_read_that_waits_and_the_peer_sees_it() -> None:
    async with connected() as (stream, peer):
        reading = asyncio.create_task(stream.read(100, within(60.0)))
        await asyncio.sleep(0)
        await stream.aclose()
        with pytest.raises(httpcore2.ReadError, match="closed"):
            await reading
        assert await peer.reader.read() == b""
        await stream.aclose()
        assert stream.get_extra_info("is_readable")


async def test_a_timer_does_not_outlive_its_connection() -> None:
    async with connected() as (stream, _):
        with pytest.raises(httpcore2.ReadTimeout):
            await stream.read(1, within(SOON))
        reading = asyncio.create_task(stream.read(1, within(600.0)))
        await asyncio.sleep(0)
        assert stream._timer is not None
        await stream.aclose()
        assert stream._timer.cancelled()
        with pytest.raises(httpcore2.ReadError):
            await reading


# --- connecting --------------------------------------------------------------


async def test_a_connection_knows_its_ends_and_has_the_options() -> None:
    option = (socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    async with listening() as (port, peers):
        stream = await connect_tcp("127.0.0.1", port, within(60.0), "127.0.0.1", [option])
        peer = await peers.get()
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
        assert stream.get_extra_info("client_addr") == peer.writer.get_extra_info("peername")
        assert stream.get_extra_info("ssl_object") is None
        assert stream.get_extra_info("socket").getsockopt(*option[:2]) == 16384
        assert not stream.get_extra_info("is_readable")
        peer.writer.write(b"out of turn")
        await until(lambda: stream.get_extra_info("is_readable"))
        await stream.aclose()


async def test_a_port_where_nobody_listens_is_a_connect_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(httpcore2.ConnectError) as caught:
        await connect_tcp("127.0.0.1", port, None, None, ())
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)


async def test_an_address_that_does_not_answer_in_time_is_a_connect_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(8)]  # they fill the backlog
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        with pytest.raises(httpcore2.ConnectTimeout):
            await connect_tcp(*full.getsockname(), within(5 * SOON), None, ())
        for each in waiting:
            each.close()


async def test_a_socket_in_the_file_system_is_connected_to(tmp_path: Path) -> None:
    def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        writer.write(b"hello")
        writer.close()

    path = str(tmp_path / "s")
    server = await asyncio.start_unix_server(echo, path)
    stream = await AsyncBackend(httpcore2.AnyIOBackend()).connect_unix_socket(path)
    assert isinstance(stream, AsyncioStream)
    assert await stream.read(100) == b"hello"
    await stream.aclose()
    server.close()
    with pytest.raises(httpcore2.ConnectError):
        await connect_unix_socket(str(tmp_path / "none"), None, ())


# --- TLS ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return make_certificate("127.0.0.1")


def trusting(certificate: Certificate) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=certificate.ca_pem.decode())


async def test_tls_is_put_on_a_connection(certificate: Certificate) -> None:
    async with listening(ssl=certificate.context) as (port, peers):
        plain = await connect_tcp("127.0.0.1", port, None, None, ())
        stream = await plain.start_tls(trusting(certificate), "127.0.0.1", within(60.0))
        peer = await peers.get()
        await stream.write(b"question\r\n")
        assert await peer.reader.readline() == b"question\r\n"
        peer.writer.write(b"answer")
        assert await stream.read(100, within(60.0)) == b"answer"
        assert stream.get_extra_info("ssl_object").version() == "TLSv1.3"
        with pytest.raises(httpcore2.ReadTimeout):
            await stream.read(100, within(SOON))
        await stream.aclose()
        assert await peer.reader.read() == b""


async def test_a_certificate_that_does_not_verify_is_a_connect_error(
    certificate: Certificate,
) -> None:
    async with listening(ssl=certificate.context) as (port, _):
        plain = await connect_tcp("127.0.0.1", port, None, None, ())
        with pytest.raises(httpcore2.ConnectError) as caught:
            await plain.start_tls(ssl.create_default_context(), "127.0.0.1")
        assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)


async def test_a_handshake_that_takes_too_long_leaves_no_connection_behind() -> None:
    async with connected() as (plain, peer):
        with pytest.raises(httpcore2.ConnectTimeout):
            await plain.start_tls(ssl.create_default_context(), "127.0.0.1", within(SOON))
        await peer.reader.read()  # the peer sees the end


async def test_asyncio_keeps_no_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float] = []

    class Loop:
        async def start_tls(self, *_: Any, ssl_handshake_timeout: float, **__: Any) -> None:
            limits.append(ssl_handshake_timeout)
            raise ConnectionAbortedError

    async with connected() as (plain, _):
        monkeypatch.setattr(plain, "_loop", Loop())
        with pytest.raises(httpcore2.ConnectError):
            await plain.start_tls(ssl.create_default_context())
    assert limits[0] > 86_400


async def test_neither_does_one_that_is_cancelled() -> None:
    async with connected() as (plain, peer):
        shaking = asyncio.create_task(plain.start_tls(ssl.create_default_context(), "127.0.0.1"))
        await peer.reader.read(1)
        shaking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await shaking
        await peer.reader.read()
