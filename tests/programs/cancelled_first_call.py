"""Cancel the first call while its modules are imported; then make another call, or end."""

import sys

import anyio
from common import ASK, run, say

from mistralai import Mistral
from mistralai.client._api.loading import first

client = Mistral()
ANOTHER_FOLLOWS = sys.argv[2] == "another follows"


async def call() -> None:
    if ANOTHER_FOLLOWS:
        await client.chat.complete_async(**ASK)
    else:
        await client.chat.stream_async(**ASK)


async def main() -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(call)
        await anyio.lowlevel.checkpoint()
        await anyio.lowlevel.checkpoint()
        assert not first.over
        group.cancel_scope.cancel()
    if ANOTHER_FOLLOWS:
        answer = await client.chat.complete_async(**ASK)
        assert answer.choices[0].message
        say(answer.choices[0].message.content)
        await client.aclose()


run(main)
