"""The result of an MCP tool as the content of a tool message.

Fields are read by the names of mcp 2 (`is_error`) and of mcp 1 (`isError`). Text stays text; images
and audio become chunks with their bytes, and PDF documents likewise. Structured content is appended
as JSON where the text does not say the same.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from mistralai.client.models import AudioChunk, DocumentURLChunk, ImageURLChunk, TextChunk

from ..errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mistralai.client.models import ContentChunk

_NO_REASON = "the tool failed, and its server did not say why"


def field(value: object, name: str, older: str | None = None) -> Any:
    """Return a field of an object of mcp; `None` if it has no such field.

    Args:
        value: The object.
        name: The field's name in mcp 2.
        older: Its name in mcp 1, if it is another.
    """
    found = getattr(value, name, None)
    return getattr(value, older, None) if found is None and older is not None else found


def content_of(result: object) -> str | list[ContentChunk]:
    """Return the content of a tool message for the result of a call.

    Args:
        result: A `CallToolResult` of mcp 1 or 2, or an object with its fields.

    Returns:
        A text, unless there are images, audio or documents.

    Raises:
        ToolError: The server reports an error, with its text; or it wants something else than to
            answer.
    """
    parts = field(result, "content")
    if parts is None:
        raise ToolError("the server of the tool asks for input, which this program does not give")
    chunks = [_chunk(part) for part in parts]
    texts = [chunk.text for chunk in chunks if isinstance(chunk, TextChunk)]
    if field(result, "is_error", "isError"):
        raise ToolError("\n".join(texts) or _NO_REASON)
    structured = field(result, "structured_content", "structuredContent")
    if structured is not None and not _is_said(structured, texts):
        chunks.append(TextChunk(text=json.dumps(structured, ensure_ascii=False, default=str)))
    return _joined(chunks)


def _joined(chunks: Sequence[ContentChunk]) -> str | list[ContentChunk]:
    """Return chunks, or one text if there is nothing else."""
    texts = [chunk.text for chunk in chunks if isinstance(chunk, TextChunk)]
    return "\n".join(texts) if len(texts) == len(chunks) else list(chunks)


def _chunk(part: object) -> ContentChunk:
    match field(part, "type"):
        case "text":
            return TextChunk(text=field(part, "text") or "")
        case "image" | "audio":
            return _of_bytes(field(part, "mime_type", "mimeType"), field(part, "data"), "")
        case "resource":
            return _of_resource(field(part, "resource"))
        case "resource_link":
            return TextChunk(text=_link(part))
        case other:
            return TextChunk(text=f"(content of the type {other!r}, which is not shown)")


def _of_resource(resource: object) -> ContentChunk:
    text = field(resource, "text")
    if isinstance(text, str):
        return TextChunk(text=text)
    uri = str(field(resource, "uri"))
    return _of_bytes(field(resource, "mime_type", "mimeType"), field(resource, "blob"), uri)


def _of_bytes(kind: str | None, data: str | None, name: str) -> ContentChunk:
    """Return a chunk for bytes in base64; a remark if the API has no chunk for their type."""
    kind, data = kind or "application/octet-stream", data or ""
    if kind.startswith("image/"):
        return ImageURLChunk(image_url=f"data:{kind};base64,{data}")
    if kind.startswith("audio/"):
        return AudioChunk(input_audio=data)
    if kind == "application/pdf":
        url = f"data:{kind};base64,{data}"
        return DocumentURLChunk(document_url=url, document_name=name or None)
    size = len(data) * 3 // 4
    return TextChunk(text=f"({f'{name} {kind}'.strip()}: {size} bytes, not shown)")


def _link(part: object) -> str:
    said = [_text(field(part, name)) for name in ("title", "name", "description")]
    words = list(dict.fromkeys(word for word in said if word))
    return ": ".join([*words[:2], str(field(part, "uri"))])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _is_said(structured: object, texts: Iterable[str]) -> bool:
    """Return whether texts say what the structured content does.

    Servers repeat it as JSON, or the value of its only field `result`, whose items may each be a
    text.
    """
    value = structured
    if isinstance(structured, dict) and structured.keys() == {"result"}:
        value = cast("dict[str, object]", structured)["result"]
    said = [_parsed(text) for text in texts]
    return value in said or value == said or structured in said or str(value) in texts


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
