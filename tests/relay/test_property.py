"""For any sequence of appends, joins, leaves, stops and crashes, every reader sees a prefix of one
log, then at most one end: no frame twice, and none missing without a gap."""

from contextlib import asynccontextmanager

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistralai.deltas import TextDelta
from mistralai.relay import End, Gap, LeaseLostError, MemoryStore, Relay
from support.relay import KEY, Script

TURNS = st.tuples(st.just("turn"), st.integers(1, 4))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 12)),
        st.tuples(st.just("join"), st.integers(0, 20)),
        st.tuples(st.just("leave"), st.integers(0, 9)),
        st.tuples(st.sampled_from(["end", "fail", "stop", "crash", "shut", "again"]), st.just(0)),
        TURNS,
    ),
    max_size=40,
)


class CrashingStore(MemoryStore):
    """A store whose producers lose their log when it is told to crash."""

    crashed = False

    @asynccontextmanager
    async def writing(self, key, *, leave_grace):
        self.crashed = False
        async with super().writing(key, leave_grace=leave_grace) as writer:
            append = writer.append

            async def append_unless_crashed(event):
                if self.crashed:
                    raise LeaseLostError("crashed")
                await append(event)

            writer.append = append_unless_crashed  # `finish` appends too
            yield writer


class Run:
    """One run of steps.

    Attributes:
        said: The deltas of each log.
        readers: Of each reader the log, its base, the number behind which it began, its frames,
            and the scope by which it leaves.
    """

    def __init__(self, max_bytes):
        self.store = CrashingStore(max_bytes=max_bytes)
        self.relay = Relay(self.store)
        self.readers = []
        self.said = []
        self.script = None
        self.count = 0

    async def play(self, steps):
        async with self.relay, anyio.create_task_group() as self.tasks:
            await self.again()
            for step, value in steps:
                await getattr(self, step)(value)
            if await self.relay.status(KEY) == "running":
                self.script.say(None)

    async def again(self, _=0):
        """Start an answer, unless one is running."""
        if await self.relay.status(KEY) != "running":
            self.script = Script()
            self.said.append([])
            await self.relay.start(KEY, self.script)

    async def append(self, events):
        for _ in range(events):
            self.count += 1
            delta = TextDelta(0, f"{self.count}")
            self.said[-1].append(delta)
            self.script.say(delta)

    async def join(self, back):
        """Join behind a number, if the log has it."""
        async with self.store.following(KEY) as log:
            after = max(log.base, log.last - back)
            after = 0 if after == log.base else after
            frames, scope = [], anyio.CancelScope()
            self.readers.append((len(self.said) - 1, log.base, after, frames, scope))
            self.tasks.start_soon(self.read, after, frames, scope)
        await anyio.wait_all_tasks_blocked()

    async def read(self, after, frames, scope):
        reader = self.relay.follow(KEY, after)
        with scope:
            async for frame in reader:
                frames.append(frame)
        await reader.aclose()

    async def leave(self, place):
        if place < len(self.readers):
            self.readers[place][-1].cancel()

    async def end(self, _):
        self.script.say(None)

    async def fail(self, _):
        self.script.say(ValueError())

    async def stop(self, _):
        await self.relay.stop(KEY)

    async def crash(self, _):
        self.store.crashed = True
        self.script.say(TextDelta(0, "never written"))

    async def shut(self, _):
        await self.relay.aclose()
        await self.relay.__aenter__()

    async def turn(self, times):
        for _ in range(times):
            await anyio.lowlevel.checkpoint()


def check(run):
    for log, base, after, frames, scope in run.readers:
        said = run.said[log]
        position = max(after, base)
        for place, frame in enumerate(frames):
            match frame.event:
                case Gap(first=first, last=last):
                    assert first == position + 1
                    assert last == frame.id >= first
                case End():
                    assert place == len(frames) - 1, "nothing follows an end"
                    assert frame.id in {position + 1, after}
                case TextDelta() as delta:
                    assert frame.id == position + 1, "no frame twice, none missing"
                    assert delta == said[frame.id - base - 2], "a prefix of one log"
                case _:
                    assert frame.id == position + 1 == base + 1, "the opening is the first"
            position = frame.id
        if not scope.cancel_called:
            assert frames
            assert isinstance(frames[-1].event, End), "every reader is told the end"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@settings(max_examples=60)
@given(steps=STEPS, max_bytes=st.sampled_from([500, 2_000, 2**20]))
def test_every_reader_sees_a_prefix_of_one_log_then_at_most_one_end(backend, steps, max_bytes):
    async def main():
        run = Run(max_bytes)
        with anyio.fail_after(20):
            await run.play(steps)
        check(run)

    anyio.run(main, backend=backend)
