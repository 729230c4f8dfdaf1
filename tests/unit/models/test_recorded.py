"""The recorded answers of the API, and the hand-written streams of their shapes."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from mistralai.client.models import (
    ChatCompletionRequestMessage,
    ChatCompletionResponse,
    CompletionChunk,
    UnknownContentChunk,
)
from mistralai.client.models.parse import event_of, parse_chunk
from support.naive_reader import read_chunks
from support.streams import hand_written
from support.transcripts import transcript_files

STREAMS = [*hand_written(), *transcript_files("chat-stream")]
COMPLETE = transcript_files("complete")
MESSAGE: TypeAdapter[ChatCompletionRequestMessage] = TypeAdapter(ChatCompletionRequestMessage)


def parsed_chunks(stream: Path) -> list[tuple[CompletionChunk, dict[str, Any]]]:
    chunks = read_chunks(stream.read_bytes())
    return [(parse_chunk(json.dumps(chunk).encode()), chunk) for chunk in chunks]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda path: path.stem)
def test_a_dump_of_a_recorded_chunk_has_what_came_but_the_padding(stream: Path) -> None:
    for chunk, sent in parsed_chunks(stream):
        sent.pop("p", None)
        assert event_of(chunk).model_dump(exclude_unset=True) == {"data": sent}
        assert json.loads(chunk.model_dump_json(exclude_unset=True)) == sent


@pytest.mark.parametrize("stream", STREAMS, ids=lambda path: path.stem)
def test_a_dump_of_a_recorded_chunk_reads_back_as_the_same(stream: Path) -> None:
    for chunk, _ in parsed_chunks(stream):
        again = parse_chunk(chunk.model_dump_json(exclude_unset=True).encode())
        assert again == chunk
        assert again.model_dump() == chunk.model_dump()


@pytest.mark.parametrize("stream", transcript_files("chat-stream"), ids=lambda path: path.stem)
def test_no_recorded_chunk_is_unknown(stream: Path) -> None:
    for chunk, _ in parsed_chunks(stream):
        for choice in chunk.choices:
            content = choice.delta.content
            parts = content if isinstance(content, list) else []
            assert not [part for part in parts if isinstance(part, UnknownContentChunk)]


@pytest.mark.parametrize("body", COMPLETE, ids=lambda path: path.stem)
def test_a_recorded_answer_dumps_as_it_came(body: Path) -> None:
    sent = json.loads(body.read_bytes())
    answer = ChatCompletionResponse.model_validate_json(body.read_bytes())
    assert answer.model_dump(exclude_unset=True) == sent


@pytest.mark.parametrize("body", COMPLETE, ids=lambda path: path.stem)
def test_the_message_of_a_recorded_answer_can_be_sent_back(body: Path) -> None:
    answer = ChatCompletionResponse.model_validate_json(body.read_bytes())
    for choice in answer.choices:
        assert choice.message is not None
        assert MESSAGE.validate_json(MESSAGE.dump_json(choice.message)) == choice.message
