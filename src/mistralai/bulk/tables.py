"""Input in tables: CSV by the standard library, Parquet by pyarrow (extra `parquet`)."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, Final

from .errors import InputError, MissingExtraError
from .rows import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .rows import Item

SUFFIXES: Final = (".csv", ".parquet")
_NAMES: Final = frozenset({"custom_id", "id", "prompt", "messages", "body"})
_TEXTS: Final = frozenset({"custom_id", "id", "prompt", "model"})
_BATCH: Final = 1024  # records
_LARGEST_CELL: Final = 100_000_000  # characters; more is a quote that was never closed


class Table:
    """A table whose columns are fields of rows.

    A column is used if its name is mapped, or is that of a field: `custom_id`, `id`, `prompt`,
    `messages`, `body`, or a field of a request. Empty cells are left out.

    Args:
        path: The file.
        mapping: Names of fields that have another column: `{"prompt": "question"}`.
        fields: The names of the fields of a request.
    """

    def __init__(self, path: Path, mapping: Mapping[str, str], fields: frozenset[str]) -> None:
        self._path = path
        self._mapping = mapping
        self._fields = (fields | _NAMES) - mapping.keys()

    def __iter__(self) -> Iterator[Item]:
        return self._csv() if self._path.suffix.lower() == ".csv" else self._parquet()

    def _csv(self) -> Iterator[Item]:
        # The module has one limit for all readers, by default shorter than long prompts.
        csv.field_size_limit(max(csv.field_size_limit(), _LARGEST_CELL))
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file, strict=True)
                columns = self._columns(list(reader.fieldnames or ()))
                for record in reader:
                    if None in record:  # the rest of a cell with a comma, as a rule
                        count = len(reader.fieldnames or ())
                        cells = count + len(record[None])
                        yield Damaged(
                            f"has {cells} cells and the table {count} columns; put texts that"
                            " contain a comma into quotes"
                        )
                        continue
                    yield {
                        name: _cell(name, record[column])
                        for column, name in columns.items()
                        if record[column]
                    }
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(f"{self._path} cannot be read as CSV: {error}") from error

    def _parquet(self) -> Iterator[Mapping[str, Any]]:
        parquet = import_parquet("parquet input")
        try:
            with parquet.ParquetFile(self._path) as file:
                columns = self._columns(list(file.schema_arrow.names))
                for batch in file.iter_batches(_BATCH, columns=list(columns)):
                    for record in batch.to_pylist():
                        yield {
                            name: _cell(name, record[column])
                            for column, name in columns.items()
                            if record[column] is not None
                        }
        except ValueError as error:  # pyarrow's errors are ValueErrors
            if isinstance(error, InputError):
                raise
            raise InputError(f"{self._path} cannot be read as Parquet: {error}") from error

    def _columns(self, columns: list[str]) -> dict[str, str]:
        """Return the columns to read, with the names of their fields."""
        for name, column in self._mapping.items():
            if column not in columns:
                raise InputError(
                    f"{self._path} has no column {column!r}, which is mapped to {name!r};"
                    f" it has {', '.join(map(repr, columns)) or 'none'}"
                )
        mapped = {column: name for name, column in self._mapping.items()}
        used = {column: column for column in columns if column in self._fields} | mapped
        if not {"prompt", "messages", "body"} & set(used.values()):
            raise InputError(
                f"{self._path} has no column 'prompt', 'messages' or 'body'; name the column with"
                f" the prompts, such as prompt={(columns or ['question'])[0]}"
            )
        return used


def _cell(name: str, value: Any) -> Any:
    """Read a cell: fields that are not texts may be written as JSON, in CSV they have to be."""
    if name in _TEXTS or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def import_parquet(what: str) -> Any:
    """Import pyarrow's module for Parquet.

    Args:
        what: The feature that needs it, for the error.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    import importlib

    try:
        return importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as missing:
        raise MissingExtraError(
            f"{what} needs pyarrow: pip install 'mistralai[parquet]'"
        ) from missing
