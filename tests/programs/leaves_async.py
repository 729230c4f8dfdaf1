"""Leave streams of an event loop that fall silent after their first text, as `leaves.py` does."""

import sys
from typing import Any

import anyio
from anyio.abc import TaskStatus
from common import ASK, run, say, wait

from mistralai import Mistral


def left(stream: Any) -> None:
    say(stream.end_reason, stream.snapshot.choices[0].message.content)
    wait()


streams: list[Any] = []


async def read(client: Mistral, *, fail: bool = False) -> Any:
    async with client.chat.stream_async(**ASK) as stream:
        streams.append(stream)
        async for event in stream:
            if event.data.choices[0].delta.content:
                if fail:
                    raise LookupError
                break
    return stream


async def read_on(stream: Any, *, task_status: TaskStatus[None]) -> None:
    async for event in stream:
        if event.data.choices[0].delta.content:
            task_status.started()


async def leave(client: Mistral) -> None:
    left(await read(client))  # by break

    try:  # by an exception
        await read(client, fail=True)
    except LookupError:
        left(streams[-1])

    stream = await client.chat.stream_async(**ASK)  # by cancellation
    async with anyio.create_task_group() as group:
        await group.start(read_on, stream)
        group.cancel_scope.cancel()
    left(stream)

    stream = await client.chat.stream_async(**ASK)  # by close from another task
    async with anyio.create_task_group() as group:
        await group.start(read_on, stream)
        await stream.close()
    left(stream)

    async with client:  # with its client
        stream = await client.chat.stream_async(**ASK)
        await anext(stream)
        await anext(stream)
    await stream.close()
    left(stream)


async def be_interrupted(client: Mistral) -> None:
    async with client.chat.stream_async(**ASK) as stream:
        streams.append(stream)
        await anext(stream)
        await anext(stream)
        say("reading")
        await anext(stream)


async def main() -> None:
    if sys.argv[2] == "httpx":
        import httpx

        async with httpx.AsyncClient() as http:
            await leave(Mistral(async_client=http))
    else:
        await leave(Mistral())


async def interrupted() -> None:
    if sys.argv[2] == "httpx":
        import httpx

        async with httpx.AsyncClient() as http:
            await be_interrupted(Mistral(async_client=http))
    else:
        await be_interrupted(Mistral())


run(main)
if "interrupted" in sys.argv:
    try:
        run(interrupted)
    except KeyboardInterrupt:
        left(streams[-1])
