"""The floor, with pydantic models of the fields that are read."""

import sys

import floor
from pydantic import BaseModel


class Delta(BaseModel):
    content: str | None = None


class Choice(BaseModel):
    index: int
    delta: Delta
    finish_reason: str | None = None


class Chunk(BaseModel):
    id: str
    created: int
    model: str
    choices: list[Choice]


decode = Chunk.__pydantic_validator__.validate_json
connect = connect_async = floor.Client


def stream(client, take):
    floor.stream(client, decode, take)


async def stream_async(client, take):
    await floor.stream_async(client, decode, take)


if __name__ == "__main__":
    stream(connect(sys.argv[1]), lambda text: print(text or "", end="", flush=True))
