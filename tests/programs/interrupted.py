"""Be interrupted twice: once while a call waits for its headers, and once in a body."""

import traceback

from common import ASK, KIND, run, say, wait

from mistralai import Mistral

client = Mistral()


def read() -> None:
    with client.chat.stream(**ASK) as stream:
        for _ in stream:
            say("an event")


async def main() -> None:
    async with client.chat.stream_async(**ASK) as stream:
        async for _ in stream:
            say("an event")


def interrupted() -> None:
    try:
        if KIND == "sync":
            read()
        else:
            run(main)
    except KeyboardInterrupt:
        say("interrupted")
        wait()
        raise


try:
    interrupted()
except KeyboardInterrupt:
    traceback.print_exc()
interrupted()
