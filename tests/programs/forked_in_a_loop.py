"""Fork a process whose event loop has an open stream, and drop the child's copy of it."""

import gc
import os

from common import ASK, run, say, text

from mistralai import Mistral

client = Mistral()


async def main() -> None:
    async with client.chat.stream_async(**ASK) as stream:
        say(text([await anext(stream)]))
        child = os.fork()
        if not child:
            del stream
            gc.collect()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0  # noqa: ASYNC222 - nothing else is to run in this loop
        say("no child is left")
        say(text([event async for event in stream]), stream.end_reason)


run(main)
