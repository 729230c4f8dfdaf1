"""A store in Redis, as fakeredis plays it: two stores on one server are two processes."""

import asyncio
import sys
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
import fakeredis
import pytest
import redis
import redis.asyncio.cluster

from mistralai.deltas import TextDelta, UnknownDelta
from mistralai.relay import (
    AlreadyRunningError,
    End,
    LeaseLostError,
    Opened,
    RedisStore,
    Relay,
    RelayError,
    StoreUnavailableError,
)
from mistralai.relay.endings import LOST
from mistralai.relay.redis.entries import decode
from mistralai.relay.redis.health import Health
from mistralai.relay.redis.keys import Keys
from support.interpreter import modules_after
from support.redisserver import free_port
from support.relay import KEY, Script, read

pytestmark = pytest.mark.anyio
on_asyncio = pytest.mark.parametrize("anyio_backend", ["asyncio"])

OPENED = Opened("id", None, 1)
TEXT = TextDelta(0, "x" * 10_000)


def stores(server, number=2, **settings):
    return [RedisStore(fakeredis.FakeAsyncRedis(server=server), **settings) for _ in range(number)]


@asynccontextmanager
async def two_stores(server, **settings):
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(store) for store in stores(server, **settings)]


async def follow(store, key=KEY):
    """Read a log to its end, by the protocol of stores alone."""
    frames = []
    async with store.following(key) as log:
        while not frames or not isinstance(frames[-1].event, End):
            last = frames[-1].id if frames else 0
            await log.wait(last)
            frames += log.read(last)
    return frames


async def _append_many(writer, count):
    for _ in range(count):
        await writer.append(TEXT)


def test_arguments_are_checked_and_a_password_is_not_repeated(subtests):
    cases = [
        ("http://user:s3cret@host", {}, ValueError, "redis://"),
        ("redis://:s3cret@host:port", {}, ValueError, "invalid port"),
        ("redis://:s3cret@host?colour=red", {}, ValueError, "'colour'"),
        ("redis://host", {"prefix": "{a}"}, ValueError, "prefix"),
        ("redis://host", {"prefix": ""}, ValueError, "prefix"),
        ("redis://host", {"lease": 0}, ValueError, "lease must be at least"),
        ("redis://host", {"lease": "15"}, TypeError, "lease must be a number, not '15'"),
        ("redis://host", {"keep": float("nan")}, ValueError, "keep must be at least"),
        ("redis://host", {"max_bytes": 0}, ValueError, "max_bytes must be at least"),
        (redis.Redis(), {}, RelayError, "synchronous"),
        (redis.asyncio.cluster.RedisCluster("host"), {}, RelayError, "cluster"),
    ]
    for target, settings, kind, words in cases:
        with subtests.test(words), pytest.raises(kind, match=words) as caught:
            RedisStore(target, **settings)
        assert "s3cret" not in str(caught.value)
        assert caught.value.__context__ is None


def test_a_store_is_shown_by_its_place(subtests):
    for url, place in (
        ("redis://user:s3cret@host", "host:6379"),
        ("rediss://:s3cret@host:7000/2", "host:7000/2"),
        ("unix:///run/redis?password=s3cret&db=1", "unix:///run/redis/1"),
    ):
        with subtests.test(place):
            assert repr(RedisStore(url)) == f"RedisStore({place!r}, prefix='mistralai')"


def test_the_extra_is_named_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(RelayError, match=r"pip install 'mistralai\[redis\]'"):
        RedisStore("redis://host")


def test_redis_is_imported_by_those_who_use_it():
    assert "redis" not in modules_after("import mistralai.relay")


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_trio_is_refused_in_a_sentence():
    with pytest.raises(RelayError, match="MemoryStore works on trio"):
        await RedisStore("redis://host").status(KEY)


def test_a_store_belongs_to_one_loop():
    store = stores(fakeredis.FakeServer(), 1)[0]
    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(store.status(KEY)) == "missing"
    with pytest.raises(RelayError, match="another event loop"):
        asyncio.run(store.status(KEY))
    loop.run_until_complete(store.aclose())
    loop.close()


def test_a_dead_producer_is_found_and_cut_off():
    """A loop that stands still is a process that died."""
    server = fakeredis.FakeServer()
    dead, here, there = stores(server, 3, lease=0.4)
    loop = asyncio.new_event_loop()
    writing = dead.writing(KEY, leave_grace=None)

    async def begin():
        writer = await writing.__aenter__()
        await writer.append(OPENED)
        await dead.status(KEY)
        return writer

    async def find():
        async with here, there, anyio.create_task_group() as tasks:
            frames = []
            for store in (here, there, here):
                tasks.start_soon(lambda store=store: _collect(store, frames))
        assert len(frames) == 3
        assert frames[0] == frames[1] == frames[2]
        assert [frame.event for frame in frames[0]] == [OPENED, LOST]

    async def _collect(store, frames):
        frames.append(await follow(store))

    writer = loop.run_until_complete(begin())
    anyio.run(find)

    async def revive():
        with pytest.raises(LeaseLostError):
            await writer.stop_requested()
        with pytest.raises(LeaseLostError):
            await writer.finish(End("ended"))
        await writing.__aexit__(None, None, None)
        assert await dead.status(KEY) == "lost"
        await dead.aclose()

    loop.run_until_complete(revive())
    loop.close()


@on_asyncio
async def test_a_start_takes_over_from_a_dead_producer_which_is_told():
    server = fakeredis.FakeServer()
    keys = Keys.of("mistralai", KEY)
    still = {"clock": lambda: 0.0}  # a machine that stalls would seem to be an outage
    async with (
        two_stores(server, **still) as (one, two),
        one.writing(KEY, leave_grace=None) as old,
    ):
        await old.append(OPENED)
        async with two.following(KEY) as log:
            await log.wait(0)  # what is written later would renew the lease
        async with fakeredis.FakeAsyncRedis(server=server) as client:
            with pytest.raises(AlreadyRunningError):
                await two.writing(KEY, leave_grace=None).__aenter__()
            await client.delete(keys.lease)  # as when it expires
            async with two.writing(KEY, leave_grace=None) as new:
                with pytest.raises(LeaseLostError):
                    await old.finish(End("ended"))
                await new.finish(End("ended"))
        assert [frame.id for frame in await follow(one)] == [3], "1 was written, 2 is the lost end"


@on_asyncio
async def test_the_last_reader_to_leave_stops_the_answer_from_any_process():
    server = fakeredis.FakeServer()
    one, two = (
        Relay(store, on_last_leave="stop", grace=0.0) for store in stores(server, lease=0.4)
    )
    async with one, two:
        scripts = {key: Script(TEXT) for key in ("left", "stayed", "unread")}
        for key, script in scripts.items():
            await one.start(key, script)
        left, stayed = [two.follow(key) for key in ("left", "stayed")]
        for reader in (left, stayed):
            assert [(await anext(reader)).id for _ in range(2)] == [1, 2]
        async with await two.reading("unread", counted=False) as log:  # a look is no reader
            assert log.end is None
        await left.aclose()
        await scripts["left"].closed.wait()
        assert (await read(two, "left")).status == "stopped"
        for key in ("stayed", "unread"):
            assert await two.status(key) == "running"
            assert not scripts[key].closed.is_set()
            scripts[key].end()
        assert [frame async for frame in stayed][-1].event == End("ended")
        assert (await read(two, "unread")).status == "ended"


@on_asyncio
async def test_a_short_outage_is_waited_for_by_both_sides():
    server = fakeredis.FakeServer()
    async with two_stores(server) as (one, two), two.following("none") as missing:
        assert missing is None
        async with one.writing(KEY, leave_grace=None) as writer, anyio.create_task_group() as tasks:
            frames = []

            async def collect():
                frames.extend(await follow(two))

            await writer.append(OPENED)
            tasks.start_soon(collect)
            while await one.status(KEY) != "running" or not server.connected:
                await anyio.lowlevel.checkpoint()
            server.connected = False
            for _ in range(20):
                await writer.append(TEXT)
            for store in (one, two):
                with pytest.raises(StoreUnavailableError, match="cannot be used"):
                    await store.status(KEY)
            server.connected = True
            await writer.finish(End("ended"))
        assert [frame.id for frame in frames] == [*range(1, 23)]


@on_asyncio
async def test_more_than_the_buffer_ends_the_answer_and_local_readers_have_all_of_it():
    server = fakeredis.FakeServer()
    async with two_stores(server) as (one, two):
        async with one.writing(KEY, leave_grace=None) as writer:
            await writer.append(OPENED)
            async with one.following(KEY) as log:
                server.connected = False
                with pytest.raises(StoreUnavailableError):
                    await _append_many(writer, 200)
                with pytest.raises(StoreUnavailableError):
                    await writer.stop_requested()
                frames = log.read(0)
                assert [frame.event for frame in frames[:-1]] == [OPENED, *[TEXT] * log.last][:-1]
                assert len(frames) > 100
                assert frames[-1].event.status == "failed"
                server.connected = True
        assert await two.status(KEY) == "lost"


@on_asyncio
async def test_a_redis_that_stays_away_is_given_up():
    server = fakeredis.FakeServer()
    async with (
        two_stores(server, lease=0.1) as (one, two),
        one.writing(KEY, leave_grace=None) as writer,
    ):
        await writer.append(OPENED)
        async with two.following(KEY) as log:
            server.connected = False
            with pytest.raises(StoreUnavailableError, match="cannot be used"):
                await writer.stop_requested()
            while log.end is None:
                await log.wait(log.last)
            assert log.end.status == "failed"
        with pytest.raises(StoreUnavailableError):
            await one.writing("another", leave_grace=None).__aenter__()


@on_asyncio
async def test_a_log_that_vanished_is_lost_for_its_producer_and_its_readers():
    server = fakeredis.FakeServer()
    async with two_stores(server, lease=0.2) as (one, two):
        async with one.writing(KEY, leave_grace=None) as writer:
            await writer.append(OPENED)
            async with two.following(KEY) as log, fakeredis.FakeAsyncRedis(server=server) as client:
                await client.flushall()
                with pytest.raises(LeaseLostError):
                    await writer.stop_requested()
                while log.end is None:
                    await log.wait(log.last)
                assert log.end == LOST
        assert await two.status(KEY) == "missing"


@on_asyncio
async def test_what_redis_forgot_is_written_again():
    server = fakeredis.FakeServer()
    keys = Keys.of("mistralai", KEY)
    async with two_stores(server) as (one, two), one.writing(KEY, leave_grace=None) as writer:
        for last in range(1, 4):
            await writer.append(TEXT)
            while (await one._readers.look(keys)).last < last:
                pass
        async with fakeredis.FakeAsyncRedis(server=server) as client:
            await client.delete(keys.log(writer.run))
            await client.hset(keys.state, "last", "0")
        await writer.finish(End("ended"))
        assert [frame.id for frame in await follow(two)] == [1, 2, 3, 4]


@on_asyncio
async def test_an_end_is_written_when_redis_returns_though_its_producer_has_left():
    server = fakeredis.FakeServer()
    async with two_stores(server) as (one, two):
        async with one.writing(KEY, leave_grace=None) as writer:
            await writer.append(OPENED)
            await one.status(KEY)
            server.connected = False
            with anyio.move_on_after(0):
                await writer.finish(End("ended"))
        server.connected = True
        assert [frame.event for frame in await follow(two)] == [OPENED, End("ended")]


@on_asyncio
async def test_a_producer_that_leaves_without_an_end_has_lost_its_answer():
    server = fakeredis.FakeServer()
    async with two_stores(server) as (one, two):
        async with one.writing(KEY, leave_grace=None) as writer:
            await writer.append(OPENED)
        assert (await follow(two))[-1].event.status == "lost"
        assert await one.stop(KEY) == "lost"


@on_asyncio
async def test_a_closed_store_is_closed_until_it_is_entered_again():
    (store,) = stores(fakeredis.FakeServer(), 1)
    async with store:
        assert await store.status(KEY) == "missing"
    with pytest.raises(StoreUnavailableError, match="closed"):
        await store.status(KEY)
    async with store:
        assert await store.status(KEY) == "missing"


@on_asyncio
async def test_a_producer_whose_store_is_closed_is_told():
    (store,) = stores(fakeredis.FakeServer(), 1)
    async with store, store.writing(KEY, leave_grace=None) as writer:
        await store.aclose()
        for use in (
            lambda: writer.append(OPENED),
            lambda: writer.finish(End("ended")),
            writer.stop_requested,
        ):
            with anyio.fail_after(5), pytest.raises(StoreUnavailableError, match="was closed"):
                await use()


@on_asyncio
async def test_why_redis_cannot_be_reached_is_said(tmp_path, subtests):
    for target, words in (
        (f"redis://:s3cret@localhost:{free_port()}", "connection refused"),
        (f"unix://{tmp_path}/none?password=s3cret", "no such file or directory"),
        ("redis://:s3cret@none.invalid", "host name cannot be resolved"),
    ):
        with subtests.test(words):
            async with RedisStore(target) as store:
                with pytest.raises(StoreUnavailableError, match=words) as caught:
                    await store.status(KEY)
                assert "s3cret" not in str(caught.value)


def test_events_of_a_newer_release_are_passed_on_as_unknown():
    assert decode(b'[{"type":"dance","steps":3},{"type":"usage"}]') == [
        UnknownDelta(0, {"type": "dance", "steps": 3}),
        UnknownDelta(0, {"type": "usage"}),
    ]


def test_after_an_outage_leases_do_not_count_for_as_long_as_one_lasts():
    now = [100.0]
    health = Health(lambda: now[0], 15.0)
    assert health.leases_count

    with pytest.raises(StoreUnavailableError), health.watch(1.0):
        raise StoreUnavailableError
    assert (health.leases_count, health.away_since) == (False, 100.0)
    now[0] = 120.0
    with pytest.raises(StoreUnavailableError), health.watch(1.0):
        raise StoreUnavailableError
    assert health.away_since == 100.0
    with health.watch(1.0):
        now[0] = 121.0
    assert (health.leases_count, health.away_since, health.patience) == (False, None, 15.0)
    now[0] = 136.0
    assert health.leases_count

    with health.watch(1.0):
        now[0] += 1.9
    assert health.leases_count, "Redis waited for news, which is no outage"
    with health.watch(1.0):
        now[0] += 2.1
    assert not health.leases_count


def test_all_keys_of_an_answer_have_one_hash_tag(subtests):
    for key in ("chat-7", "}", "{}", "a{b}c", "ä \ud800"):
        with subtests.test(repr(key)):
            keys = Keys.of("mistralai", key)
            tags = {
                name[name.index("{") + 1 : name.index("}")]
                for name in (keys.state, keys.lease, keys.readers, keys.log("run"))
            }
            assert len(tags) == 1
            assert tags != {""}
