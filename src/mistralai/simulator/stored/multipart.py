"""The parts of a `multipart/form-data` body (RFC 7578)."""

from dataclasses import dataclass
from email.message import Message
from typing import Final

from ..api import errors
from ..received import Request

_TYPE: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form.

    Attributes:
        content: Its bytes.
        file_name: The name of the file; `None` for a field.
        content_type: The media type, if it has one.
    """

    content: bytes
    file_name: str | None = None
    content_type: str | None = None

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8", "replace")


def form_of(request: Request) -> dict[str, Part]:
    """Return the parts of a request by their names; the last of a name counts.

    Raises:
        Refused: The body is not a form: 422, or 400 if its framing is broken.
    """
    head = Message()
    head["content-type"] = request.headers.get("content-type", "")
    boundary = head.get_boundary()
    if head.get_content_type() != _TYPE or not boundary or not boundary.isascii():
        message = f"The body should be {_TYPE}"
        raise errors.Refused(errors.detail_error(422, message))
    delimiter = b"\r\n--" + boundary.encode()
    first, *pieces = (b"\r\n" + request.body).split(delimiter)
    if not pieces or not pieces[-1].startswith(b"--") or first.strip():
        raise errors.Refused(errors.detail_error(400, "There was an error parsing the body"))
    return dict(_part(piece) for piece in pieces[:-1])


def _part(piece: bytes) -> tuple[str, Part]:
    head, blank, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    fields = Message()
    for line in head.split(b"\r\n"):
        label, _, value = line.decode("utf-8", "replace").partition(":")
        fields[label.strip()] = value.strip()
    name = fields.get_param("name", None, "content-disposition")
    if not blank or not isinstance(name, str):
        raise errors.Refused(errors.detail_error(400, "There was an error parsing the body"))
    content_type = fields.get_content_type() if "content-type" in fields else None
    return name, Part(content, fields.get_filename(), content_type)
