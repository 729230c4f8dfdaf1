"""Readers of a store in Redis who come and go while others read, and whose connection fails."""

import asyncio
import time

import anyio
import fakeredis
import pytest

from mistralai.relay import End, Opened, RedisStore, StoreUnavailableError
from mistralai.relay.redis.connecting import Place
from mistralai.relay.redis.health import Health
from mistralai.relay.redis.keys import Keys
from mistralai.relay.redis.link import Link
from mistralai.relay.redis.pipeline import Pipeline
from mistralai.relay.redis.readers import MALFORMED, Readers
from mistralai.relay.redis.settings import Settings
from support.relay import KEY

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio"])]

OPENED = Opened("id", None, 1)
KEYS = Keys.of("mistralai", KEY)


@pytest.fixture
def server():
    return fakeredis.FakeServer()


def store(server, **settings):
    return RedisStore(fakeredis.FakeAsyncRedis(server=server), **settings)


async def test_a_process_stays_among_the_readers_until_its_last_one_leaves(server):
    client = fakeredis.FakeAsyncRedis(server=server)
    async with client, store(server) as here, here.writing(KEY, leave_grace=5.0):
        first, second = here.following(KEY), here.following(KEY)
        await first.__aenter__()
        joining = asyncio.ensure_future(second.__aenter__())
        await asyncio.sleep(0)  # it has asked, and has no reply yet
        await first.__aexit__(None, None, None)
        await joining
        await here.status(KEY)
        assert await client.zcard(KEYS.readers) == 1
        await second.__aexit__(None, None, None)
        await here.status(KEY)
        assert await client.zcard(KEYS.readers) == 0


async def test_a_reader_of_the_last_answer_does_not_take_along_those_of_the_next(server):
    client = fakeredis.FakeAsyncRedis(server=server)
    async with client, store(server) as here:
        old = here.following(KEY)
        async with here.writing(KEY, leave_grace=5.0) as writer:
            await old.__aenter__()
            await writer.finish(End("ended"))
        async with here.writing(KEY, leave_grace=5.0), here.following(KEY):
            await old.__aexit__(None, None, None)
            await here.status(KEY)
            assert await client.zcard(KEYS.readers) == 1


async def test_who_comes_back_after_an_outage_reads_on_beside_one_who_was_told_of_an_end(server):
    async with (
        store(server, lease=60.0) as one,
        store(server, lease=0.1) as two,
        one.writing(KEY, leave_grace=None) as writer,
    ):
        await writer.append(OPENED)
        await one.status(KEY)
        async with two.following(KEY) as log:
            server.connected = False
            while log.end is None:
                await log.wait(log.last)
            server.connected = True
            async with two.following(KEY) as again:
                assert (again.end, again.last) == (None, 1)
                await writer.finish(End("ended"))
                with anyio.fail_after(5):
                    await again.wait(1)
                assert again.end == End("ended")
            assert log.end.status == "failed"


class HeldLink(Link):
    """A link whose replies can be held back."""

    def __init__(self, place, health):
        super().__init__(place, health)
        self.gate = asyncio.Event()
        self.gate.set()
        self.held = asyncio.Event()

    async def exchange(self, commands, wait=0.0):
        replies = await super().exchange(commands, wait)
        if not self.gate.is_set():
            self.held.set()
        await self.gate.wait()
        return replies


async def test_who_joins_while_a_reply_is_on_its_way_to_one_who_left_misses_nothing(server):
    client = fakeredis.FakeAsyncRedis(server=server)
    settings = Settings("mistralai", 15.0, 3600.0, 10**6, time.monotonic)
    place, health = Place(client), Health(time.monotonic, 15.0)
    link, pipeline = HeldLink(place, health), Pipeline(Link(place, health))
    readers = Readers(link, pipeline, health, settings, "here")
    async with store(server) as there, there.writing(KEY, leave_grace=None) as writer:
        await writer.append(OPENED)
        await there.status(KEY)
        old = await readers.join(KEYS)
        link.gate.clear()
        await writer.append(OPENED)
        await link.held.wait()
        readers.leave(old)
        joining = asyncio.ensure_future(readers.join(KEYS))
        while readers.of(old.stream) is None:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
        link.gate.set()
        new = await joining
        assert [frame.event for frame in new.log.read(0)] == [OPENED, OPENED]
        readers.leave(new)
        await readers.aclose()
        await pipeline.aclose()


async def test_a_damaged_log_ends_for_its_own_readers_only(server, caplog):
    client = fakeredis.FakeAsyncRedis(server=server)
    async with (
        client,
        store(server) as one,
        store(server) as two,
        one.writing(KEY, leave_grace=None) as damaged,
        one.writing("sound", leave_grace=None) as sound,
        two.following(KEY) as log,
        two.following("sound") as other,
    ):
        await client.xadd(KEYS.log(damaged.run), {"e": "no JSON"}, id="0-1")
        with anyio.fail_after(5):
            await log.wait(0)
            assert log.end.status == "failed"
            await sound.append(OPENED)
            await other.wait(0)
        assert [frame.event for frame in other.read(0)] == [OPENED]
    assert "has an entry that no relay has written" in caplog.text


async def test_a_state_without_numbers_ends_the_log_for_its_own_readers_only(server, caplog):
    client = fakeredis.FakeAsyncRedis(server=server)
    now = 0.0
    async with (
        client,
        store(server) as one,
        store(server, clock=lambda: now) as two,
        one.writing(KEY, leave_grace=None),
        one.writing("sound", leave_grace=None) as sound,
        two.following(KEY) as log,
        two.following("sound") as other,
    ):
        await client.hdel(KEYS.state, "base")
        now = 20.0  # each state is looked at, as its lease would have ended
        with anyio.fail_after(20):
            await log.wait(0)
            assert log.end == MALFORMED
            await sound.append(OPENED)
            await other.wait(0)
        assert [frame.event for frame in other.read(0)] == [OPENED]
        with pytest.raises(StoreUnavailableError, match="no relay has written its state"):
            await two.status(KEY)
    assert "mistralai:{chat-7}:state: the log of this answer is damaged" in caplog.text
