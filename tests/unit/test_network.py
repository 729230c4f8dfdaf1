import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import anyio
import httpcore2
import pytest
from mistralai.client.network import (
    AsyncBackend,
    AsyncStream,
    Deadline,
    SyncBackend,
    SyncStream,
    keepalive,
    left,
)

from support.flows import Clock

TLS = ssl.create_default_context()
KEEPALIVE = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


# --- deadlines ---------------------------------------------------------------


def test_a_deadline_counts_from_when_it_was_made(clock: Clock) -> None:
    deadline = Deadline(5.0, clock)
    assert (deadline, deadline.at, deadline.left()) == (5.0, clock.now + 5.0, 5.0)
    clock.now += 2.0
    assert (deadline, deadline.left()) == (5.0, 3.0)


def test_a_deadline_without_seconds_never_ends_and_passes_for_a_long_timeout(clock: Clock) -> None:
    deadline = Deadline(None, clock)
    clock.now += 1e9
    assert deadline.left() is None
    assert deadline > 60 * 60 * 24


def test_a_deadline_that_is_over_still_takes_what_is_there(clock: Clock) -> None:
    deadline = Deadline(5.0, clock)
    for late in (5.0, 100.0):
        clock.now += late
        assert deadline.left() == 0.001


def test_a_deadline_moves(clock: Clock) -> None:
    deadline = Deadline(5.0, clock)
    deadline.at = clock.now + 7.5
    assert deadline.left() == 7.5
    deadline.at = None
    assert deadline.left() is None


@pytest.mark.parametrize(
    ("seconds", "until", "expected"),
    [
        (3.0, None, 3.0),
        (3.0, 8.0, 3.0),
        (3.0, 2.0, 2.0),
        (None, 2.0, 2.0),
        (None, None, None),
    ],
)
def test_a_deadline_begins_anew_and_ends_no_later_than_a_moment(
    clock: Clock, seconds: float | None, until: float | None, expected: float | None
) -> None:
    deadline = Deadline(1.0, clock)
    clock.now += 10.0
    deadline.begin(seconds, None if until is None else clock.now + until)
    assert deadline.left() == expected


def test_what_is_left_of_a_plain_timeout_is_all_of_it(clock: Clock) -> None:
    assert (left(5.0), left(None)) == (5.0, None)
    deadline = Deadline(5.0, clock)
    clock.now += 1.0
    assert left(deadline) == 4.0


# --- keepalive ---------------------------------------------------------------


def test_an_idle_connection_is_probed_after_a_minute() -> None:
    with socket.socket() as sock:
        for option in keepalive():
            sock.setsockopt(*option)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        if hasattr(socket, "TCP_KEEPIDLE"):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60


def test_options_that_a_system_does_not_have_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"):
        monkeypatch.delattr(socket, name, raising=False)
    assert keepalive() == [KEEPALIVE]


# --- connections -------------------------------------------------------------


class Connection:
    """What httpcore2 has for a connection, in either colour: it notes what it is asked for."""

    def __init__(self, clock: Clock, fails: BaseException | None = None) -> None:
        self.asked: list[tuple[object, ...]] = []
        self._clock = clock
        self._fails = fails

    def _note(self, *asked: object) -> None:
        self.asked.append(asked)
        self._clock.now += 1.0
        if self._fails is not None:
            raise self._fails

    def get_extra_info(self, info: str) -> str:
        return info


class InThreads(Connection, httpcore2.NetworkStream):
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._note("read", max_bytes, timeout)
        return b"data"

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._note("write", buffer, timeout)

    def close(self) -> None:
        self.asked.append(("close",))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: Any = None, timeout: Any = None
    ) -> "InThreads":
        self._note("start_tls", ssl_context, server_hostname, timeout)
        return self


class InTasks(Connection, httpcore2.AsyncNetworkStream):
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._note("read", max_bytes, timeout)
        return b"data"

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._note("write", buffer, timeout)

    async def aclose(self) -> None:
        self.asked.append(("close",))

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: Any = None, timeout: Any = None
    ) -> "InTasks":
        self._note("start_tls", ssl_context, server_hostname, timeout)
        return self


EACH_WAIT = [
    ("write", b"request", 5.0),
    ("start_tls", TLS, "host", 4.0),
    ("read", 10, 3.0),
    ("read", 10, None),
    ("read", 10, 9.0),
    ("close",),
]


def test_each_wait_of_a_connection_has_the_time_that_is_left(clock: Clock) -> None:
    inner = InThreads(clock)
    stream: httpcore2.NetworkStream = SyncStream(inner)
    deadline = Deadline(5.0, clock)
    stream.write(b"request", deadline)
    stream = stream.start_tls(TLS, "host", deadline)
    assert isinstance(stream, SyncStream)
    assert stream.read(10, deadline) == b"data"
    stream.read(10)
    stream.read(10, 9.0)
    assert stream.get_extra_info("socket") == "socket"
    stream.close()
    assert inner.asked == EACH_WAIT


@pytest.mark.anyio
async def test_each_wait_of_an_async_connection_has_the_time_that_is_left(clock: Clock) -> None:
    inner = InTasks(clock)
    stream: httpcore2.AsyncNetworkStream = AsyncStream(inner)
    deadline = Deadline(5.0, clock)
    await stream.write(b"request", deadline)
    stream = await stream.start_tls(TLS, "host", deadline)
    assert isinstance(stream, AsyncStream)
    assert await stream.read(10, deadline) == b"data"
    await stream.read(10)
    await stream.read(10, 9.0)
    assert stream.get_extra_info("socket") == "socket"
    await stream.aclose()
    assert inner.asked == EACH_WAIT


@pytest.mark.anyio
async def test_a_handshake_that_fails_leaves_no_connection_behind(clock: Clock) -> None:
    inner = InTasks(clock, httpcore2.ConnectError())
    with pytest.raises(httpcore2.ConnectError):
        await AsyncStream(inner).start_tls(TLS)
    assert inner.asked[-1] == ("close",)


@pytest.mark.anyio
async def test_neither_does_one_that_is_cancelled(clock: Clock) -> None:
    class Cancelled(InTasks):
        async def start_tls(self, *_: Any, **__: Any) -> Any:
            scope.cancel()
            await anyio.sleep_forever()

        async def aclose(self) -> None:
            await anyio.lowlevel.checkpoint()  # as a connection's own does
            await super().aclose()

    inner = Cancelled(clock)
    with anyio.CancelScope() as scope:
        await AsyncStream(inner).start_tls(TLS)
    assert inner.asked == [("close",)]


class Counted(socket.socket):
    """A socket that counts how often its timeout is set."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(fileno=sock.detach())
        self.set_to: list[float | None] = []

    def settimeout(self, value: float | None, /) -> None:
        self.set_to.append(value)
        super().settimeout(value)


class OnSocket(InThreads):
    """A connection on a socket, which is to be read past it."""

    def __init__(self, clock: Clock, sock: socket.socket, ssl_object: object = None) -> None:
        super().__init__(clock)
        self._info = {"socket": sock, "ssl_object": ssl_object}

    def get_extra_info(self, info: str) -> Any:
        return self._info[info]


@pytest.fixture
def pair() -> Iterator[tuple[Counted, socket.socket]]:
    near, far = socket.socketpair()
    ours = Counted(near)
    yield ours, far
    ours.close()
    far.close()


def test_a_socket_whose_limit_hardly_moves_is_set_once(
    clock: Clock, pair: tuple[Counted, socket.socket]
) -> None:
    sock, peer = pair
    stream = SyncStream(OnSocket(clock, sock))
    deadline = Deadline(100.0, clock)
    for seconds in (100.0, 99.9, 99.1, 100.0, 98.0, 300.0, None, None):
        peer.send(b"event")
        deadline.at = None if seconds is None else clock.now + seconds
        assert stream.read(100, deadline) == b"event"
    assert sock.set_to == [100.0, 98.0, 300.0, None]
    stream.write(b"request", deadline)  # which sets it to something of its own
    peer.send(b"event")
    stream.read(100, deadline)
    assert sock.set_to == [100.0, 98.0, 300.0, None, None]


def test_a_socket_that_is_silent_or_broken_is_a_read_error(
    clock: Clock, pair: tuple[Counted, socket.socket]
) -> None:
    sock, _ = pair
    stream = SyncStream(OnSocket(clock, sock))
    with pytest.raises(httpcore2.ReadTimeout) as late:
        stream.read(100, 0.01)
    assert isinstance(late.value.__cause__, TimeoutError)
    sock.close()
    for seconds in (0.01, 0.02):  # the second has the limit set, on what is closed
        with pytest.raises(httpcore2.ReadError) as broken:
            stream.read(100, seconds)
        assert isinstance(broken.value.__cause__, OSError)


def test_tls_within_tls_is_read_through_httpcore2(
    clock: Clock, pair: tuple[Counted, socket.socket]
) -> None:
    within = TLS.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="x")
    inner = OnSocket(clock, pair[0], within)
    assert SyncStream(inner).read(10, 5.0) == b"data"
    assert inner.asked == [("read", 10, 5.0)]


# --- making connections ------------------------------------------------------

TWO_ADDRESSES = [
    (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 443, 0, 0)),
    (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443)),
]
OPTION = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Connecting(httpcore2.NetworkBackend):
    """A backend that notes where it connects to, which fails so often and takes a second."""

    def __init__(self, clock: Clock, *failures: Exception) -> None:
        self.asked: list[tuple[object, ...]] = []
        self._clock = clock
        self._failures = [*failures]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        self.asked.append((host, port, timeout, local_address, list(socket_options or ())))
        self._clock.now += 1.0
        if self._failures:
            raise self._failures.pop(0)
        return InThreads(self._clock)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore2.NetworkStream:
        self.asked.append((path, timeout, socket_options))
        return InThreads(self._clock)

    def sleep(self, seconds: float) -> None:
        self.asked.append((seconds,))


class AsyncConnecting(httpcore2.AsyncNetworkBackend):
    """The same for async."""

    def __init__(self, clock: Clock) -> None:
        self.asked: list[tuple[object, ...]] = []
        self._clock = clock

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self.asked.append((host, port, timeout, local_address, list(socket_options or ())))
        return InTasks(self._clock)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore2.AsyncNetworkStream:
        self.asked.append((path, timeout, socket_options))
        return InTasks(self._clock)

    async def sleep(self, seconds: float) -> None:
        self.asked.append((seconds,))


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Say what the system's resolver gives."""

    def resolve(answer: object) -> None:
        def getaddrinfo(*_: object, **__: object) -> object:
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return resolve


def test_the_addresses_of_a_name_are_tried_in_turn_and_share_one_limit(
    clock: Clock, resolve: Callable[[object], None]
) -> None:
    resolve(TWO_ADDRESSES)
    inner = Connecting(clock, httpcore2.ConnectError("refused"))
    stream = SyncBackend(inner).connect_tcp("name", 443, Deadline(5.0, clock), "here", [OPTION])
    options = [OPTION, *keepalive()]
    assert isinstance(stream, SyncStream)
    assert inner.asked == [
        ("::1", 443, 5.0, "here", options),
        ("127.0.0.1", 443, 4.0, "here", options),
    ]


def test_where_none_of_them_answers_the_last_one_says_why(
    clock: Clock, resolve: Callable[[object], None]
) -> None:
    resolve(TWO_ADDRESSES)
    last = httpcore2.ConnectTimeout("late")
    inner = Connecting(clock, httpcore2.ConnectError("refused"), last)
    with pytest.raises(httpcore2.ConnectTimeout) as caught:
        SyncBackend(inner).connect_tcp("name", 443)
    assert caught.value is last
    assert [asked[2] for asked in inner.asked] == [None, None]


def test_a_name_that_does_not_resolve_is_a_connection_error(
    clock: Clock, resolve: Callable[[object], None]
) -> None:
    unknown = socket.gaierror(-2, "Name or service not known")
    resolve(unknown)
    inner = Connecting(clock)
    with pytest.raises(httpcore2.ConnectError, match="not known") as caught:
        SyncBackend(inner).connect_tcp("name", 443)
    assert caught.value.__cause__ is unknown
    assert inner.asked == []


def test_sockets_in_the_file_system_and_sleeping_are_left_to_httpcore2(clock: Clock) -> None:
    inner = Connecting(clock)
    backend = SyncBackend(inner)
    assert isinstance(backend.connect_unix_socket("/s", Deadline(5.0, clock), [OPTION]), SyncStream)
    backend.sleep(3.0)
    assert inner.asked == [("/s", 5.0, [OPTION]), (3.0,)]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_on_trio_connections_are_made_alike(clock: Clock) -> None:
    inner = AsyncConnecting(clock)
    backend = AsyncBackend(inner)
    stream = await backend.connect_tcp("name", 443, Deadline(5.0, clock), "here", [OPTION])
    assert isinstance(stream, AsyncStream)
    stream = await backend.connect_unix_socket("/s", Deadline(4.0, clock), [OPTION])
    assert isinstance(stream, AsyncStream)
    await backend.sleep(3.0)
    assert inner.asked == [
        ("name", 443, 5.0, "here", [OPTION, *keepalive()]),
        ("/s", 4.0, [OPTION]),
        (3.0,),
    ]
