"""httpx2's transport on aiohttp: what the tables of all colours do not ask of it."""

import asyncio
import gc
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import trio

pytest.importorskip("aiohttp")

from mistralai.client import DefaultAioHttpClient, Mistral
from mistralai.client.aiohttp_transport import AioHttpTransport, Body, SessionTransport
from mistralai.client.deadline import Deadline
from mistralai.simulator import Answer, Gate, Simulator, Wire
from support.loops import CountingLoop
from support.programs import run_program
from support.serving import ASK

SOON = 0.05
"""Seconds; a limit that is to be met."""

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"


@pytest.fixture(params=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    return "asyncio", {"use_uvloop": request.param == "uvloop"}


@asynccontextmanager
async def opened(url: str, **settings: Any) -> AsyncIterator[Body]:
    """The body of an answer to a GET."""
    async with (
        DefaultAioHttpClient(**{"timeout": 10, **settings}) as http,
        http.stream("GET", url) as response,
    ):
        yield response.extensions["network_stream"]


@asynccontextmanager
async def connected(start: bytes = CHUNKED) -> AsyncIterator[tuple[Body, asyncio.StreamWriter]]:
    """A body, and the server's end of its connection, which sent the start of an answer."""
    writers: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(start)
        await writers.put(writer)
        await reader.read()  # until the client leaves
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, opened(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as body:
        writer = await writers.get()
        try:
            yield body, writer
        finally:
            writer.transport.abort()
            await asyncio.sleep(0)


def reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - the loop's own turns are what is waited for
        await asyncio.sleep(0)


def within(seconds: float | None) -> Deadline:
    return Deadline(seconds, asyncio.get_running_loop().time)


# --- bodies ------------------------------------------------------------------


@pytest.mark.anyio
async def test_what_came_before_a_reset_is_read_before_it_is_raised() -> None:
    async with connected() as (body, writer):
        content = body._content
        await until(lambda: content.total_bytes == 5)
        reset(writer)
        await until(lambda: content.exception() is not None)
        assert await body.aread(None) == b"hello"
        for _ in range(2):
            with pytest.raises(httpx2.ReadError):
                await body.aread(None)


@pytest.mark.anyio
async def test_a_reset_is_no_end_of_a_body_that_ends_with_its_connection() -> None:
    async with connected(b"HTTP/1.1 200 OK\r\n\r\nhello") as (body, writer):
        assert await body.aread(None) == b"hello"
        reset(writer)
        with pytest.raises(httpx2.ReadError):
            await body.aread(None)


@pytest.mark.anyio
async def test_chunks_that_are_none_end_a_body_at_once() -> None:
    async with connected() as (body, writer):
        assert await body.aread(None) == b"hello"
        waiting = asyncio.ensure_future(body.aread(None))
        await asyncio.sleep(0)
        writer.write(b"zz\r\n")
        with pytest.raises(httpx2.RemoteProtocolError):
            await waiting
        with pytest.raises(httpx2.RemoteProtocolError):
            await body.aread(None)


@pytest.mark.anyio
async def test_a_wait_ends_in_time_and_its_limit_may_move() -> None:
    async with connected() as (body, writer):
        deadline = within(60)
        assert await body.aread(deadline) == b"hello"
        waiting = asyncio.ensure_future(body.aread(deadline))
        await asyncio.sleep(0)
        writer.write(b"1\r\n!\r\n")
        assert await waiting == b"!"
        deadline.begin(SOON, None)
        with pytest.raises(httpx2.ReadTimeout):
            await body.aread(deadline)


@pytest.mark.anyio
async def test_a_thousand_reads_take_one_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected() as (body, _):
        loop = CountingLoop(body._loop)
        monkeypatch.setattr(body, "_loop", loop)
        assert await body.aread(None) == b"hello"
        deadline = within(300.0)
        for _ in range(1000):
            loop.call_soon(body._content.feed_data, b"event")
            deadline.begin(300.0, None)
            assert await body.aread(deadline) == b"event"
        assert len(loop.timers) == 1


@pytest.mark.anyio
async def test_closing_ends_a_read_that_waits_and_the_peer_sees_it() -> None:
    async with connected() as (body, writer):
        assert await body.aread(None) == b"hello"
        waiting = asyncio.ensure_future(body.aread(within(60)))
        await asyncio.sleep(0)
        await body.aclose()
        with pytest.raises(httpx2.ReadError):
            await waiting
        await until(writer.transport.is_closing)
        assert body.get_extra_info("socket") is None
        await body.aclose()


@pytest.mark.anyio
async def test_a_client_that_is_closed_closes_the_answers_that_are_open() -> None:
    with Simulator(Answer(body=[b"hello"], ending="hang")) as sim:
        http = DefaultAioHttpClient(timeout=10)
        response = await http.send(http.build_request("GET", sim.url), stream=True)
        body = response.extensions["network_stream"]
        assert await body.aread(None) == b"hello"
        waiting = asyncio.ensure_future(body.aread(None))
        await asyncio.sleep(0)
        await http.aclose()
        with pytest.raises(httpx2.ReadError):
            await waiting
        sim.requests[0].closed.wait()


@pytest.mark.anyio
async def test_a_connection_that_is_free_again_belongs_to_no_body() -> None:
    """Else the finaliser of a dropped stream would shut down what another one uses."""
    gate = Gate()
    with Simulator(Answer(body=[gate, b"hello"])) as sim:
        async with opened(sim.url) as body:
            assert body.get_extra_info("server_addr")[1] == int(sim.url.rpartition(":")[2])
            sock = body.get_extra_info("socket")
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            gate.open()
            assert [data async for data in body] == [b"hello"]
            assert body.get_extra_info("socket") is None


# --- requests ----------------------------------------------------------------


@pytest.mark.anyio
async def test_a_request_is_the_one_that_httpx2_made() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    with Simulator(Answer(body=[b"x"])) as sim:
        for make in (DefaultAioHttpClient, httpx2.AsyncClient):
            async with make(headers={"x-own": "ä".encode()}, cookies={"a": "b"}) as http:
                url = f"{sim.url.replace('//', '//user:word@')}/a%2Fb?c=d%20e+f"
                await http.post(url, json=[1])
                await http.post(url, content=pieces())
                await http.get(url)
        ours, theirs = sim.requests[:3], sim.requests[3:]
    for one, other in zip(ours, theirs, strict=True):
        assert (one.method, one.path, one.body) == (other.method, other.path, other.body)
        assert sorted(one.headers.items()) == sorted(other.headers.items())


@pytest.mark.anyio
async def test_nothing_is_sent_twice_on_its_own() -> None:
    with Simulator([Answer(body=[b"x"]), Wire([], "cut")]) as sim:
        async with DefaultAioHttpClient() as http:
            await http.get(sim.url)
            with pytest.raises(httpx2.RemoteProtocolError):
                await http.get(sim.url)
        assert len(sim.requests) == 2


@pytest.mark.anyio
async def test_a_wait_for_a_place_is_told_from_one_for_a_connection() -> None:
    async def get(http: httpx2.AsyncClient, url: str) -> None:
        with pytest.raises(httpx2.PoolTimeout):
            await http.get(url, timeout=httpx2.Timeout(60, pool=SOON))

    limits = httpx2.Limits(max_connections=1)
    with Simulator(Answer(body=[b"hello"], ending="hang")) as sim:
        async with (
            DefaultAioHttpClient(limits=limits, timeout=60) as http,
            http.stream("GET", sim.url),
        ):
            await get(http, sim.url)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(8)]  # they fill the backlog
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        async with DefaultAioHttpClient(timeout=httpx2.Timeout(60, connect=SOON)) as http:
            with pytest.raises(httpx2.ConnectTimeout):
                await http.get("http://{}:{}".format(*full.getsockname()))
        for each in waiting:
            each.close()


@pytest.mark.anyio
async def test_an_error_leads_to_no_exception_of_aiohttp() -> None:
    """Those have the request, with the key in clear."""
    answers = [Wire([], "cut"), Wire([], "reset"), Wire([b"SSH-2.0\r\n"], "cut")]
    with Simulator([*answers, Wire([CHUNKED], "cut")]) as sim:
        async with DefaultAioHttpClient() as http:
            for _ in range(4):
                with pytest.raises(httpx2.TransportError) as caught:
                    await http.get(sim.url)
                error: BaseException | None = caught.value
                while error is not None:
                    assert not hasattr(error, "request_info")
                    assert not type(error).__name__.startswith(("Client", "Server"))
                    error = error.__cause__ or error.__context__


# --- the client --------------------------------------------------------------


def test_without_its_extra_one_sentence_names_it() -> None:
    program = run_program("""
import sys
sys.modules["aiohttp"] = None
from mistralai import *
from mistralai.client import DefaultAioHttpClient as same
assert DefaultAioHttpClient is same
try:
    DefaultAioHttpClient()
except ImportError as error:
    print(error)
""")
    assert (
        program.stdout == "DefaultAioHttpClient needs aiohttp: pip install 'mistralai[aiohttp]'\n"
    )
    assert program.stderr == ""


def test_under_trio_one_sentence_says_what_to_do() -> None:
    async def main() -> None:
        async with Mistral("key", async_client=DefaultAioHttpClient()) as client:
            await client.chat.complete_async(**ASK)

    with pytest.raises(RuntimeError, match="under trio leave async_client out"):
        trio.run(main)


def test_a_proxy_that_aiohttp_cannot_use_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://user:word@proxy:1080")
    with pytest.raises(ValueError, match="'socks5'; aiohttp takes http and https") as caught:
        DefaultAioHttpClient()
    assert "word" not in str(caught.value)
    assert DefaultAioHttpClient(trust_env=False)


def test_the_tls_context_is_the_one_of_the_process_unless_another_is_given() -> None:
    context = ssl.create_default_context()
    assert AioHttpTransport(verify=context)._tls() is context
    assert AioHttpTransport()._tls() is AioHttpTransport()._tls()
    assert AioHttpTransport(verify=False)._tls().verify_mode == ssl.CERT_NONE


def test_a_session_is_one_for_a_loop_and_closed_with_it() -> None:
    async def main() -> SessionTransport:
        for _ in range(2):
            await http.get(sim.url)
        (made,) = transport._loops[asyncio.get_running_loop()].made.values()
        assert isinstance(made, SessionTransport)
        return made

    with Simulator(Answer(body=[b"x"])) as sim:
        http = DefaultAioHttpClient()
        transport: Any = http._transport
        sessions = [asyncio.run(main()) for _ in range(3)]
        sim.wait_for_connections()
        assert sim.connections == 3
    while sessions:
        assert sessions.pop()._session.closed
    gc.collect()
    assert len(transport._loops) == 0


LOOPS = """
import asyncio, logging
from mistralai import DefaultAioHttpClient, Mistral

logging.getLogger("asyncio").setLevel("ERROR")  # its debug mode says of imports that they are slow
client = Mistral(async_client=DefaultAioHttpClient())
ask = {"model": "m", "messages": [{"role": "user", "content": "Hello there"}]}

async def main():
    async with client.chat.stream_async(**ask) as stream:
        print("".join([event.data.choices[0].delta.content async for event in stream]))
    async with client.chat.stream_async(**ask) as stream:
        async for event in stream:
            break
    await client.chat.stream_async(**ask)  # dropped, and closed by whoever finds it

for _ in range(5):
    RUN(main())
"""


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("run", ["asyncio.run", "__import__('uvloop').run"])
def test_loops_follow_each_other_and_the_program_says_nothing_but_its_own(
    run: str, *, tls: bool
) -> None:
    if "uvloop" in run:
        pytest.importorskip("uvloop")
    with Simulator(tls=tls) as sim:
        more = {"SSL_CERT_FILE": str(sim.ca_file)} if tls else {}
        program = run_program(
            LOOPS.replace("RUN", run),
            *("-X", "dev", "-W", "error", "-W", "ignore:A stream:ResourceWarning"),
            MISTRAL_API_KEY="key",
            MISTRAL_SERVER_URL=sim.url,
            **more,
        )
        sim.wait_for_connections()
    assert program.stdout == "Hello there\n" * 5
    assert program.stderr == ""
