"""A call is cancelled at each of its turns: then nothing of it is left."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import anyio
import pytest
import trio

from mistralai import Mistral
from mistralai.client._http import aio, tls
from mistralai.simulator import Answer, Simulator
from support.cancelling import (
    Canceller,
    after_turns_of_the_loop,
    after_turns_of_the_run,
    as_a_wait_begins,
    as_a_wait_begins_on_trio,
    as_a_wait_ends,
)
from support.peers import deaf, own_sockets, sockets_to
from support.serving import ASK, HELLO

ON_ASYNCIO = [as_a_wait_begins, as_a_wait_ends, after_turns_of_the_loop]
ON_TRIO = [as_a_wait_begins_on_trio, after_turns_of_the_run]

RUN: dict[str, tuple[Callable[[Any], Any], list[Canceller]]] = {
    "asyncio": (lambda main: asyncio.run(main()), ON_ASYNCIO),
    "uvloop": (lambda main: pytest.importorskip("uvloop").run(main()), ON_ASYNCIO),
    "trio": (trio.run, ON_TRIO),
}


@pytest.fixture(params=["plain", "tls", "two addresses"])
def sim(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A server that closes after each answer, reached in each way, also by its second address."""
    answer = Answer(body=[HELLO, b"data: [DONE]\n\n"], headers={"connection": "close"})
    tls._tls_context.cache_clear()
    with ExitStack() as stack:
        sim = stack.enter_context(Simulator(answer, tls=request.param == "tls"))
        if request.param == "tls":
            monkeypatch.setenv("SSL_CERT_FILE", str(sim.ca_file))
        if request.param == "two addresses":
            monkeypatch.setattr(aio, "STAGGER", 0.002)
            monkeypatch.setattr("mistralai.client._http.trionet.STAGGER", 0.002)
            silent = stack.enter_context(deaf("127.0.0.2"))
            addresses = [("127.0.0.2", silent), ("127.0.0.1", sim.port)]
            found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", each) for each in addresses]
            monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
            sim.silent = silent  # type: ignore[attr-defined] # a port of the test's own
        yield sim
    tls._tls_context.cache_clear()


def left(sim: Simulator, known: set[str]) -> set[str]:
    """The sockets that lead to a server, but for known ones."""
    silent = getattr(sim, "silent", 1)
    return sockets_to(sim.port, known=known) | sockets_to(silent, known=known)


@pytest.mark.parametrize("kind", RUN)
def test_after_a_cancellation_at_any_turn_no_socket_is_open_and_no_task_left(kind, sim):
    run, cancellers = RUN[kind]

    async def main() -> None:
        client = Mistral("key", server_url=sim.url, max_connections=1)

        async def call() -> None:
            async with client.chat.stream_async(**ASK) as stream:
                assert len([event async for event in stream]) == 2

        await call()  # loads what is loaded once
        tasks, known = count_tasks(), own_sockets()
        for cancel in cancellers:
            at = 1
            while await cancel(call, at):
                await check(f"{cancel.__name__}, {at}", tasks, known)
                at += 1
            assert at > 4, cancel.__name__
        with anyio.fail_after(10):  # a place that was lost would be waited for
            await call()
        await client.aclose()

    async def check(where: str, tasks: int, known: set[str]) -> None:
        assert count_tasks() == tasks, f"{where}: a task is left"
        for _ in range(3):  # turns in which a loop closes what it was told to
            await anyio.lowlevel.checkpoint()
        assert left(sim, known) == set(), f"{where}: a socket is open"

    run(main)
    sim.wait_for_connections()


def count_tasks() -> int:
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return trio.lowlevel.current_statistics().tasks_living


@pytest.mark.parametrize("kind", RUN)
def test_a_place_that_was_waited_for_is_not_lost_by_a_cancellation(kind):
    run, cancellers = RUN[kind]

    async def main() -> None:
        client = Mistral("key", server_url=sim.url, max_connections=1)

        async def call() -> None:
            async with client.chat.stream_async(**ASK) as stream:
                await stream.get_final_text()

        for cancel in cancellers:
            at = 1
            while True:
                holder = await client.chat.stream_async(**ASK)
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(release_soon, holder)
                    again = await cancel(call, at)
                if not again:
                    break
                at += 1
            with anyio.fail_after(10):
                await call()
        await client.aclose()

    async def release_soon(stream: Any) -> None:
        for _ in range(10):
            await anyio.lowlevel.checkpoint()
        await stream.aclose()

    with Simulator() as sim:
        run(main)
        sim.wait_for_connections()
