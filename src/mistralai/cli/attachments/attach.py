"""Build the chunk of a message from a file, a URL or standard input."""

from __future__ import annotations

import base64
import html
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..escapes import one_line
from ..failure import UsageError
from ..stdin import is_terminal, piped_bytes
from .kinds import Kind, Part, kind_of, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_SIZE: Final = 50 * 1000 * 1000
"""The maximum size of an attachment in bytes, the API's limit for documents."""

STDIN: Final = "-"
_LINKS: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment.

    Attributes:
        name: The name of the file, without its folder.
        mime: The media type.
        size: The size in bytes; `None` if only the URL is sent.
        chunk: The chunk of the message, in the format of the API.
        note: A remark for the user, or an empty string.
    """

    name: str
    mime: str
    size: int | None
    chunk: Mapping[str, Any]
    note: str = ""

    def __str__(self) -> str:
        size = "by its URL" if self.size is None else _readable(self.size)
        return f"{one_line(self.name)} ({self.mime}, {size})"


def attach(source: str) -> Attachment:
    """Build an attachment.

    Args:
        source: A path, an http or https URL, or `-` for standard input.

    Raises:
        CommandError: It cannot be read or sent; the message says why and what to do.
    """
    if source == STDIN:
        return _from_bytes("stdin", "standard input", _from_stdin())
    if is_link(source):
        return _from_url(source)
    if not source:
        raise UsageError("the name of the file to attach is empty")
    path = Path(source).expanduser()
    return _from_bytes(path.name, source, _from_file(path, source))


def is_link(source: str) -> bool:
    """Return whether a source is a URL, and reading it may take time."""
    return source.lower().startswith(_LINKS)


def with_attachments(text: str, attachments: list[Attachment]) -> str | list[dict[str, Any]]:
    """Return the content of a message: the text, then the attachments."""
    if not attachments:
        return text
    words = [{"type": "text", "text": text}] if text.strip() else []
    return [*words, *(dict(attachment.chunk) for attachment in attachments)]


def _from_stdin() -> bytes:
    if is_terminal():
        raise UsageError("-a - needs something piped in", "For example: cat a.pdf | mistralai ...")
    data = piped_bytes(MAX_SIZE + 1)
    if not data:
        raise UsageError("-a -: standard input is empty, or was read before")
    return data


def _from_file(path: Path, shown: str) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise UsageError(f"{shown} is a directory. Attach its files")
        with path.open("rb") as file:
            return file.read(MAX_SIZE + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{one_line(shown)} cannot be attached: {reason}") from error


def _from_url(url: str) -> Attachment:
    from .remote import fetch

    remote = fetch(url, MAX_SIZE)
    _check_size(url, max(remote.size, len(remote.data)))
    if remote.by_reference:
        kind = kind_of(remote.data)
        assert kind is not None
        return Attachment(remote.name, kind.mime, None, _chunk(kind, url, url, remote.name))
    claimed = f"; the server says it is {one_line(remote.claimed)}" if remote.claimed else ""
    return _from_bytes(remote.name, url, remote.data, claimed)


def _from_bytes(name: str, shown: str, data: bytes, claimed: str = "") -> Attachment:
    """Build an attachment that is sent in full.

    Args:
        name: The name that the model sees.
        shown: The name for messages.
        data: The content.
        claimed: What the server says about an unknown content, for the message.
    """
    shown = one_line(shown)
    _check_size(shown, len(data))
    if not data:
        raise UsageError(f"{shown} is empty")
    kind = kind_of(data)
    if kind is None:
        return _from_text(name, shown, data, claimed)
    if kind.part is Part.NONE:
        raise UsageError(f"{shown} is {kind.mime}, which the API does not accept", _REMEDY)
    encoded = base64.b64encode(data).decode("ascii")
    chunk = _chunk(kind, f"data:{kind.mime};base64,{encoded}", encoded, name)
    return Attachment(name, kind.mime, len(data), chunk)


def _from_text(name: str, shown: str, data: bytes, claimed: str) -> Attachment:
    found = text_of(data)
    if found is None:
        raise UsageError(f"the type of {shown} is unknown, and it is not text{claimed}", _REMEDY)
    text, encoding = found
    note = f"({shown} is not UTF-8; read as Windows-1252)" if encoding == "cp1252" else ""
    end = "" if text.endswith("\n") else "\n"
    body = f'<file name="{html.escape(name)}">\n{text}{end}</file>'
    return Attachment(name, "text/plain", len(data), {"type": "text", "text": body}, note)


def _check_size(shown: str, size: int) -> None:
    if size > MAX_SIZE:
        raise UsageError(f"{shown} is larger than {_readable(MAX_SIZE)}, the limit per attachment")


def _chunk(kind: Kind, url: str, audio: str, name: str) -> dict[str, Any]:
    """Return the chunk (wire-format section 3); of audio, the API takes the bare base64."""
    match kind.part:
        case Part.IMAGE:
            return {"type": "image_url", "image_url": url}
        case Part.AUDIO:
            return {"type": "input_audio", "input_audio": audio}
        case _:
            return {"type": "document_url", "document_url": url, "document_name": name}


def _readable(size: int) -> str:
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.0f} kB" if size < 1000**2 else f"{size / 1000**2:.0f} MB"


_REMEDY: Final = "Attach text, an image, a PDF or office document, or audio."
