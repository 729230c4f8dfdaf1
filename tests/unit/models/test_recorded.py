"""Recorded answers of the API, and hand-written streams that are shaped like them."""

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

pytestmark = pytest.mark.uncounted

STREAMS = [*hand_written(), *transcript_files("chat-stream")]
COMPLETE = transcript_files("complete")
MESSAGE: TypeAdapter[ChatCompletionRequestMessage] = TypeAdapter(ChatCompletionRequestMessage)


def parsed_chunks(stream: Path) -> list[tuple[CompletionChunk, dict[str, Any]]]:
    chunks = read_chunks(stream.read_bytes())
    return [(parse_chunk(json.dumps(chunk).encode()), chunk) for chunk in chunks]


def test_a_recorded_chunk_dumps_unchanged_but_for_the_padding_and_reads_back(
    subtests: pytest.Subtests,
) -> None:
    for stream in STREAMS:
        with subtests.test(stream.stem):
            for chunk, sent in parsed_chunks(stream):
                sent.pop("p", None)
                assert event_of(chunk).model_dump(exclude_unset=True) == {"data": sent}
                dump = chunk.model_dump_json(exclude_unset=True)
                assert json.loads(dump) == sent
                again = parse_chunk(dump.encode())
                assert again == chunk
                assert again.model_dump() == chunk.model_dump()


def test_no_recorded_chunk_is_unknown(subtests: pytest.Subtests) -> None:
    for stream in transcript_files("chat-stream"):
        with subtests.test(stream.stem):
            for chunk, _ in parsed_chunks(stream):
                for choice in chunk.choices:
                    content = choice.delta.content
                    parts = content if isinstance(content, list) else []
                    assert not [part for part in parts if isinstance(part, UnknownContentChunk)]


def test_a_recorded_answer_dumps_unchanged(subtests: pytest.Subtests) -> None:
    for body in COMPLETE:
        with subtests.test(body.stem):
            sent = json.loads(body.read_bytes())
            answer = ChatCompletionResponse.model_validate_json(body.read_bytes())
            assert answer.model_dump(exclude_unset=True) == sent


def test_the_message_of_a_recorded_answer_can_be_sent_back(subtests: pytest.Subtests) -> None:
    for body in COMPLETE:
        with subtests.test(body.stem):
            answer = ChatCompletionResponse.model_validate_json(body.read_bytes())
            for choice in answer.choices:
                assert choice.message is not None
                assert MESSAGE.validate_json(MESSAGE.dump_json(choice.message)) == choice.message
