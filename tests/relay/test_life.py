"""The life of a relay: opened late, closed in mid-answer, opened again, and stores that fail."""

import asyncio
from contextlib import asynccontextmanager

import anyio
import pytest
import trio
from anyio.from_thread import start_blocking_portal
from trio.testing import MockClock

from mistralai.relay import LeaseLostError, MemoryStore, Relay, RelayError, StoreUnavailableError
from support.relay import HELLO, KEY, Script, ended, read


@pytest.mark.anyio
async def test_a_relay_opens_when_it_is_used_and_closes_when_told():
    relay = Relay()
    assert await relay.status(KEY) == "missing"
    script = Script(HELLO[0])
    await relay.start(KEY, script)
    await relay.aclose()
    assert script.closed.is_set()
    await relay.aclose()
    for use in (
        lambda: relay.start(KEY, ended()),
        lambda: relay.status(KEY),
        lambda: relay.stop(KEY),
        lambda: anext(relay.follow(KEY)),
    ):
        with pytest.raises(RelayError, match="the relay is closed"):
            await use()
    async with relay:
        assert (await read(relay)).status == "stopped"


def test_a_relay_serves_one_event_loop_after_the_other(subtests):
    relay = Relay()

    async def use():
        await relay.start(KEY, ended(*HELLO))
        return (await read(relay)).numbers[0]

    for place, backend in enumerate(["asyncio", "trio", "asyncio"]):
        with subtests.test(f"{place} {backend}"):
            assert anyio.run(use, backend=backend) == 1 + 5 * place


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_relay_is_refused_in_a_second_loop_while_the_first_one_runs(backend):
    relay = Relay()
    with start_blocking_portal(backend) as portal:
        portal.call(relay.start, KEY, Script(HELLO[0]))
        with pytest.raises(RelayError, match="open in another event loop"):
            anyio.run(relay.status, KEY)
        with pytest.raises(RelayError, match="open in another event loop"):
            anyio.run(relay.aclose)
        assert portal.call(relay.status, KEY) == "running"
        portal.call(relay.aclose)


def test_a_relay_is_taken_over_from_a_loop_that_was_left():
    relay, left = Relay(), asyncio.new_event_loop()
    left.run_until_complete(relay.status(KEY))
    anyio.run(relay.aclose)
    with pytest.raises(RelayError, match="the relay is closed"):
        anyio.run(relay.status, KEY)
    for task in asyncio.all_tasks(left):
        task.cancel()
    left.run_until_complete(asyncio.sleep(0))
    left.close()


class OpeningStore(MemoryStore):
    """A store that takes its time to open.

    Attributes:
        ready: Lets it open.
    """

    def __init__(self):
        super().__init__()
        self.ready = anyio.Event()

    async def __aenter__(self):
        await self.ready.wait()
        return self


@pytest.mark.anyio
async def test_a_relay_that_is_closed_while_it_opens_says_so(subtests):
    for name, use in {
        "start": lambda relay: relay.start(KEY, ended()),
        "status": lambda relay: relay.status(KEY),
        "follow": lambda relay: anext(relay.follow(KEY)),
    }.items():
        with subtests.test(name):
            relay = Relay(OpeningStore())

            async def wait_for(used):
                with pytest.raises(RelayError, match="the relay is closed"):
                    await used

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(wait_for, use(relay))
                await anyio.wait_all_tasks_blocked()
                tasks.start_soon(relay.aclose)
                await anyio.wait_all_tasks_blocked()
                relay.store.ready.set()


class AwayStore(MemoryStore):
    """A store that never gives a key away, as one that is away."""

    @asynccontextmanager
    async def writing(self, key, *, leave_grace):
        await anyio.sleep_forever()
        async with super().writing(key, leave_grace=leave_grace) as writer:
            yield writer


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # only Redis waits here
@pytest.mark.anyio
async def test_a_relay_that_is_closed_while_an_answer_starts_says_so_and_cancels_nobody():
    relay = Relay(AwayStore())
    starting = asyncio.create_task(relay.start(KEY, ended()))
    await anyio.wait_all_tasks_blocked()
    await relay.aclose()
    with pytest.raises(RelayError, match="the relay is closed"):
        await starting


class ClosingStore(MemoryStore):
    """A store that takes its time to close.

    Attributes:
        ready: Lets it close.
        opened: How often it is open.
    """

    def __init__(self):
        super().__init__()
        self.ready = anyio.Event()
        self.opened = 0

    async def __aenter__(self):
        self.opened += 1
        assert self.opened == 1
        return self

    async def __aexit__(self, *_):
        await self.ready.wait()
        self.opened -= 1


@pytest.mark.anyio
async def test_everyone_who_closes_a_relay_or_opens_it_again_waits_until_it_is_closed():
    relay, done = Relay(ClosingStore()), []

    async def close():
        await relay.aclose()
        done.append("closed")

    async def open_again():
        async with relay:
            done.append(await relay.status(KEY))

    await relay.start(KEY, Script())
    async with anyio.create_task_group() as tasks:
        for use in (close, close):
            tasks.start_soon(use)
            await anyio.wait_all_tasks_blocked()
        assert done == []
        relay.store.ready.set()
    assert done == ["closed", "closed"]
    async with relay:
        relay.store.ready = anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(relay.aclose)
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(open_again)
            await anyio.wait_all_tasks_blocked()
            assert done[2:] == []
            relay.store.ready.set()
    assert done[2:] == ["stopped"]


@pytest.mark.anyio
async def test_an_answer_outlives_the_request_that_started_it():
    async with Relay() as relay:
        script = Script(HELLO[0])
        with anyio.CancelScope() as request:
            await relay.start(KEY, script)
            request.cancel()
            await anyio.lowlevel.checkpoint()
        script.say(*HELLO[1:], None)
        assert (await read(relay)).status == "ended"


@pytest.mark.anyio
async def test_an_exception_in_the_body_closes_the_relay():
    script = Script(HELLO[0])
    relay = Relay()
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - it is the body that fails
        async with relay:
            await relay.start(KEY, script)
            raise ZeroDivisionError
    assert script.closed.is_set()


@pytest.mark.anyio
async def test_a_relay_is_closed_though_its_program_is_cancelled():
    script, relay = Script(HELLO[0]), Relay()
    with anyio.CancelScope() as program:
        async with relay:
            await relay.start(KEY, script)
            await anext(relay.follow(KEY))
            program.cancel()
            await anyio.lowlevel.checkpoint()
    assert script.closed.is_set()
    async with relay:
        assert (await read(relay)).status == "stopped"


@pytest.mark.anyio
async def test_a_stop_gives_up_on_a_source_that_is_never_closed():
    release = anyio.Event()

    async def stubborn():
        try:
            yield HELLO[0]
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await release.wait()

    async with Relay() as relay:
        await relay.start(KEY, stubborn)
        await anext(relay.follow(KEY))
        assert await relay.stop(KEY, within=0) == "running"
        release.set()
        assert await relay.stop(KEY) == "stopped"


class RestartingStore(MemoryStore):
    """A store in which somebody starts an answer again before its status can be asked for."""

    relay: Relay

    async def status(self, key):
        if await super().status(key) == "stopped":
            await self.relay.start(key, Script(HELLO[0]))
        return await super().status(key)


@pytest.mark.anyio
async def test_a_stop_tells_the_end_of_its_answer_though_the_key_is_started_again():
    store = RestartingStore()
    async with Relay(store) as relay:
        store.relay = relay
        await relay.start(KEY, Script(HELLO[0]))
        assert await relay.stop(KEY) == "stopped"
        assert await relay.status(KEY) == "running"


class FailingStore(MemoryStore):
    """A store that raises an error where it is told to."""

    def __init__(self, place, error):
        super().__init__()
        self.place, self.error = place, error

    async def __aenter__(self):
        self.fail("open")
        return self

    def fail(self, place):
        if place == self.place:
            raise self.error

    @asynccontextmanager
    async def writing(self, key, *, leave_grace):
        self.fail("writing")
        async with super().writing(key, leave_grace=leave_grace) as writer:
            if key == KEY:
                yield FailingWriter(writer, self.fail)
                self.fail("leaving")
            else:
                yield writer


class FailingWriter:
    """Its writer."""

    def __init__(self, writer, fail):
        self.writer, self.fail = writer, fail

    async def append(self, event):
        self.fail("append")
        await self.writer.append(event)

    async def finish(self, end):
        self.fail("finish")
        await self.writer.finish(end)

    async def stop_requested(self):
        self.fail("stop_requested")
        await self.writer.stop_requested()


ENDS = {
    "leaving": "ended",
    ("append", ZeroDivisionError): "failed",
    ("stop_requested", ZeroDivisionError): "failed",
}
"""The ends of answers where their store fails; others are lost."""

ERRORS = [LeaseLostError("another has it"), StoreUnavailableError("away"), ZeroDivisionError()]


@pytest.mark.anyio
async def test_a_store_that_fails_fails_one_answer_and_says_so(subtests, caplog):
    for place in ("append", "finish", "stop_requested", "leaving"):
        for error in ERRORS:
            caplog.clear()
            with subtests.test(f"{place} {error!r}"):
                script = Script(*HELLO)
                async with Relay(FailingStore(place, error)) as relay:
                    await relay.start("another", other := Script(*HELLO))
                    await relay.start(KEY, script)
                    await anyio.wait_all_tasks_blocked()
                    if place in ("finish", "leaving"):
                        script.end()
                    end = await read(relay)
                    await anyio.wait_all_tasks_blocked()
                    assert end.status == ENDS.get((place, type(error)), ENDS.get(place, "lost"))
                    assert script.closed.is_set()
                    other.end()
                    assert (await read(relay, "another")).status == "ended"
                assert KEY in caplog.text


@pytest.mark.anyio
async def test_a_store_that_cannot_be_opened_or_refuses_is_an_error_of_start(subtests):
    for place in ("open", "writing"):
        with subtests.test(place):
            relay = Relay(FailingStore(place, StoreUnavailableError("away")))
            for _ in range(2):
                with pytest.raises(StoreUnavailableError, match="away"):
                    await relay.start(KEY, ended(*HELLO))
            relay.store.place = None
            await relay.start(KEY, ended(*HELLO))
            assert (await read(relay)).status == "ended"
            await relay.aclose()


class SlowStore(MemoryStore):
    """A store whose last write never comes back."""

    @asynccontextmanager
    async def writing(self, key, *, leave_grace):
        async with super().writing(key, leave_grace=leave_grace) as writer:
            writer.finish = lambda _: anyio.sleep_forever()
            yield writer


def test_closing_waits_for_a_store_that_is_away_for_ten_seconds_only():
    async def main():
        async with Relay(SlowStore()) as relay:
            await relay.start(KEY, ended(*HELLO))
            await trio.sleep(1_000)
            assert await relay.status(KEY) == "running"
            before = trio.current_time()
        return trio.current_time() - before

    assert trio.run(main, clock=MockClock(autojump_threshold=0)) == 10


def test_a_program_that_forgets_to_close_ends():
    relay, script = Relay(), []

    async def main():
        script.append(Script(HELLO[0]))
        await relay.start(KEY, script[0])
        await anext(relay.follow(KEY))

    for backend in ("asyncio", "trio"):
        anyio.run(main, backend=backend)
        assert script.pop().closed.is_set()
        assert asyncio.run(relay.status(KEY)) == "stopped"
