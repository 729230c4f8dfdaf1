"""Fork a process that has a client with idle connections, and use it on both sides."""

import os

from common import ASK, run, say, text

from mistralai import Mistral

client = Mistral()


async def answer() -> str:
    stream = await client.chat.stream_async(**ASK)
    return text([event async for event in stream])


async def main() -> None:
    say(await answer(), await answer())


run(main, "asyncio")
say(text(client.chat.stream(**ASK)))
child = os.fork()
if child:
    say("child", os.waitpid(child, 0)[1])
say(text(client.chat.stream(**ASK)))
run(main, "asyncio")
