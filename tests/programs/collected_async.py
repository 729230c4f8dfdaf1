"""Drop streams of event loops in every way in which the garbage collector may find them."""

import asyncio
import gc
import sys
from typing import Any

import anyio
from common import ASK, KIND, run, say, wait

from mistralai import Mistral


async def unread(client: Mistral) -> None:
    _stream = await client.chat.stream_async(**ASK)  # is dropped


async def read(client: Mistral) -> None:
    stream = await client.chat.stream_async(**ASK)  # is dropped
    await anext(stream)


async def in_a_cycle(client: Mistral) -> None:
    stream: Any = await client.chat.stream_async(**ASK)  # is dropped
    await anext(stream)
    stream.itself = stream
    del stream
    gc.collect()


async def by_another_thread(client: Mistral) -> None:
    stream: Any = await client.chat.stream_async(**ASK)  # is dropped
    await anext(stream)
    stream.itself = stream
    del stream
    await anyio.to_thread.run_sync(gc.collect)


def drop_in_a_loop(client: Mistral) -> None:
    async def main() -> None:
        for way in (unread, read, in_a_cycle, by_another_thread):
            await way(client)
            say(way.__name__)
            await anyio.to_thread.run_sync(wait)

    run(main)


def drop_at_the_end_of_a_loop(client: Mistral) -> None:
    streams: list[Any] = []

    async def leave() -> None:
        stream = await client.chat.stream_async(**ASK)  # is dropped
        await anext(stream)
        streams.append(stream)  # and not returned: trio keeps for a while what a loop returns

    run(leave)
    say("open at the end of its loop")
    wait()
    streams.clear()

    async def drop() -> None:
        stream = await client.chat.stream_async(**ASK)  # is dropped
        await anext(stream)

    run(drop)
    say("dropped as its loop ends")
    wait()


def block_at_the_end_of_a_loop(client: Mistral) -> None:
    tasks: list[asyncio.Task[None]] = []

    async def main() -> None:
        stream = await client.chat.stream_async(**ASK)

        async def read_on() -> None:
            async for _ in stream:
                pass

        if KIND == "trio":
            import trio

            trio.lowlevel.spawn_system_task(read_on)
        else:
            tasks.append(asyncio.ensure_future(read_on()))
        for _ in range(5):
            await anyio.lowlevel.checkpoint()

    run(main)
    say("blocked at the end of its loop")
    wait()


for url in sys.argv[2:]:
    own = Mistral(server_url=url)
    drop_in_a_loop(own)
    drop_at_the_end_of_a_loop(own)
    block_at_the_end_of_a_loop(own)
