"""Stored files: `/v1/files`."""

import hashlib
import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..answers import Answer
from ..api import errors
from ..api.checks import wrong
from .multipart import Part, form_of
from .pages import page_of
from .query import Query
from .routes import Asked, Route
from .stamps import Stamps

_PURPOSES: Final = ("fine-tune", "batch", "ocr", "agentic_safety")
_VISIBILITIES: Final = ("workspace", "user")
_PIECE: Final = 64 * 1024
_HOUR: Final = 3600
_HOURS: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file.

    Attributes:
        description: What the API says of it.
        content: Its bytes.
        signature: The part of its signed address that nobody can guess.
    """

    description: Mapping[str, Any]
    content: bytes
    signature: str

    @property
    def id(self) -> str:
        """The id."""
        file_id: str = self.description["id"]
        return file_id


class Files:
    """The files of a simulator.

    Args:
        stamps: Gives ids and times.
        scheme: `http` or `https`, for signed addresses.
    """

    def __init__(self, stamps: Stamps, scheme: str) -> None:
        self._stamps = stamps
        self._scheme = scheme
        self._files: dict[str, StoredFile] = {}

    def routes(self) -> Iterable[Route]:
        """Return the routes of files."""
        return (
            Route("POST", "/v1/files", self._upload),
            Route("GET", "/v1/files", self._list),
            Route("GET", "/v1/files/{file_id}", self._retrieve),
            Route("DELETE", "/v1/files/{file_id}", self._delete),
            Route("GET", "/v1/files/{file_id}/content", self._download),
            Route("GET", "/v1/files/{file_id}/url", self._sign),
            Route("GET", "/signed/{file_id}", self._download_signed, needs_key=False),
        )

    def found(self, file_id: str) -> StoredFile:
        """Return a file.

        Raises:
            Refused: There is none with this id: 404.
        """
        if file_id not in self._files:
            message = f"No file matches the id {file_id!r}"
            raise errors.Refused(errors.detail_error(404, message))
        return self._files[file_id]

    def add_results(self, name: str, content: bytes, sample_type: str) -> str:
        """Store a file that the API writes, and return its id."""
        fields = {"purpose": "batch", "sample_type": sample_type, "source": "mistral"}
        return self._add(name, content, "application/jsonl", fields).id

    def _add(
        self, name: str, content: bytes, media_type: str | None, fields: Mapping[str, Any]
    ) -> StoredFile:
        description = {
            "id": self._stamps.uuid(),
            "object": "file",
            "bytes": len(content),
            "created_at": self._stamps.now(),
            "filename": name,
            "num_lines": _lines_of(content) if name.endswith(".jsonl") else None,
            "mimetype": media_type,
            "signature": hashlib.sha256(content).hexdigest(),
            "expires_at": None,
            "visibility": "workspace",
            **fields,
        }
        file = StoredFile(description, content, self._stamps.token())
        self._files[file.id] = file
        return file

    def _upload(self, asked: Asked) -> Answer:
        form = form_of(asked.request)
        file = form.get("file")
        if file is None or file.file_name is None:
            raise _refused("missing", "file", "Field required", None)
        purpose = _choice(form, "purpose", _PURPOSES)
        fields: dict[str, Any] = {
            "purpose": purpose,
            "sample_type": "batch_request" if purpose == "batch" else "instruct",
            "source": "upload",
            "visibility": _choice(form, "visibility", _VISIBILITIES),
        }
        media_type = file.content_type or mimetypes.guess_type(file.file_name)[0]
        hours = _hours(form)
        if hours is not None:
            fields["expires_at"] = self._stamps.now() + hours * _HOUR
        added = self._add(file.file_name, file.content, media_type, fields)
        return Answer.of_json(added.description)

    def _list(self, asked: Asked) -> Answer:
        query = asked.query
        newest_first = [file.description for file in reversed(self._files.values())]
        wanted = [file for file in newest_first if _is_wanted(file, query)]
        total = len(wanted) if query.flag("include_total", default=True) else None
        page = page_of(wanted, query, size=100, most=1000)
        return Answer.of_json({"data": page, "object": "list", "total": total})

    def _retrieve(self, asked: Asked) -> Answer:
        file = self.found(asked.names["file_id"])
        return Answer.of_json({**file.description, "deleted": False})

    def _delete(self, asked: Asked) -> Answer:
        file = self.found(asked.names["file_id"])
        del self._files[file.id]
        return Answer.of_json({"id": file.id, "object": "file", "deleted": True})

    def _download(self, asked: Asked) -> Answer:
        return _content(self.found(asked.names["file_id"]))

    def _sign(self, asked: Asked) -> Answer:
        file = self.found(asked.names["file_id"])
        hours = asked.query.integer("expiry", 24, at_least=1, at_most=168)
        server = f"{self._scheme}://{asked.request.headers['host']}"
        query = f"signature={file.signature}&hours={hours}"
        return Answer.of_json({"url": f"{server}/signed/{file.id}?{query}"})

    def _download_signed(self, asked: Asked) -> Answer:
        file = self.found(asked.names["file_id"])
        if asked.query.text("signature") != file.signature:
            raise errors.Refused(errors.detail_error(403, "The signature is not valid"))
        return _content(file)


def _lines_of(content: bytes) -> int:
    return sum(bool(line.strip()) for line in content.split(b"\n"))


def _content(file: StoredFile) -> Answer:
    content = file.content
    pieces = [content[at : at + _PIECE] for at in range(0, len(content), _PIECE)]
    return Answer(content_type="application/octet-stream", body=pieces, framing="length")


def _is_wanted(file: Mapping[str, Any], query: Query) -> bool:
    search, purpose = query.text("search"), query.text("purpose")
    choices = {
        "sample_type": query.texts("sample_type"),
        "source": query.texts("source"),
        "mimetype": query.texts("mimetypes"),
    }
    return (
        all(not wanted or file[name] in wanted for name, wanted in choices.items())
        and (search is None or search in file["filename"])
        and purpose in {None, file["purpose"]}
    )


def _choice(form: Mapping[str, Part], name: str, allowed: tuple[str, ...]) -> str:
    """Return the value of a field with a few values, by default the first of them."""
    value = form[name].text if name in form else allowed[0]
    if value not in allowed:
        expected = f"{', '.join(map(repr, allowed[:-1]))} or {allowed[-1]!r}"
        raise _refused("enum", name, f"Input should be {expected}", value)
    return value


def _hours(form: Mapping[str, Part]) -> int | None:
    if "expiry" not in form:
        return None
    text = form["expiry"].text
    if not _HOURS.fullmatch(text):
        message = "Input should be a valid integer, unable to parse string as an integer"
        raise _refused("int_parsing", "expiry", message, text)
    return int(text)


def _refused(kind: str, name: str, message: str, value: str | None) -> errors.Refused:
    return errors.Refused(errors.invalid([wrong(kind, ("body", name), message, value)]))
