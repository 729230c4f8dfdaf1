"""Leave a stream unread while other calls are made, against each server of the arguments."""

import sys
import tracemalloc

import anyio
from common import ASK, KIND, run, say, wait
from memory import held

from mistralai import Mistral

CALLS = 40
"""In each of them server and loop have turn after turn."""


def elsewhere(client: Mistral) -> None:
    with client.chat.stream(**ASK) as stream:
        next(stream)
        tracemalloc.start()
        for _ in range(CALLS):
            client.chat.complete(**ASK)
        say(held())
        tracemalloc.stop()
        wait()
        say(len(stream.get_final_text()))


async def elsewhere_async(client: Mistral) -> None:
    async with client.chat.stream_async(**ASK) as stream:
        await anext(stream)
        tracemalloc.start()
        for _ in range(CALLS):
            await client.chat.complete_async(**ASK)
        say(held())
        tracemalloc.stop()
        await anyio.to_thread.run_sync(wait)
        say(len(await stream.get_final_text()))


clients = [Mistral(server_url=url) for url in sys.argv[2:]]


async def main() -> None:
    for client in clients:
        await elsewhere_async(client)


if KIND == "sync":
    for each in clients:
        elsewhere(each)
else:
    run(main)
