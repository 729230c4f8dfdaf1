"""Promises that httpx2 does not let us keep; `docs/faults.md` tells users.

Each of these fails today. When one of them passes, it was mended: remove its mark here, and
what the documentation says of it.
"""

import gc
import socket
import warnings
from contextlib import asynccontextmanager
from functools import partial

import anyio
import httpx2
import pytest

from mistralai import Mistral
from mistralai.client import errors
from mistralai.client._call.timeouts import Timeouts
from mistralai.simulator import Repeat, Simulator, Wire
from support.colours import COLOURS, UVLOOP, colour_of
from support.faults import STREAM, callers_own, read
from support.serving import ASK

SLOWLY = Wire(
    [
        b"HTTP/1.1 200 OK\r\n",
        Repeat(b"x-more: 1\r\n", every=0.02, count=100),
        b"content-length: %d\r\n\r\n" % len(b"".join(STREAM)),
        *STREAM,
    ]
)
"""A head of about 2 s, of which no part lets wait for long."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            "sync",
            marks=pytest.mark.xfail(
                reason="httpcore2 gives each read of a head the whole read timeout", strict=True
            ),
        ),
        *COLOURS[1:],
    ],
)
def test_a_head_that_trickles_ends_by_the_limit_with_the_callers_client(name):
    with colour_of(name) as colour, callers_own(colour) as own, Simulator(SLOWLY) as sim:
        outcome = read(colour, sim.url, call={"timeouts": Timeouts(first_event=0.3)}, **own)
    assert isinstance(outcome.error, errors.APITimeoutError)
    assert outcome.stream is None  # it ended before the head was there


class Cancelling(httpx2.AsyncHTTPTransport):
    """Cancels its first request when its connection is there, before a byte goes over it."""

    def __init__(self, scope, **settings):
        super().__init__(**settings)
        self._scope = scope

    async def handle_async_request(self, request):
        trace = request.extensions.get("trace")

        async def cancel(event, info):
            if trace is not None:
                await trace(event, info)
            if event == "connection.connect_tcp.complete":
                self._scope.cancel()

        request.extensions["trace"] = cancel
        return await super().handle_async_request(request)


@asynccontextmanager
async def cancelling():
    """An HTTP client with one place, and a scope that its first connection cancels."""
    scope = anyio.CancelScope()
    transport = Cancelling(scope, limits=httpx2.Limits(max_connections=1))
    async with httpx2.AsyncClient(transport=transport) as http:
        yield http, scope


@pytest.mark.anyio
@pytest.mark.xfail(
    reason="httpcore2 keeps a connection forever that was cancelled after it was made and before"
    " it took its lock",
    strict=True,
    raises=httpx2.PoolTimeout,
)
async def test_httpx2_gives_the_place_of_such_a_call_back():
    with Simulator() as sim:
        async with cancelling() as (http, scope):
            with scope:
                await http.post(sim.url)
            assert scope.cancelled_caught
            await http.post(sim.url, timeout=0.3)


@pytest.fixture
def mute():
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        yield listener


async def leave_handshake(listener, http):
    """Cancel a call in its TLS handshake, and give the server's side of the connection."""
    client = Mistral(
        "key", server_url=f"https://127.0.0.1:{listener.getsockname()[1]}", async_client=http
    )
    async with anyio.create_task_group() as group:
        group.start_soon(partial(client.chat.complete_async, **ASK))
        accepted, _ = await anyio.to_thread.run_sync(listener.accept)
        accepted.settimeout(0.3)
        hello = await anyio.to_thread.run_sync(accepted.recv, 65536)
        assert hello
        group.cancel_scope.cancel()
    return accepted


async def check_closed(listener, http):
    """See that the connection is closed without the help of the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.disable()
        try:
            with await leave_handshake(listener, http) as accepted:
                assert await anyio.to_thread.run_sync(accepted.recv, 1) == b""
        finally:
            gc.enable()
            gc.collect()


@pytest.mark.anyio
async def test_a_call_that_is_cancelled_in_its_handshake_closes_its_connection(mute):
    await check_closed(mute, None)


@pytest.mark.anyio
@pytest.mark.xfail(
    reason="httpcore2 closes a connection whose handshake failed, but not one that was cancelled in"
    " it: the socket stays open until it is collected",
    strict=True,
    raises=TimeoutError,
)
async def test_the_callers_client_closes_a_connection_that_is_cancelled_in_its_handshake(mute):
    async with httpx2.AsyncClient() as http:
        await check_closed(mute, http)


NO_CHUNK = Wire(
    [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        + b"%x\r\n%b\r\nzz\r\n" % (len(STREAM[0] + STREAM[1]), STREAM[0] + STREAM[1])
    ],
    "hang",
)
"""An answer with a chunk whose length is none, in one packet."""


@pytest.mark.parametrize("name", [*COLOURS, *UVLOOP])
def test_what_came_before_a_chunk_that_is_none_is_delivered(name):
    with colour_of(name) as colour, Simulator(NO_CHUNK) as sim:
        outcome = read(colour, sim.url, call={"retries": 0})
    assert outcome.texts == ("", "Hel")
    assert isinstance(outcome.error, errors.StreamInterruptedError)
