"""A chunk as msgspec structs: the fields that are read, and nothing else."""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Text(msgspec.Struct, tag_field="type", tag="text"):
    text: str


class Thinking(msgspec.Struct, tag_field="type", tag="thinking"):
    thinking: list[Text]


class Delta(msgspec.Struct, Generic[T]):
    content: T | None = None


class Choice(msgspec.Struct, Generic[T]):
    index: int
    delta: Delta[T]
    finish_reason: str | None = None


class Chunk(msgspec.Struct, Generic[T]):
    id: str
    created: int
    model: str
    choices: list[Choice[T]]


read_text = msgspec.json.Decoder(Chunk[str]).decode
read_thinking = msgspec.json.Decoder(Chunk[list[Text | Thinking]]).decode
