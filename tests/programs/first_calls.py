"""Make many first calls at the same time, and later ones that need no import any more."""

import asyncio
from typing import Any

import anyio
from common import ASK, KIND, run, say

from mistralai import Mistral

client = Mistral()
said: list[object] = []


async def stream() -> None:
    async with client.chat.stream_async(**ASK) as stream:
        said.append(await stream.get_final_text())


async def complete() -> None:
    answer = await client.chat.complete_async(**ASK)
    assert answer.choices[0].message
    said.append(answer.choices[0].message.content)


async def main() -> None:
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(stream)
            group.start_soon(complete)
    say(len(said), *{*said})
    if KIND == "asyncio":
        loop: Any = asyncio.get_running_loop()
        loop.run_in_executor = None  # a call that needs a thread fails now
        await complete()
        await stream()
        say("without a thread")
    await client.aclose()


run(main)
