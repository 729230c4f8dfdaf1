"""The life of a transport's connections: with its loop, its process, or until it is closed."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import trio

from mistralai.client._http.transport import AsyncTransport, Transport
from mistralai.simulator import Answer, Simulator

RUN: list[Callable[[Any], Any]] = [lambda main: asyncio.run(main()), trio.run]
either_loop = pytest.mark.parametrize("run", RUN, ids=["asyncio", "trio"])


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(Answer(body=[b"answer"])) as sim:
        yield sim


def request(sim: Simulator) -> httpx2.Request:
    return httpx2.Request("GET", sim.url)


def test_a_transport_that_was_closed_opens_connections_again(sim: Simulator) -> None:
    transport = Transport()
    transport.close()
    for _ in range(2):
        transport.handle_request(request(sim)).read()
    assert sim.connections == 1
    transport.close()
    sim.wait_for_connections()
    transport.handle_request(request(sim)).read()
    transport.close()
    sim.wait_for_connections()


@either_loop
def test_an_async_transport_keeps_the_connections_of_loops_apart(
    sim: Simulator, run: Callable[[Any], Any]
) -> None:
    transport = AsyncTransport()

    async def main() -> None:
        for _ in range(2):
            response = await transport.handle_async_request(request(sim))
            await response.aread()
            await response.aclose()

    for loops in (1, 2, 3):
        run(main)
        sim.wait_for_connections()
        assert sim.connections == loops


@either_loop
def test_the_end_of_a_loop_closes_its_connections_and_forgets_it(
    sim: Simulator, run: Callable[[Any], Any]
) -> None:
    transport = AsyncTransport()

    async def main() -> None:
        await (await transport.handle_async_request(request(sim))).aread()
        assert sim.open_connections == 1

    run(main)
    sim.wait_for_connections()
    gc.collect()
    assert transport.set_aside() == []


@either_loop
def test_a_loop_can_close_its_connections_before_its_end_and_use_others_after(
    sim: Simulator, run: Callable[[Any], Any]
) -> None:
    transport = AsyncTransport()

    async def main() -> None:
        await transport.aclose()
        for _ in range(2):
            await (await transport.handle_async_request(request(sim))).aread()
            await transport.aclose()
            await transport.aclose()

    run(main)
    sim.wait_for_connections()
    assert sim.connections == 2


def test_a_child_that_a_fork_made_has_transports_without_connections(sim: Simulator) -> None:
    transport = Transport()
    transport.handle_request(request(sim)).read()
    transport._lock.acquire()  # as another thread may hold it at the fork
    transport.set_aside()
    transport.handle_request(request(sim)).read()
    assert sim.connections == 2
    transport.close()
    sim.wait_for_connections()
