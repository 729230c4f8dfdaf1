"""The floor, with msgspec structs of the fields that are read."""

import sys

import floor
import msgspec


class Delta(msgspec.Struct):
    content: str | None = None


class Choice(msgspec.Struct):
    index: int
    delta: Delta
    finish_reason: str | None = None


class Chunk(msgspec.Struct):
    id: str
    created: int
    model: str
    choices: list[Choice]


decode = msgspec.json.Decoder(Chunk).decode
connect = connect_async = floor.Client


def stream(client, take):
    floor.stream(client, decode, take)


async def stream_async(client, take):
    await floor.stream_async(client, decode, take)


if __name__ == "__main__":
    stream(connect(sys.argv[1]), lambda text: print(text or "", end="", flush=True))
