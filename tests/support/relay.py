"""Scenarios that hold for a relay over any store, and a source that a test drives by hand."""

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest

from mistralai.client.errors import StreamTruncatedError
from mistralai.deltas import FinishDelta, TextDelta, ToolCallDelta, ToolResult
from mistralai.relay import (
    AlreadyRunningError,
    End,
    Frame,
    Gap,
    MemoryStore,
    Opened,
    Relay,
    RelayError,
    Store,
    UnknownNumberError,
)

KEY = "chat-7"
HELLO = [TextDelta(0, "Hel"), TextDelta(0, "lo"), FinishDelta(0, "stop")]


class Script:
    """A source that yields what it is told, when it is told.

    Attributes:
        closed: Set once the source was closed.
    """

    def __init__(self, *items: Any) -> None:
        self._items: deque[Any] = deque(items)
        self._news = anyio.Event()
        self.closed = anyio.Event()

    def say(self, *items: Any) -> None:
        """Yield these next; an exception is raised, `None` is the end."""
        self._items.extend(items)
        self._news.set()

    def end(self) -> None:
        """End."""
        self.say(None)

    async def __call__(self) -> AsyncIterator[Any]:
        try:
            while True:
                while not self._items:
                    self._news = anyio.Event()
                    await self._news.wait()
                item = self._items.popleft()
                if isinstance(item, Exception):
                    raise item
                if item is None:
                    return
                yield item
        finally:
            self.closed.set()


def ended(*items: Any) -> Script:
    """A script with an end."""
    return Script(*items, None)


@dataclass
class World:
    """Relays over one store, as two processes have it; in memory they are one.

    Attributes:
        relay: The relay that starts answers.
        other: Another one.
    """

    relay: Relay
    other: Relay


Worlds = Callable[..., AbstractAsyncContextManager[World]]
"""Makes a world: takes `max_bytes` of the store, and the settings of the relays."""


def worlds_of(*stores: Callable[..., Store]) -> Worlds:
    """Make worlds of one store, or of two that share their logs."""

    @asynccontextmanager
    async def world(max_bytes: int = 2**20, **settings: Any) -> AsyncIterator[World]:
        relays = [Relay(store(max_bytes=max_bytes), **settings) for store in stores]
        async with relays[0], relays[-1]:
            yield World(relays[0], relays[-1])

    return world


in_memory = worlds_of(MemoryStore)


@dataclass
class Reader:
    """The frames that a reader of an answer has seen.

    Attributes:
        frames: The frames.
    """

    frames: list[Frame] = field(default_factory=list)

    async def read(self, relay: Relay, key: str = KEY, after: int | None = None) -> None:
        """Read to the end."""
        async with aclosing(relay.follow(key, after)) as frames:
            async for frame in frames:
                self.frames.append(frame)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the frames."""
        return [frame.id for frame in self.frames]

    @property
    def status(self) -> str:
        """The status of the end."""
        end = self.frames[-1].event
        assert isinstance(end, End)
        return end.status


async def read(relay: Relay, key: str = KEY, after: int | None = None) -> Reader:
    """Read an answer to its end."""
    reader = Reader()
    await reader.read(relay, key, after)
    return reader


async def a_whole_answer(worlds: Worlds) -> None:
    """All deltas in order, between the opening and the end, numbered from 1."""
    async with worlds(now=lambda: 17.5, new_id=lambda: "made") as world:
        await world.relay.start(KEY, ended(*HELLO))
        reader = await read(world.other)
        events = [Opened("made", None, 17), *HELLO, End("ended")]
        assert reader.frames == [Frame(n, event) for n, event in enumerate(events, 1)]
        assert await world.other.status(KEY) == "ended"


async def text_that_utf8_does_not_have(worlds: Worlds) -> None:
    """Lone surrogates, as in the names of some files, arrive in every kind of event."""
    deltas = [
        TextDelta(0, "\ud800"),
        ToolCallDelta(0, 0, "abc", "f", "\ud800"),
        ToolResult("abc", "f", "\udcff"),
        FinishDelta(0, "stop"),
    ]
    async with worlds() as world:
        await world.relay.start(KEY, ended(*deltas))
        reader = await read(world.other)
        assert [frame.event for frame in reader.frames][1:] == [*deltas, End("ended")]


async def every_number(worlds: Worlds) -> None:
    """Reading goes on behind each number; behind the last one the end is told again."""
    async with worlds() as world:
        await world.relay.start(KEY, ended(*HELLO))
        whole = (await read(world.other)).frames
        for after in range(len(whole)):
            assert (await read(world.other, after=after)).frames == whole[after:]
        assert (await read(world.other, after=len(whole))).frames == whole[-1:]


async def live_readers(worlds: Worlds) -> None:
    """A frame is read before the next one is there, by every reader."""
    async with worlds() as world:
        script = Script(HELLO[0])
        await world.relay.start(KEY, script)
        readers = [relay.follow(KEY) for relay in (world.relay, world.other, world.other)]
        for delta in HELLO:
            for reader in readers:
                while (await anext(reader)).event != delta:
                    pass
            script.say(HELLO[1]) if delta is HELLO[0] else script.say(HELLO[2])
        for reader in readers:
            await reader.aclose()


async def unknown_numbers(worlds: Worlds) -> None:
    """A number that the log does not have is refused, also for a missing log."""
    async with worlds() as world:
        script = Script(*HELLO)
        await world.relay.start(KEY, script)
        reader = world.other.follow(KEY)
        while (await anext(reader)).id < len(HELLO):
            pass
        for after in (-1, 99):
            with pytest.raises(UnknownNumberError, match=f"{after} "):
                await read(world.other, after=after)
        with pytest.raises(UnknownNumberError):
            await read(world.other, "another", after=1)
        script.end()
        await reader.aclose()


async def a_missing_answer(worlds: Worlds) -> None:
    """The reader of a missing answer is told at once."""
    async with worlds() as world:
        for after in (None, 0):
            reader = await read(world.other, "another", after)
            assert (reader.numbers, reader.status) == ([0], "missing")
        assert await world.other.status("another") == "missing"
        assert await world.other.stop("another") == "missing"


async def one_answer_for_a_key(worlds: Worlds) -> None:
    """A running key is refused; one that ended starts again, with numbers that go on."""
    async with worlds() as world:
        script = Script(*HELLO)
        await world.relay.start(KEY, script)
        for relay in (world.relay, world.other):
            with pytest.raises(AlreadyRunningError, match=KEY):
                await relay.start(KEY, ended(*HELLO))
        assert await world.other.status(KEY) == "running"
        script.end()
        first = await read(world.other)
        script = Script()
        await world.other.start(KEY, script)
        second = Reader()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(second.read, world.relay)
            await anyio.wait_all_tasks_blocked()
            script.say(*HELLO, None)
        assert second.numbers == [number + 5 for number in first.numbers]
        for old in (3, 5):
            with pytest.raises(UnknownNumberError):
                await read(world.relay, after=old)


async def a_stop(worlds: Worlds) -> None:
    """Stop works while the source is silent, from anywhere, and keeps the events so far."""
    async with worlds() as world:
        for relay in (world.relay, world.other):
            script = Script(HELLO[0])
            await world.relay.start(KEY, script)
            reader = relay.follow(KEY)
            while (await anext(reader)).event != HELLO[0]:
                pass
            assert await relay.stop(KEY) == "stopped"
            end = (await anext(reader)).event
            assert isinstance(end, End)
            assert end.status == "stopped"
            assert script.closed.is_set()
            assert [frame.event for frame in (await read(relay)).frames][1:] == [HELLO[0], end]
            assert await relay.stop(KEY) == "stopped"


async def errors_of_the_source(worlds: Worlds) -> None:
    """An error ends the answer after the events before it, and readers do not get its words."""
    cut = StreamTruncatedError("sk-secret")
    async with worlds() as world:
        group = ExceptionGroup("of a task group", [cut])
        for error, status in (
            (ValueError("sk-secret"), "failed"),
            (cut, "truncated"),
            (group, "truncated"),
        ):
            await world.relay.start(KEY, ended(*HELLO[:2], error))
            reader = await read(world.other)
            assert [frame.event for frame in reader.frames][1:3] == HELLO[:2]
            assert reader.status == status
            assert "secret" not in repr(reader.frames)
            assert await world.other.status(KEY) == status


async def nobody_reads(worlds: Worlds) -> None:
    """Leaving is not stopping: an answer is written without readers, or after they left."""
    async with worlds() as world:
        script = Script(HELLO[0])
        await world.relay.start(KEY, script)
        reader = world.other.follow(KEY)
        await anext(reader)
        await reader.aclose()
        script.say(*HELLO[1:])
        script.end()
        assert (await read(world.other)).status == "ended"


async def a_shutdown(worlds: Worlds) -> None:
    """Closing a relay stops its answers, and tells readers."""
    async with worlds() as world:
        script = Script(HELLO[0])
        await world.relay.start(KEY, script)
        reader = Reader()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(reader.read, world.other)
            while not reader.frames:
                await anyio.lowlevel.checkpoint()
            await world.relay.aclose()
        assert reader.status == "stopped"
        assert script.closed.is_set()
        with pytest.raises(RelayError, match="closed"):
            await world.relay.start(KEY, ended(*HELLO))
        async with world.relay:
            await world.relay.start(KEY, ended(*HELLO))
            assert (await read(world.relay)).status == "ended"


async def a_gap(worlds: Worlds) -> None:
    """A reader behind the events that the log dropped gets a gap, then continues."""
    async with worlds(max_bytes=3_000) as world:
        deltas = [TextDelta(0, "x" * 100) for _ in range(40)]
        await world.relay.start(KEY, ended(*deltas))
        while await world.other.status(KEY) == "running":
            await anyio.lowlevel.checkpoint()
        for after in (0, 1, 5):
            first, *others = (await read(world.other, after=after)).frames
            assert isinstance(first.event, Gap)
            assert first.event.first == after + 1
            assert first.id == first.event.last
            assert [frame.id for frame in others] == [*range(first.id + 1, 43)]


SCENARIOS = [
    a_whole_answer,
    text_that_utf8_does_not_have,
    every_number,
    live_readers,
    unknown_numbers,
    a_missing_answer,
    one_answer_for_a_key,
    a_stop,
    errors_of_the_source,
    nobody_reads,
    a_shutdown,
    a_gap,
]
"""Each takes a function that makes a world, and fails by an exception."""


class VirtualTime:
    """A clock that a test moves, and the waits for it."""

    def __init__(self) -> None:
        self._now = 0.0
        self._waits: list[tuple[float, anyio.Event]] = []

    def clock(self) -> float:
        """Return the time."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has moved so far."""
        moved = anyio.Event()
        self._waits.append((self._now + seconds, moved))
        await moved.wait()

    async def move(self, seconds: float) -> None:
        """Move the clock, then let all tasks run until they wait."""
        await anyio.wait_all_tasks_blocked()
        self._now += seconds
        for due, moved in self._waits:
            if due <= self._now:
                moved.set()
        await anyio.wait_all_tasks_blocked()
