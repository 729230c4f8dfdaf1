"""The one object that `stream_async` returns, in every use that a coroutine or a stream has."""

import asyncio
import gc
import inspect
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from itertools import product
from unittest import mock

import anyio
import pytest
import trio

from mistralai import Mistral
from mistralai.client.chat import Chat
from mistralai.client.utils.eventstreaming import EventStreamAsync
from mistralai.simulator import Answer, Gate, Simulator
from support.programs import PROGRAMS, STRICT, run_program
from support.serving import ASK, DONE, HELLO, POEM


@pytest.fixture
async def client(sim):
    async with Mistral("key", server_url=sim.url) as client:
        yield client


async def text_of(stream):
    return "".join([event.data.choices[0].delta.content async for event in stream])


async def entered(pending):
    async with pending as stream:
        assert isinstance(stream, EventStreamAsync)
        return await text_of(stream)


async def awaited(pending):
    stream = await pending
    assert isinstance(stream, EventStreamAsync)
    return await text_of(stream)


async def awaited_and_entered(pending):
    async with await pending as stream:
        return await text_of(stream)


async def iterated(pending):
    return await text_of(pending)


async def stacked(pending):
    async with AsyncExitStack() as stack:
        return await text_of(await stack.enter_async_context(pending))


async def awaited_in_a_task_group(pending):
    texts = []

    async def work():
        texts.append(await text_of(await pending))

    async with anyio.create_task_group() as group:
        group.start_soon(work)
    return texts[0]


FORMS = [entered, awaited, awaited_and_entered, iterated, stacked, awaited_in_a_task_group]


@pytest.mark.anyio
async def test_every_form_gives_the_stream(client, sim, subtests):
    for requests, form in enumerate(FORMS, 1):
        with subtests.test(form.__name__):
            assert await form(client.chat.stream_async(**ASK)) == "Hello there"
            assert len(sim.requests) == requests


@pytest.mark.anyio
async def test_nothing_is_sent_before_it_is_used(client, sim):
    pending = client.chat.stream_async(**ASK)
    aiter(pending)
    assert sim.connections == 0
    stream = await pending
    assert len(sim.requests) == 1
    await stream.close()


@pytest.mark.anyio
async def test_dropped_without_use_it_leaves_nothing_behind(client, sim):
    for _ in range(3):
        pending = client.chat.stream_async(**ASK)
        pending.close()
        aiter(client.chat.stream_async(**ASK))
    del pending
    with warnings.catch_warnings(action="error"):
        gc.collect()
    assert sim.connections == 0


@pytest.mark.anyio
async def test_it_can_be_used_once(client, sim, subtests):
    async def use(pending, how):
        if how == "await":
            return await pending
        if how == "enter":
            return await pending.__aenter__()
        return await anext(aiter(pending))

    uses = ("await", "enter", "iterate")
    for requests, (first, second) in enumerate(product(uses, uses), 1):
        with subtests.test(f"{first}, then {second}"):
            pending = client.chat.stream_async(**ASK)
            used = await use(pending, first)
            with pytest.raises(RuntimeError):
                await use(pending, second)
            assert len(sim.requests) == requests
            if isinstance(used, EventStreamAsync):
                await used.close()


@pytest.mark.anyio
async def test_a_bare_async_for_that_breaks_is_closed_with_its_client():
    with Simulator() as sim:
        async with Mistral("key", server_url=sim.url) as client:
            events = client.chat.stream_async(**POEM)
            async for _ in events:
                break
        await sim.requests[0].closed.wait_async()


async def created(pending):
    return await asyncio.create_task(pending)


async def ensured(pending):
    return await asyncio.ensure_future(pending)


async def gathered(pending):
    return (await asyncio.gather(pending))[0]


async def waited_for(pending):
    return await asyncio.wait_for(pending, 10)


async def shielded(pending):
    return await asyncio.shield(pending)


async def grouped(pending):
    async with asyncio.TaskGroup() as group:
        task = group.create_task(pending, name="stream")
    return task.result()


async def timed(pending):
    async with asyncio.timeout(10):
        return await pending


async def completed(pending):
    (first,) = asyncio.as_completed([pending])
    return await first


async def from_another_thread(pending):
    loop = asyncio.get_running_loop()

    def submit():
        return asyncio.run_coroutine_threadsafe(pending, loop).result(10)

    with ThreadPoolExecutor(1) as threads:
        return await loop.run_in_executor(threads, submit)


async def eager(pending):
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    return await asyncio.create_task(pending)


ASYNCIO = [
    created,
    ensured,
    gathered,
    waited_for,
    shielded,
    grouped,
    timed,
    completed,
    from_another_thread,
    *([eager] if sys.version_info >= (3, 12) else []),
]


def test_asyncio_takes_it_for_a_coroutine(sim, caplog, subtests):
    async def main(use):
        async with Mistral("key", server_url=sim.url) as client:
            pending = client.chat.stream_async(**ASK)
            assert asyncio.iscoroutine(pending)
            return await text_of(await use(pending))

    for requests, use in enumerate(ASYNCIO, 1):
        with subtests.test(use.__name__):
            assert asyncio.run(main(use), debug=True) == "Hello there"
            assert len(sim.requests) == requests
            told = [record for record in caplog.records if record.name == "asyncio"]
            assert [record for record in told if "took" not in record.message] == []


def test_asyncio_runs_it(sim):
    client = Mistral("key", server_url=sim.url)
    stream = asyncio.run(client.chat.stream_async(**POEM))
    assert isinstance(stream, EventStreamAsync)
    sim.requests[0].closed.wait()


def test_a_task_of_it_has_a_repr(sim):
    async def main():
        async with Mistral("key", server_url=sim.url) as client:
            task = asyncio.create_task(client.chat.stream_async(**ASK))
            before = repr(task)
            await asyncio.wait([task])
            return before, repr(task)

    assert all("PendingStream" in text for text in asyncio.run(main()))


def test_trio_runs_it(sim):
    texts = []

    async def main():
        async with Mistral("key", server_url=sim.url) as client:

            async def work():
                async with client.chat.stream_async(**ASK) as stream:
                    texts.append(await text_of(stream))

            async with trio.open_nursery() as nursery:
                nursery.start_soon(work)
                nursery.start_soon(lambda: work())  # noqa: PLW0108 - as it is written with arguments

    trio.run(main)
    assert texts == ["Hello there"] * 2


def test_a_task_that_is_cancelled_before_it_starts_sends_nothing(sim):
    async def main():
        client = Mistral("key", server_url=sim.url)
        task = asyncio.create_task(client.chat.stream_async(**ASK))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main(), debug=True)
    assert sim.connections == 0


@pytest.mark.anyio
async def test_cancelled_while_it_waits_for_the_head_it_closes_its_connection():
    head = Gate()
    with Simulator(Answer(before=[head], body=[HELLO, DONE])) as sim:
        async with Mistral("key", server_url=sim.url) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(_await, client.chat.stream_async(**ASK))
                await head.reached.wait_async()
                group.cancel_scope.cancel()
            await sim.requests[0].closed.wait_async()
            head.open()
            assert await text_of(client.chat.stream_async(**ASK)) == "Hello"


async def _await(pending):
    await pending


def test_dropped_and_cancelled_calls_write_nothing_to_stderr():
    program = run_program(PROGRAMS / "drops_calls.py", *STRICT)
    assert (program.stderr, program.returncode) == ("", 0)


def test_the_methods_look_like_what_they_are():
    chat = Mistral("key").chat
    for holder in (Chat, chat):
        assert inspect.iscoroutinefunction(holder.stream_async)
        assert inspect.iscoroutinefunction(holder.complete_async)
        assert not inspect.iscoroutinefunction(holder.stream)
        assert not inspect.iscoroutinefunction(holder.complete)
    assert all(
        inspect.isfunction(vars(Chat)[name])
        for name in ("stream", "stream_async", "complete", "complete_async")
    )
    double = mock.create_autospec(Chat, instance=True)
    assert isinstance(double.stream_async, mock.AsyncMock)
    assert not isinstance(double.stream, mock.AsyncMock)


def test_the_methods_have_a_real_signature(subtests):
    for method in ("stream", "stream_async", "complete", "complete_async"):
        with subtests.test(method):
            signature = inspect.signature(getattr(Mistral("key").chat, method))
            given = signature.bind(**ASK, temperature=0.5, http_headers={}).arguments
            assert given["model"] == "m"
            assert {"prompt_cache_key", "retries", "timeout_ms"} <= signature.parameters.keys()
            assert all(p.kind is p.KEYWORD_ONLY for p in signature.parameters.values())
            with pytest.raises(TypeError, match="xyzzy"):
                signature.bind(**ASK, xyzzy=1)
