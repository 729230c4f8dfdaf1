"""The parts of a message's content (wire-format section 3).

A content is a string or a list of chunks, which are distinguished by `type`. A chunk
of an unknown type, or without the fields of its type, becomes an
`UnknownContentChunk` and is sent back unchanged.
"""

from typing import Annotated, ClassVar, Literal, TypeAlias

from ..types.basemodel import BaseModel
from ..types.lenient import LooseBool, LooseStr
from ..types.unions import OneOf, Unknown

__all__ = [
    "AudioChunk",
    "BuiltInConnectors",
    "ContentChunk",
    "DocumentURLChunk",
    "FileChunk",
    "ImageDetail",
    "ImageURL",
    "ImageURLChunk",
    "ImageURLUnion",
    "Metadata",
    "ReferenceChunk",
    "ReferenceID",
    "ResourceChunk",
    "ResourceChunkContent",
    "ResourceLinkChunk",
    "TextChunk",
    "ThinkChunk",
    "Thinking",
    "ToolReferenceChunk",
    "ToolReferenceChunkTool",
    "UnknownContentChunk",
    "UnknownResourceChunkContent",
]

ImageDetail: TypeAlias = Literal["low", "auto", "high"] | str
ReferenceID: TypeAlias = int | str
Metadata: TypeAlias = str | int | float | bool

BuiltInConnectors: TypeAlias = (
    Literal[
        "web_search",
        "web_search_premium",
        "code_interpreter",
        "image_generation",
        "document_library",
        "mistral_mcp",
    ]
    | str
)
ToolReferenceChunkTool: TypeAlias = BuiltInConnectors


class TextChunk(BaseModel):
    """Text."""

    text: str
    type: Literal["text"] = "text"


class ImageURL(BaseModel):
    """An image by its address, or as a `data:` URL.

    Attributes:
        url: The address.
        detail: The resolution at which the model sees it; by default the API's choice.
    """

    url: str
    detail: ImageDetail | None = None


ImageURLUnion: TypeAlias = ImageURL | str


class ImageURLChunk(BaseModel):
    """An image."""

    image_url: ImageURLUnion
    type: Literal["image_url"] = "image_url"


class DocumentURLChunk(BaseModel):
    """A document, by its address."""

    document_url: str
    type: Literal["document_url"] = "document_url"
    document_name: LooseStr = None


class FileChunk(BaseModel):
    """A file that was uploaded before, by its id."""

    file_id: str
    type: Literal["file"] = "file"


class AudioChunk(BaseModel):
    """Audio: its bytes in base64, or its address."""

    input_audio: str
    type: Literal["input_audio"] = "input_audio"


class ReferenceChunk(BaseModel):
    """The ids of the given sources on which the preceding text is based."""

    reference_ids: list[ReferenceID]
    type: Literal["reference"] = "reference"


class ToolReferenceChunk(BaseModel):
    """A source that a tool of the API found."""

    tool: ToolReferenceChunkTool
    title: str
    type: Literal["tool_reference"] = "tool_reference"
    url: LooseStr = None
    favicon: LooseStr = None
    description: LooseStr = None


class UnknownContentChunk(Unknown):
    """A chunk of an unknown type, or without the fields of its type; `raw` has it."""

    known: ClassVar[frozenset[str]] = frozenset(
        {
            "document_url",
            "file",
            "image_url",
            "input_audio",
            "reference",
            "resource",
            "resource_link",
            "text",
            "thinking",
            "tool_reference",
        }
    )


Thinking: TypeAlias = Annotated[
    TextChunk | ReferenceChunk | ToolReferenceChunk | UnknownContentChunk,
    OneOf("type", UnknownContentChunk),
]


class ThinkChunk(BaseModel):
    """A part of the model's reasoning.

    Attributes:
        thinking: The text, and references between it.
        signature: A proof of origin, to send back with the reasoning.
        closed: Whether the reasoning ends here, in a message with a prefix. In a stream it is also
            true in the middle of the reasoning (wire-format section 5).
    """

    thinking: list[Thinking]
    type: Literal["thinking"] = "thinking"
    signature: LooseStr = None
    closed: LooseBool = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"closed"})


class UnknownResourceChunkContent(UnknownContentChunk):
    """The content of a resource, of an unknown type; `raw` has it."""


ResourceChunkContent: TypeAlias = Annotated[
    TextChunk | ImageURLChunk | UnknownResourceChunkContent,
    OneOf("type", UnknownResourceChunkContent),
]


class ResourceChunk(BaseModel):
    """A resource with its content."""

    uri: str
    content: ResourceChunkContent
    type: Literal["resource"] = "resource"


class ResourceLinkChunk(BaseModel):
    """A resource, by its address."""

    uri: str
    type: Literal["resource_link"] = "resource_link"
    metadata: dict[str, Metadata] | None = None


ContentChunk: TypeAlias = Annotated[
    TextChunk
    | ThinkChunk
    | ImageURLChunk
    | DocumentURLChunk
    | ReferenceChunk
    | FileChunk
    | AudioChunk
    | ResourceChunk
    | ResourceLinkChunk
    | UnknownContentChunk,
    OneOf("type", UnknownContentChunk),
]
