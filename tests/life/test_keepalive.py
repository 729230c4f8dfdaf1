"""`SO_KEEPALIVE` is on, whichever way a connection is made."""

import asyncio
import socket
from contextlib import ExitStack, contextmanager

import pytest
import trio

from mistralai import Mistral
from mistralai.client._http import tls
from support.life import serving
from support.proxy import connect_proxy
from support.serving import ASK

EXPECTED = {
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE): 1,
    **{
        (socket.IPPROTO_TCP, getattr(socket, name)): value
        for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5))
        if hasattr(socket, name)
    },
}


def options(stream):
    """The options of a stream's socket, which may be an event loop's stand-in for one."""
    sock = stream.response.extensions["network_stream"].get_extra_info("socket")
    return {option: sock.getsockopt(*option) for option in EXPECTED}


def sync():
    with Mistral() as client, client.chat.stream(**ASK) as stream:
        return options(stream)


async def main():
    async with Mistral() as client, client.chat.stream_async(**ASK) as stream:
        return options(stream)


def uvloop():
    return pytest.importorskip("uvloop").run(main())


RUN = {
    "sync": sync,
    "asyncio": lambda: asyncio.run(main()),
    "uvloop": uvloop,
    "trio": lambda: trio.run(main),
}


@contextmanager
def reached(way, monkeypatch):
    """Serve the client of the environment: plainly, over TLS, or over TLS by a proxy."""
    tls._tls_context.cache_clear()
    with ExitStack() as stack:
        sim = stack.enter_context(serving("auto", monkeypatch, tls=way != "plain"))
        if way == "by a proxy":
            proxy = stack.enter_context(connect_proxy())
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        yield
        if way == "by a proxy":
            assert proxy.targets == [f"127.0.0.1:{sim.port}"]
    tls._tls_context.cache_clear()


@pytest.mark.parametrize("colour", RUN)
def test_an_idle_connection_is_probed_after_a_minute(colour, monkeypatch, subtests):
    for way in ("plain", "over TLS", "by a proxy"):
        with (
            subtests.test(way),
            monkeypatch.context() as patch,
            reached(way, patch),
        ):
            assert RUN[colour]() == EXPECTED
