"""Streams that are dropped before their end: closed when they are collected, with a warning."""

import gc
import linecache
import warnings
from contextlib import contextmanager
from itertools import product

import anyio
import httpx2
import pytest

from mistralai import Mistral
from mistralai.simulator import Answer, Simulator
from support.faults import STREAM
from support.programs import PROGRAMS, run_program
from support.serving import ASK

ONE = httpx2.Limits(max_connections=1)


def server():
    """A server whose first stream falls silent after its first text."""
    return Simulator([Answer(body=STREAM[:2], ending="hang"), "auto"])


@pytest.fixture
def sim():
    with server() as sim:
        yield sim


@contextmanager
def dropping(name):
    """Check that a dropped stream is warned of once, with the line of its call."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    [warning] = caught
    assert warning.category is ResourceWarning
    assert "dropped before its end" in str(warning.message)
    assert warning.filename == __file__
    assert f"client.chat.{name}(" in linecache.getline(warning.filename, warning.lineno)


def test_a_stream_that_is_dropped_gives_its_connection_up(subtests):
    for reads, own in product(range(3), (False, True)):
        with (
            subtests.test(f"after {reads} events, {'their' if own else 'our'} client"),
            server() as sim,
            httpx2.Client(limits=ONE) as http,
            Mistral(
                "key", server_url=sim.url, client=http if own else None, max_connections=1
            ) as client,
        ):
            stream = client.chat.stream(**ASK)
            for _ in range(reads):
                next(stream)
            with dropping("stream"):
                del stream
            sim.requests[0].closed.wait()
            assert client.chat.complete(**ASK).choices[0].message.content == "Hello there"


@pytest.mark.anyio
async def test_an_async_stream_that_is_dropped_gives_its_connection_up(subtests):
    for reads, own in product(range(3), (False, True)):
        with (
            subtests.test(f"after {reads} events, {'their' if own else 'our'} client"),
            server() as sim,
        ):
            async with (
                httpx2.AsyncClient(limits=ONE) as http,
                Mistral(
                    "key",
                    server_url=sim.url,
                    async_client=http if own else None,
                    max_connections=1,
                ) as client,
            ):
                stream = await client.chat.stream_async(**ASK)
                for _ in range(reads):
                    await anext(stream)
                with dropping("stream_async"):
                    del stream
                await sim.requests[0].closed.wait_async()
                answer = await client.chat.complete_async(**ASK)
                assert answer.choices[0].message.content == "Hello there"


def test_a_stream_in_a_cycle_is_closed_when_the_cycle_is_collected(sim):
    with Mistral("key", server_url=sim.url) as client:
        stream = client.chat.stream(**ASK)
        next(stream)
        stream.itself = stream
        with dropping("stream"):
            del stream
        sim.requests[0].closed.wait()


@pytest.mark.anyio
async def test_an_async_stream_is_closed_when_another_thread_collects_it(sim):
    async with Mistral("key", server_url=sim.url) as client:
        stream = await client.chat.stream_async(**ASK)
        await anext(stream)
        stream.itself = stream
        with dropping("stream_async"):
            del stream
            await anyio.to_thread.run_sync(gc.collect)
        await sim.requests[0].closed.wait_async()


def test_a_bare_loop_that_is_left_drops_its_stream(sim):
    with Mistral("key", server_url=sim.url) as client:
        with dropping("stream"):
            for _ in client.chat.stream(**ASK):
                break
        sim.requests[0].closed.wait()


@pytest.mark.anyio
async def test_a_bare_async_loop_that_is_left_drops_its_stream(sim):
    async with Mistral("key", server_url=sim.url) as client:
        with dropping("stream_async"):
            async for _ in client.chat.stream_async(**ASK):
                break
        await sim.requests[0].closed.wait_async()


@pytest.mark.anyio
async def test_a_stream_that_ended_or_was_closed_is_dropped_without_a_word(sim):
    async with Mistral("key", server_url=sim.url) as client:
        closed = await client.chat.stream_async(**ASK)
        await closed.close()
        read = await client.chat.stream_async(**ASK)
        assert len([event async for event in read]) == 4
        del closed, read
        gc.collect()


@pytest.mark.parametrize("kind", ["sync", "asyncio", "trio"])
def test_a_stream_that_is_open_when_the_program_ends_is_all_that_it_tells_of(sim, kind):
    program = PROGRAMS / "left_open.py"
    environment = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
    ran = run_program(program, "-X", "dev", arguments=(kind,), **environment)
    assert ran.returncode == 0
    mark = "# is dropped" if kind == "sync" else "# is dropped in a loop"
    [line] = [
        number
        for number, source in enumerate(program.read_text().splitlines(), 1)
        if source.endswith(mark)
    ]
    assert ran.stderr.startswith(f"{program}:{line}: ResourceWarning: a stream was dropped")
    assert len(ran.stderr.splitlines()[1:]) <= 1  # the line itself, in words
    assert all(told.startswith("  ") for told in ran.stderr.splitlines()[1:])
    sim.requests[0].closed.wait()
