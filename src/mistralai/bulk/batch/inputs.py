"""The input files of batch jobs: rows in temporary files, none larger than the API takes.

A job has one file, and one model. So rows of another model go into another file, and a file that
would become too long or too large is given away, and the next one begun.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final, cast

from pydantic_core import to_jsonable_python

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..jobs import Places
    from ..rows import Row

_MODEL: Final = "model"
_FORMAT: Final = "response_format"


class RowTooLargeError(ValueError):
    """A row that is larger than an input file may be."""


@dataclass(slots=True)
class InputFile:
    """An input file of a job.

    Attributes:
        model: The model of its rows, or `None`.
        content: The file, which is removed when it is closed.
        places: The places of its rows, as ranges.
        rows: The number of its rows.
        size: Its size in bytes.
    """

    model: str | None
    content: IO[bytes] = field(default_factory=TemporaryFile)
    places: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    rows: int = 0
    size: int = 0

    @property
    def ranges(self) -> Places:
        """The places of its rows."""
        return tuple(self.places)

    def add(self, place: int, line: bytes) -> None:
        """Append the line of the row at a place, which comes after those that are there."""
        self.content.write(line)
        if self.places and self.places[-1][1] == place - 1:
            self.places[-1] = (self.places[-1][0], place)
        else:
            self.places.append((place, place))
        self.rows += 1
        self.size += len(line)


class InputFiles:
    """The input files of a run, one per model at a time.

    Args:
        most_rows: The most rows of a file.
        most_bytes: The largest size of a file.
    """

    def __init__(self, most_rows: int, most_bytes: int) -> None:
        self._most_rows = most_rows
        self._most_bytes = most_bytes
        self._files: dict[str | None, InputFile] = {}

    def add(self, row: Row, fields: Mapping[str, Any]) -> InputFile | None:
        """Add a row; return the file that it does not fit into any more, if there is one.

        Args:
            row: The row.
            fields: The fields of its request, with the defaults of the run.

        Raises:
            RowTooLargeError: The row alone is larger than a file may be.
        """
        line = _line(row.id, fields)
        if len(line) > self._most_bytes:
            raise RowTooLargeError(
                f"has {len(line):,} bytes as a line of a batch file, which may have"
                f" {self._most_bytes:,}"
            )
        model: str | None = fields.get(_MODEL)
        file = self._files.get(model)
        full = file if file is not None and self._is_full(file, len(line)) else None
        if file is None or full is not None:
            file = self._files[model] = InputFile(model)
        file.add(row.index, line)
        return full

    def rest(self) -> Iterator[InputFile]:
        """Yield the files that are not full."""
        while self._files:
            yield self._files.pop(next(iter(self._files)))

    def _is_full(self, file: InputFile, size: int) -> bool:
        return file.rows >= self._most_rows or file.size + size > self._most_bytes

    def close(self) -> None:
        """Remove the files that were not given away."""
        for file in self.rest():
            file.content.close()


def _line(row_id: str, fields: Mapping[str, Any]) -> bytes:
    """Return the line of a row: the job has its model."""
    body = {name: value for name, value in fields.items() if name != _MODEL}
    if _FORMAT in body:
        body[_FORMAT] = _on_the_wire(body[_FORMAT])
    line = {"custom_id": row_id, "body": body}
    try:
        return _compact(line).encode() + b"\n"
    except UnicodeEncodeError:  # half a character, which UTF-8 cannot hold
        return json.dumps(line, default=to_jsonable_python).encode() + b"\n"


def _on_the_wire(wanted: Any) -> Any:
    """Return a format of the answer with its schema under the API's name, as calls send it."""
    if not isinstance(wanted, dict):
        return wanted
    form: Any = cast("dict[str, Any]", wanted).get("json_schema")
    if not isinstance(form, dict) or "schema" in form or "schema_definition" not in form:
        return cast("dict[str, Any]", wanted)
    fields = dict(cast("dict[str, Any]", form))
    fields["schema"] = fields.pop("schema_definition")
    return {**cast("dict[str, Any]", wanted), "json_schema": fields}


_compact: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), default=to_jsonable_python
).encode
