"""Readers that wait, are cancelled, closed from elsewhere, or dropped."""

import gc

import anyio
import pytest

from mistralai.relay import MemoryStore, Relay
from support.relay import HELLO, KEY, Reader, Script

pytestmark = pytest.mark.anyio


@pytest.fixture
async def relay():
    async with Relay() as relay:
        yield relay


async def reader_of(relay, script, events=2):
    """Start an answer, and return a reader that has read some of it."""
    await relay.start(KEY, script)
    frames = relay.follow(KEY)
    for _ in range(events):
        await anext(frames)
    return frames


async def test_a_reader_continues_after_its_wait_was_cancelled(relay):
    script = Script(HELLO[0])
    frames = await reader_of(relay, script)
    for _ in range(3):
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anext(frames)
        assert scope.cancelled_caught
    script.say(*HELLO[1:], None)
    assert [frame.id async for frame in frames] == [3, 4, 5]


async def test_a_reader_that_is_closed_by_another_task_ends(relay):
    frames = await reader_of(relay, Script(HELLO[0]))
    others = Reader()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(others.read, relay)
        tasks.start_soon(self_closing := frames.aclose)
        with pytest.raises(StopAsyncIteration):
            await anext(frames)
        await self_closing()
        await anyio.wait_all_tasks_blocked()
        assert others.numbers == [1, 2]  # another reader was woken, and waits again
        await relay.stop(KEY)
    with pytest.raises(StopAsyncIteration):
        await anext(frames)


async def test_a_reader_that_is_closed_before_it_began_reads_nothing(relay):
    await relay.start(KEY, Script(*HELLO))
    frames = relay.follow(KEY)
    await frames.aclose()
    assert [frame async for frame in frames] == []


async def test_a_reader_that_is_closed_while_it_opens_reads_nothing():
    class Opening(MemoryStore):
        """A store that takes its time to open."""

        ready = anyio.Event()

        async def __aenter__(self):
            await self.ready.wait()
            return self

    async with anyio.create_task_group() as tasks:
        relay = Relay(Opening())
        frames = relay.follow(KEY)

        async def read():
            assert [frame async for frame in frames] == []

        tasks.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        await frames.aclose()
        relay.store.ready.set()
    await relay.aclose()


async def test_readers_that_are_dropped_leave_no_trace(relay):
    """On trio, a generator would warn."""
    script = Script(HELLO[0])
    await relay.start(KEY, script)
    for events in range(3):
        frames = relay.follow(KEY)
        for _ in range(events):
            await anext(frames)
        del frames
        gc.collect()
    async for _ in relay.follow(KEY):
        break
    gc.collect()
    await anyio.wait_all_tasks_blocked()
    script.end()


async def test_a_source_that_never_waits_holds_nobody_back(relay):
    seen = []

    async def endless():
        while True:
            yield HELLO[0]

    await relay.start(KEY, endless)
    async for frame in relay.follow(KEY):
        seen.append(frame)
        if len(seen) == 1_000:
            break
    assert await relay.stop(KEY) == "stopped"
    assert [frame.id for frame in seen] == [*range(1, 1_001)]


async def test_a_number_is_an_integer(relay):
    with pytest.raises(TypeError, match="after is '7'"):
        relay.follow(KEY, after="7")
