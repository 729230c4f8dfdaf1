"""The life of a client: what it opens and when, who shares it, and what closes it."""

import asyncio
import gc
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx2
import pytest

from mistralai import Mistral, Timeouts
from mistralai.client import errors
from mistralai.simulator import Answer, Simulator
from support.faults import STREAM
from support.programs import PROGRAMS, STRICT, run_program
from support.serving import ASK, POEM


def test_making_a_client_opens_nothing_and_loads_no_http_library():
    program = run_program(PROGRAMS / "opens_nothing.py", *STRICT)
    assert (program.stderr, program.returncode) == ("", 0)


def test_with_closes_what_was_opened(sim):
    with Mistral("key", server_url=sim.url) as client:
        client.chat.complete(**ASK)
        assert sim.open_connections == 1
    sim.wait_for_connections()


@pytest.mark.anyio
async def test_async_with_closes_what_was_opened(sim):
    async with Mistral("key", server_url=sim.url) as client:
        await client.chat.complete_async(**ASK)
        assert sim.open_connections == 1
    await anyio.to_thread.run_sync(sim.wait_for_connections)


def test_with_closes_the_connection_of_a_stream_that_is_open(sim):
    with Mistral("key", server_url=sim.url) as client:
        stream = client.chat.stream(**POEM)
        next(stream)
    sim.requests[0].closed.wait()
    stream.close()


def test_closing_closes_what_was_opened_and_ends_the_client(colour, sim):
    client = colour.client(server_url=sim.url)
    colour.complete(client, **ASK)
    assert sim.open_connections == 1
    for _ in range(2):
        colour.shut(client)
        sim.wait_for_connections()
        with pytest.raises(RuntimeError, match="the client is closed"):
            colour.complete(client, **ASK)
        with pytest.raises(RuntimeError, match="the client is closed"):
            colour.open(client, **ASK)
    assert len(sim.requests) == 1


@pytest.mark.anyio
async def test_a_client_that_is_closed_cannot_be_entered_again_or_used_otherwise(sim):
    with httpx2.Client() as http:
        for close in ("with", "async with"):
            client = Mistral("key", server_url=sim.url, client=http)
            pending = client.chat.stream_async(**ASK)
            if close == "with":
                with client, client:
                    pass
            else:
                async with client:
                    pass
            with pytest.raises(RuntimeError, match="the client is closed"):
                client.__enter__()
            with pytest.raises(RuntimeError, match="the client is closed"):
                await client.__aenter__()
            with pytest.raises(RuntimeError, match="the client is closed"):
                await pending
            with pytest.raises(RuntimeError, match="the client is closed"):
                client.chat.stream(**ASK)  # by a client that the caller has open
    assert sim.requests == []


@pytest.mark.anyio
async def test_aclose_closes_the_connections_of_synchronous_calls_too(sim):
    client = Mistral("key", server_url=sim.url)
    await anyio.to_thread.run_sync(lambda: client.chat.complete(**ASK))
    await client.chat.complete_async(**ASK)
    assert sim.open_connections == 2
    await client.aclose()
    await anyio.to_thread.run_sync(sim.wait_for_connections)


def test_a_callers_client_is_used_with_its_hooks_and_left_open(sim):
    seen = []
    hooks = {"request": [lambda _: seen.append("request")], "response": [seen.append]}
    with httpx2.Client(event_hooks=hooks) as http:
        with Mistral("key", server_url=sim.url, client=http) as client:
            assert client.sdk_configuration.client is http
            stream = client.chat.stream(**ASK)
            list(stream)
            client.close()
        assert seen == ["request", stream.response]
        assert not http.is_closed
        assert sim.open_connections == 1
    sim.wait_for_connections()


@pytest.mark.anyio
async def test_a_callers_async_client_is_used_with_its_hooks_and_left_open(sim):
    seen = []

    async def hook(message):
        seen.append(message)

    hooks = {"request": [hook], "response": [hook]}
    async with httpx2.AsyncClient(event_hooks=hooks) as http:
        async with Mistral("key", server_url=sim.url, async_client=http) as client:
            assert client.sdk_configuration.async_client is http
            stream = await client.chat.stream_async(**ASK)
            assert len([event async for event in stream]) == 4
        assert seen == [stream.response.request, stream.response]
        assert not http.is_closed
        assert sim.open_connections == 1
    await anyio.to_thread.run_sync(sim.wait_for_connections)


@pytest.mark.anyio
async def test_an_http_client_that_is_put_in_later_is_a_callers_client_too(sim):
    client = Mistral("key", server_url=sim.url)
    with httpx2.Client() as http:
        client.sdk_configuration.client = http
        await anyio.to_thread.run_sync(lambda: client.chat.complete(**ASK))
        async with httpx2.AsyncClient() as async_http:
            client.sdk_configuration.async_client = async_http
            await client.chat.complete_async(**ASK)
            await client.aclose()
            assert not http.is_closed
            assert not async_http.is_closed
    assert sim.connections == 2


def test_a_client_lives_as_long_as_its_stream(sim):
    stream = Mistral("key", server_url=sim.url).chat.stream(**POEM)
    gc.collect()
    assert len(list(stream)) > 20
    del stream
    gc.collect()
    sim.wait_for_connections()


def test_a_conversation_needs_one_connection(colour, sim):
    client = colour.client(server_url=sim.url)
    for _ in range(4):
        colour.collect(colour.open(client, **POEM))
        colour.complete(client, **ASK)
        colour.collect(colour.open(client, **ASK))
    assert [request.connection for request in sim.requests] == [1] * 12


def test_connections_are_kept_alive_by_the_system(colour, sim):
    stream = colour.open(colour.client(server_url=sim.url), **ASK)
    sock = stream.response.extensions["network_stream"].get_extra_info("socket")
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    if hasattr(socket, "TCP_KEEPIDLE"):
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60
    colour.close(stream)


def ask(client, text):
    """Return the echo of a text, once streamed and once whole."""
    messages = [{"role": "user", "content": text}]
    stream = client.chat.stream(model="m", messages=messages)
    streamed = "".join(event.data.choices[0].delta.content for event in stream)
    whole = client.chat.complete(model="m", messages=messages).choices[0].message.content
    return streamed, whole


def test_threads_share_one_client(sim):
    texts = [f"Thread {number} speaks" for number in range(8)]
    together = threading.Barrier(len(texts), timeout=10)
    client = Mistral("key", server_url=sim.url)

    def work(text):
        together.wait()
        return {answer for _ in range(5) for answer in ask(client, text)}

    with ThreadPoolExecutor(len(texts)) as threads:
        assert list(threads.map(work, texts)) == [{text} for text in texts]
    assert sim.connections <= len(texts)
    client.close()
    sim.wait_for_connections()


def test_threads_that_make_the_first_call_at_once_share_one_http_client():
    """So that closing the client closes all that they opened."""

    def http_clients():
        configuration = Mistral("key").sdk_configuration
        together = threading.Barrier(8, timeout=10)

        def use(_):
            together.wait()
            return configuration.client

        with ThreadPoolExecutor(8) as threads:
            return set(threads.map(use, range(8)))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        assert [len(http_clients()) for _ in range(20)] == [1] * 20
    finally:
        sys.setswitchinterval(interval)


def test_loops_in_several_threads_share_one_client(sim):
    client = Mistral("key", server_url=sim.url)
    together = threading.Barrier(4, timeout=10)

    async def main():
        together.wait()
        answers = [await client.chat.complete_async(**ASK) for _ in range(3)]
        return {answer.choices[0].message.content for answer in answers}

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: asyncio.run(main()), range(4))) == [{"Hello there"}] * 4
    assert sim.connections == 4
    sim.wait_for_connections()


def test_a_loop_that_ends_closes_what_was_opened_in_it(sim):
    client = Mistral("key", server_url=sim.url)

    async def main():
        await client.chat.complete_async(**ASK)
        assert sim.open_connections == 1

    asyncio.run(main())
    sim.wait_for_connections()


def test_a_call_beyond_max_connections_says_that_they_are_all_in_use(colour):
    with Simulator(Answer(body=[STREAM[0]], ending="hang")) as sim:
        client = colour.client(server_url=sim.url, max_connections=1, retry_config=None)
        stream = colour.open(client, **ASK)
        with pytest.raises(errors.APITimeoutError, match="all 1 connections of max_connections"):
            colour.complete(client, **ASK, timeouts=Timeouts(connect=0.1))
        colour.close(stream)
        assert len(sim.requests) == 1
