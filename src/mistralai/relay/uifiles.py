"""Files and results of tools in the messages of a page, as Mistral's chunks."""

from __future__ import annotations

import base64
import binascii
from html import escape
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote_to_bytes

from pydantic import ValidationError

from mistralai.client.models import (
    AudioChunk,
    ContentChunk,
    DocumentURLChunk,
    ImageURLChunk,
    TextChunk,
    ToolMessage,
    UnknownContentChunk,
)

from .jsontext import json_of

if TYPE_CHECKING:
    from .uifields import Field

_SCHEMES: Final = ("data:", "https:", "http:")


def chunk_of_file(part: Field) -> ContentChunk:
    """Return the chunk for a file that a user attached.

    An image, audio or a document is passed on by its address or its `data:` URL; text in a `data:`
    URL becomes text, in an element with the name of the file.

    Raises:
        ValueError: The address has another scheme, or its data cannot be read.
    """
    url, media_type = part.get("url"), part.get("mediaType").text().lower()
    address = url.text()
    if not address.lower().startswith(_SCHEMES):
        raise url.wrong("a URL with the scheme https or data")
    name = part.get("filename")
    filename = "" if name.value is None else name.text()
    inline = address.lower().startswith("data:")
    if media_type.startswith("image/"):
        return ImageURLChunk(image_url=address)
    if media_type.startswith("audio/"):
        data = base64.b64encode(_data_of(url)).decode() if inline else address
        return AudioChunk(input_audio=data)
    if inline and (media_type.startswith("text/") or media_type == "application/json"):
        text = _data_of(url).decode("utf-8", "replace")
        return TextChunk(text=f'<file name="{escape(filename)}">\n{text.rstrip()}\n</file>')
    return DocumentURLChunk(document_url=address, document_name=filename or None)


def _data_of(url: Field) -> bytes:
    """Return the bytes in a `data:` URL (RFC 2397)."""
    head, _, data = url.text().partition(",")
    raw = unquote_to_bytes(data)
    if not head.lower().endswith(";base64"):
        return raw
    try:
        return base64.b64decode(raw, validate=True)
    except binascii.Error:
        raise url.wrong("a data: URL with valid base64") from None


def chunks_of_output(output: Any) -> str | list[ContentChunk]:
    """Return the output of a tool as content: chunks as they are, text as it is, else JSON."""
    if isinstance(output, str):
        return output
    if output and isinstance(output, list):
        try:
            content = ToolMessage.model_validate({"content": output}).content
        except ValidationError:
            return _json_of(output)
        chunks = cast("list[ContentChunk]", content)
        if not any(isinstance(chunk, UnknownContentChunk) for chunk in chunks):
            return chunks
    return _json_of(output)


def _json_of(value: Any) -> str:
    return "" if value is None else json_of(value).decode()
