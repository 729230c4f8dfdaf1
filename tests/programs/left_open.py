"""End with a stream that is open."""

from typing import Any

from common import ASK, KIND, run

from mistralai import Mistral

client = Mistral()
streams: list[Any] = []


async def main() -> None:
    stream = await client.chat.stream_async(**ASK)  # is dropped in a loop
    await anext(stream)
    streams.append(stream)


if KIND == "sync":
    streams.append(client.chat.stream(**ASK))  # is dropped
    next(streams[0])
else:
    run(main)
