"""Content chunks written as dicts, for type checkers.

At run time a dict is read into the model of the same name.
"""

from collections.abc import Mapping
from typing import Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict

__all__ = [
    "AudioChunkTypedDict",
    "ContentChunkTypedDict",
    "DocumentURLChunkTypedDict",
    "FileChunkTypedDict",
    "ImageURLChunkTypedDict",
    "ImageURLTypedDict",
    "ImageURLUnionTypedDict",
    "MetadataTypedDict",
    "ReferenceChunkTypedDict",
    "ReferenceIDTypedDict",
    "ResourceChunkContentTypedDict",
    "ResourceChunkTypedDict",
    "ResourceLinkChunkTypedDict",
    "TextChunkTypedDict",
    "ThinkChunkTypedDict",
    "ThinkingTypedDict",
    "ToolReferenceChunkToolTypedDict",
    "ToolReferenceChunkTypedDict",
]

ReferenceIDTypedDict: TypeAlias = int | str
MetadataTypedDict: TypeAlias = str | int | float | bool
ToolReferenceChunkToolTypedDict: TypeAlias = str


class TextChunkTypedDict(TypedDict):
    """A `TextChunk`."""

    text: str
    type: Literal["text"]


class ImageURLTypedDict(TypedDict):
    """An `ImageURL`."""

    url: str
    detail: NotRequired[Literal["low", "auto", "high"] | str | None]


ImageURLUnionTypedDict: TypeAlias = ImageURLTypedDict | str


class ImageURLChunkTypedDict(TypedDict):
    """An `ImageURLChunk`."""

    image_url: ImageURLUnionTypedDict
    type: Literal["image_url"]


class DocumentURLChunkTypedDict(TypedDict):
    """A `DocumentURLChunk`."""

    document_url: str
    type: Literal["document_url"]
    document_name: NotRequired[str | None]


class FileChunkTypedDict(TypedDict):
    """A `FileChunk`."""

    file_id: str
    type: Literal["file"]


class AudioChunkTypedDict(TypedDict):
    """An `AudioChunk`."""

    input_audio: str
    type: Literal["input_audio"]


class ReferenceChunkTypedDict(TypedDict):
    """A `ReferenceChunk`."""

    reference_ids: list[ReferenceIDTypedDict]
    type: Literal["reference"]


class ToolReferenceChunkTypedDict(TypedDict):
    """A `ToolReferenceChunk`."""

    tool: ToolReferenceChunkToolTypedDict
    title: str
    type: Literal["tool_reference"]
    url: NotRequired[str | None]
    favicon: NotRequired[str | None]
    description: NotRequired[str | None]


ThinkingTypedDict: TypeAlias = (
    TextChunkTypedDict | ReferenceChunkTypedDict | ToolReferenceChunkTypedDict
)


class ThinkChunkTypedDict(TypedDict):
    """A `ThinkChunk`."""

    thinking: list[ThinkingTypedDict]
    type: Literal["thinking"]
    signature: NotRequired[str | None]
    closed: NotRequired[bool | None]


ResourceChunkContentTypedDict: TypeAlias = TextChunkTypedDict | ImageURLChunkTypedDict


class ResourceChunkTypedDict(TypedDict):
    """A `ResourceChunk`."""

    uri: str
    content: ResourceChunkContentTypedDict
    type: Literal["resource"]


class ResourceLinkChunkTypedDict(TypedDict):
    """A `ResourceLinkChunk`."""

    uri: str
    type: Literal["resource_link"]
    metadata: NotRequired[Mapping[str, MetadataTypedDict] | None]


ContentChunkTypedDict: TypeAlias = (
    TextChunkTypedDict
    | ThinkChunkTypedDict
    | ImageURLChunkTypedDict
    | DocumentURLChunkTypedDict
    | ReferenceChunkTypedDict
    | FileChunkTypedDict
    | AudioChunkTypedDict
    | ResourceChunkTypedDict
    | ResourceLinkChunkTypedDict
)
