"""For any sequence of appends, joins, leaves, starts and deaths, every reader in every process sees
one log without a hole, then one end, the same for all."""

from contextlib import suppress

import anyio
import fakeredis
from hypothesis import given, settings
from hypothesis import strategies as st

from mistralai.deltas import TextDelta
from mistralai.relay import AlreadyRunningError, End, LeaseLostError, RedisStore
from mistralai.relay.redis.keys import Keys
from support.relay import KEY

STEPS = st.lists(
    st.sampled_from(["append", "append", "flush", "join", "join", "leave", "end", "die", "start"]),
    max_size=30,
)


class Play:
    """Three processes on one Redis: one produces, all read.

    Attributes:
        said: The events of each run.
        seen: Of each reader: its run, its frames, and whether it has left.
    """

    def __init__(self):
        server = fakeredis.FakeServer()
        self.client = fakeredis.FakeAsyncRedis(server=server)
        self.stores = [RedisStore(fakeredis.FakeAsyncRedis(server=server)) for _ in range(3)]
        self.said = []
        self.seen = []
        self.scopes = []
        self.writing = self.writer = None

    async def __call__(self, steps):
        one, two, three = self.stores
        async with self.client, one, two, three, anyio.create_task_group() as self.tasks:
            await self.start()
            for step in steps:
                await getattr(self, step)()
            await self.end()

    async def start(self):
        producer = self.stores[len(self.said) % 3]
        writing = producer.writing(KEY, leave_grace=None)
        try:
            writer = await writing.__aenter__()
        except AlreadyRunningError:
            return
        await self.over()
        self.writing, self.writer = writing, writer
        self.said.append([])

    async def over(self):
        if self.writing is not None:
            await self.writing.__aexit__(None, None, None)
        self.writing = self.writer = None

    async def append(self):
        if self.writer is None:
            return
        event = TextDelta(0, str(len(self.said[-1])))
        try:
            await self.writer.append(event)
        except LeaseLostError:
            return
        self.said[-1].append(event)

    async def flush(self):
        if self.writer is not None:
            self.writer.flush()
            await self.stores[0].status(KEY)

    async def end(self):
        if self.writer is not None:
            with suppress(LeaseLostError):
                await self.writer.finish(End("ended"))
        await self.over()

    async def die(self):
        """The lease expires, and somebody looks."""
        await self.client.delete(Keys.of("mistralai", KEY).lease)
        await self.stores[1].status(KEY)

    async def join(self):
        store = self.stores[len(self.seen) % 3]
        reader = {"run": len(self.said) - 1, "frames": [], "left": False}
        self.seen.append(reader)
        scope = anyio.CancelScope()
        self.scopes.append(scope)
        await self.tasks.start(self._read, store, reader, scope)

    async def leave(self):
        if self.scopes:
            self.scopes[-1].cancel()
            self.seen[-1]["left"] = True

    async def _read(self, store, reader, scope, *, task_status):
        frames = reader["frames"]
        async with store.following(KEY) as log:
            reader["base"] = last = log.base
            task_status.started()
            with scope:
                while not frames or not isinstance(frames[-1].event, End):
                    await log.wait(last)
                    frames += log.read(last)
                    last = frames[-1].id


def check(play):
    ends = {}
    for reader in play.seen:
        frames, said = reader["frames"], play.said[reader["run"]]
        assert [frame.id for frame in frames] == [
            *range(reader["base"] + 1, reader["base"] + 1 + len(frames))
        ]
        events = [frame.event for frame in frames if not isinstance(frame.event, End)]
        assert events == said[: len(events)]
        if len(events) < len(frames):
            assert ends.setdefault(reader["run"], frames[-1]) == frames[-1]
        else:
            assert reader["left"], "every reader is told the end"


@settings(max_examples=20)
@given(STEPS)
def test_every_reader_in_every_process_sees_one_log_and_one_end(steps):
    play = Play()

    async def main():
        with anyio.fail_after(30):
            await play(steps)

    anyio.run(main)
    check(play)
