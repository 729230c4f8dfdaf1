from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from mistralai.client import models
from mistralai.client.models import (
    ContentChunk,
    ImageURL,
    ImageURLChunk,
    ReferenceChunk,
    ResourceChunk,
    TextChunk,
    ThinkChunk,
    ToolReferenceChunk,
    UnknownContentChunk,
    UnknownResourceChunkContent,
)

CHUNKS: TypeAdapter[list[ContentChunk]] = TypeAdapter(list[ContentChunk])

KNOWN: list[dict[str, Any]] = [
    {"type": "text", "text": "hi"},
    {"type": "image_url", "image_url": "https://x/y.png"},
    {"type": "image_url", "image_url": {"url": "https://x/y.png", "detail": "low"}},
    {"type": "image_url", "image_url": {"url": "https://x/y.png", "detail": "tomorrow's"}},
    {"type": "document_url", "document_url": "https://x/y.pdf", "document_name": None},
    {"type": "reference", "reference_ids": [1, "b"]},
    {"type": "reference", "reference_ids": []},
    {"type": "file", "file_id": "f"},
    {"type": "thinking", "thinking": [], "closed": True},
    {
        "type": "thinking",
        "thinking": [
            {"type": "text", "text": "so"},
            {"type": "reference", "reference_ids": [2]},
            {"type": "tool_reference", "tool": "web_search", "title": "t", "url": None},
        ],
        "signature": "s",
    },
    {"type": "input_audio", "input_audio": "UklGRg=="},
    {"type": "resource", "uri": "u", "content": {"type": "text", "text": "hi"}},
    {"type": "resource_link", "uri": "u", "metadata": {"a": 1, "b": True, "c": "d", "e": 0.5}},
]


def test_a_known_chunk_gets_its_class_and_dumps_unchanged(subtests: pytest.Subtests) -> None:
    for chunk in KNOWN:
        with subtests.test(chunk=chunk):
            (read,) = CHUNKS.validate_python([chunk])
            assert not isinstance(read, UnknownContentChunk)
            assert read.type == chunk["type"]
            assert CHUNKS.dump_python([read]) == [chunk]
            assert CHUNKS.validate_json(CHUNKS.dump_json([read])) == [read]


def test_a_chunk_keeps_unknown_fields() -> None:
    (read,) = CHUNKS.validate_python([{"type": "text", "text": "a", "later": 1}])
    assert isinstance(read, TextChunk)
    assert read.model_extra == {"later": 1}


UNREADABLE: list[tuple[Any, str]] = [
    ({"type": "hologram", "beam": [1]}, "hologram"),
    ({"type": "text"}, "UNKNOWN"),
    ({"type": "thinking", "thinking": None}, "UNKNOWN"),
    ({"type": 7}, "UNKNOWN"),
    ({"text": "without a type"}, "UNKNOWN"),
    ("a bare string", "UNKNOWN"),
]


def test_a_chunk_that_cannot_be_read_is_kept_raw_and_sent_on(subtests: pytest.Subtests) -> None:
    for raw, kind in UNREADABLE:
        with subtests.test(raw=raw):
            for read in (
                CHUNKS.validate_python([raw]),
                CHUNKS.validate_json(CHUNKS.dump_json([raw])),
            ):
                (chunk,) = read
                assert isinstance(chunk, UnknownContentChunk)
                assert (chunk.raw, chunk.type, chunk.is_unknown) == (raw, kind, True)
                assert CHUNKS.dump_python(read) == [raw]
                assert CHUNKS.validate_json(CHUNKS.dump_json(read)) == read


def test_what_cannot_be_a_chunk_is_an_error_that_names_its_place(
    subtests: pytest.Subtests,
) -> None:
    for wrong in [None, 5, ["text"]]:
        with subtests.test(wrong=wrong):
            with pytest.raises(
                ValidationError, match="this should be an object with a type"
            ) as caught:
                models.UserMessage.model_validate({"content": ["ok", wrong]})
            places = {".".join(map(str, error["loc"])) for error in caught.value.errors()}
            assert any(place.startswith("content.list") and ".1." in place for place in places)


def test_the_types_that_unknown_chunks_do_not_answer_are_those_of_the_union() -> None:
    members = {*get_args(get_args(ContentChunk)[0]), ToolReferenceChunk} - {UnknownContentChunk}
    assert UnknownContentChunk.known == {m.model_fields["type"].default for m in members}


def test_unknown_thoughts_and_resources_are_kept_raw() -> None:
    think = ThinkChunk.model_validate({"thinking": [{"type": "image", "x": 1}]})
    assert isinstance(think.thinking[0], UnknownContentChunk)
    resource = ResourceChunk.model_validate({"uri": "u", "content": {"type": "file", "x": 1}})
    assert isinstance(resource.content, UnknownResourceChunkContent)
    assert resource.model_dump()["content"] == {"type": "file", "x": 1}


def test_unknown_chunks_can_be_made_by_hand() -> None:
    chunk = UnknownContentChunk(raw={"type": "hologram"})
    message = models.UserMessage(content=[chunk])
    assert isinstance(message.content, list)
    assert message.content[0] is chunk
    assert message.model_dump()["content"] == [{"type": "hologram"}]


def test_a_users_own_model_can_replace_a_chunk() -> None:
    class Hologram(models.TextChunk):
        type: Any = "hologram"

    message = models.UserMessage(content=[Hologram(text="x")])
    assert message.model_dump()["content"] == [{"text": "x", "type": "hologram"}]


def test_chunks_can_be_changed_without_validation() -> None:
    chunk = ImageURLChunk(image_url=ImageURL(url="u"))
    assert isinstance(chunk.image_url, ImageURL)
    chunk.image_url.detail = "high"
    assert chunk.model_dump()["image_url"] == {"url": "u", "detail": "high"}
    reference = ReferenceChunk(reference_ids=[])
    reference.reference_ids.append("a")
    assert reference.model_dump()["reference_ids"] == ["a"]


def test_optional_fields_of_a_chunk_take_unset() -> None:
    from mistralai.client.types import UNSET

    chunk = ThinkChunk(thinking=[TextChunk(text="a")], signature=UNSET, closed=UNSET)  # type: ignore[arg-type]  # as the generated SDK took it
    assert chunk.model_dump() == {
        "thinking": [{"text": "a", "type": "text"}],
        "type": "thinking",
    }
