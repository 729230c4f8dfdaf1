"""Logs in memory: how long they are kept, how large they grow, and when an answer is deserted."""

import gc

import anyio
import pytest

from mistralai.deltas import TextDelta
from mistralai.relay import End, Frame, Gap, MemoryStore, Relay, UnknownNumberError
from support.relay import HELLO, KEY, Script, VirtualTime, ended, read

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    """Where a test does not depend on the event loop, one is enough."""
    return "asyncio"


async def test_a_log_and_its_numbers_are_kept_for_a_while_after_its_end():
    time = VirtualTime()
    async with Relay(MemoryStore(keep=300, clock=time.clock)) as relay:
        await relay.start(KEY, ended(*HELLO))
        await read(relay)
        await time.move(299)
        assert await relay.status(KEY) == "ended"
        await relay.start(KEY, ended(*HELLO))
        assert (await read(relay)).numbers[0] == 6
        await time.move(299)  # the first log is forgotten, and the second one is not
        assert (await read(relay, after=7)).numbers == [8, 9, 10]
        await time.move(1)
        assert await relay.status(KEY) == "missing"
        with pytest.raises(UnknownNumberError):
            await read(relay, after=7)
        await relay.start(KEY, ended(*HELLO))
        assert (await read(relay)).numbers[0] == 1


async def test_a_running_log_is_kept_however_long_it_runs():
    time = VirtualTime()
    async with Relay(MemoryStore(keep=0, clock=time.clock)) as relay:
        script = Script(*HELLO)
        await relay.start(KEY, script)
        await time.move(10_000)
        frames = relay.follow(KEY)
        assert [(await anext(frames)).event for _ in range(4)][1:] == HELLO
        script.end()
        assert (await anext(frames)).event == End("ended")
        await time.move(0)
        assert await relay.status(KEY) == "missing"


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_an_answer_is_stopped_some_time_after_its_last_reader_left(subtests):
    time = VirtualTime()
    store = MemoryStore(clock=time.clock, sleep=time.sleep)
    async with Relay(store, on_last_leave="stop", grace=30) as relay:
        await relay.start(KEY, Script(*HELLO))
        with subtests.test("nobody ever followed"):
            await time.move(1_000)
            assert await relay.status(KEY) == "running"
        with subtests.test("one of two left"):
            one, other = relay.follow(KEY), relay.follow(KEY)
            await anext(one)
            await anext(other)
            await one.aclose()
            await time.move(1_000)
            assert await relay.status(KEY) == "running"
        with subtests.test("back within the grace"):
            await other.aclose()
            await time.move(29)
            other = relay.follow(KEY, after=1)
            await anext(other)
            await time.move(1_000)
            assert await relay.status(KEY) == "running"
        with subtests.test("gone for good"):
            await other.aclose()
            await time.move(29)
            assert await relay.status(KEY) == "running"
            await time.move(1)
            assert await relay.status(KEY) == "stopped"


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_reader_that_is_dropped_has_left():
    time = VirtualTime()
    store = MemoryStore(clock=time.clock, sleep=time.sleep)
    async with Relay(store, on_last_leave="stop", grace=0) as relay:
        await relay.start(KEY, Script(*HELLO))
        frames = relay.follow(KEY)
        await anext(frames)
        del frames
        gc.collect()
        await time.move(0)
        await time.move(0)
        assert await relay.status(KEY) == "stopped"


async def test_a_stop_works_where_the_last_leave_would_stop_too():
    async with Relay(on_last_leave="stop", grace=1_000) as relay:
        await relay.start(KEY, Script(*HELLO))
        assert await relay.stop(KEY) == "stopped"


async def test_a_producer_that_fails_without_an_end_leaves_a_lost_answer():
    store = MemoryStore()
    relay = Relay(store)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - it is the body that fails
        async with store.writing(KEY, leave_grace=None) as writer:
            await writer.append(HELLO[0])
            raise ZeroDivisionError
    assert (await read(relay)).status == "lost"
    await relay.aclose()


async def test_a_log_drops_its_oldest_events_and_never_its_newest():
    async with Relay(MemoryStore(max_bytes=1_000)) as relay:
        script = Script()
        await relay.start(KEY, script)
        frames = relay.follow(KEY)
        for number in range(2, 200):  # a reader that keeps up misses nothing
            script.say(TextDelta(0, "é" * 50))
            while (frame := await anext(frames)).id < number:
                pass
            assert frame == Frame(number, TextDelta(0, "é" * 50))
        late = relay.follow(KEY)
        assert await anext(late) == Frame(196, Gap(1, 196))  # three of 300 bytes are left
        assert (await anext(late)).id == 197
        script.say(TextDelta(0, "x" * 5_000))
        while (frame := await anext(late)).id < 200:
            pass
        assert frame.event.text == "x" * 5_000
        assert (await anext(relay.follow(KEY, after=198))).event == Gap(199, 199)


async def test_wrong_settings_are_refused(subtests):
    for settings, words in [
        ({"max_bytes": -1}, "max_bytes is -1"),
        ({"keep": -0.5}, "keep is -0.5"),
    ]:
        with subtests.test(words), pytest.raises(ValueError, match=words):
            MemoryStore(**settings)
    for settings, words in [
        ({"on_last_leave": "pause"}, "on_last_leave is 'pause'"),
        ({"grace": -1}, "grace is -1"),
    ]:
        with subtests.test(words), pytest.raises(ValueError, match=words):
            Relay(**settings)
    for store, kind in (("redis://:secret@localhost", "str"), (MemoryStore, "type")):
        with subtests.test(kind), pytest.raises(TypeError, match=f"a {kind}; give an object such"):
            Relay(store)


async def test_readers_share_the_frames_of_the_log():
    async with Relay() as relay:
        await relay.start(KEY, ended(*HELLO))
        one, other = await read(relay), await read(relay)
        assert all(a is b for a, b in zip(one.frames, other.frames, strict=True))


async def test_a_thousand_readers_get_everything_though_one_never_reads():
    events = 50
    async with Relay() as relay:
        script = Script()
        await relay.start(KEY, script)
        frozen = relay.follow(KEY)
        script.say(HELLO[0])
        assert (await anext(frozen)).id == 1
        counts = [0] * 1_000

        async def follow(place):
            async for _ in relay.follow(KEY):
                counts[place] += 1

        async with anyio.create_task_group() as tasks:
            for place in range(1_000):
                tasks.start_soon(follow, place)
            for _ in range(events - 3):
                script.say(TextDelta(0, "x"))
                await anyio.lowlevel.checkpoint()
            script.end()
        assert set(counts) == {events}
        assert [frame.id async for frame in frozen] == [*range(2, events + 1)]
