"""Output as Parquet, written at the end from the journal (extra `parquet`)."""

from __future__ import annotations

import json
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, cast

from .disk import sync_folder
from .errors import OutputError
from .journal import lines_of
from .tables import import_parquet

if TYPE_CHECKING:
    from pathlib import Path

_BATCH: Final = 1000  # rows
_COLUMNS: Final = {
    "custom_id": "string",
    "text": "string",
    "finish_reason": "string",
    "status_code": "int32",
    "request_id": "string",
    "response": "string",
    "error_type": "string",
    "error_message": "string",
    "error_code": "string",
    "attempts": "int32",
    "prompt_tokens": "int64",
    "completion_tokens": "int64",
    "ttft": "float64",
    "answer": "float64",
    "total": "float64",
    "partial": "string",
}
"""The columns, with their types. `response` and `partial` are JSON."""


def check_parquet() -> None:
    """Check before the first request that the output can be written at the end.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    import_parquet("parquet output")


def write_parquet(journal: Path, output: Path) -> None:
    """Write the lines of a journal as Parquet. The output is replaced as a whole.

    Raises:
        OutputError: It cannot be written.
    """
    parquet = import_parquet("parquet output")
    arrow: Any = import_module("pyarrow")
    schema = arrow.schema([(name, getattr(arrow, kind)()) for name, kind in _COLUMNS.items()])
    new = output.with_name(f"{output.name}.tmp")
    lines = lines_of(journal)
    try:
        with parquet.ParquetWriter(new, schema) as writer:
            while batch := [_record(line) for line in islice(lines, _BATCH)]:
                writer.write_batch(arrow.RecordBatch.from_pylist(batch, schema=schema))
        new.replace(output)
        sync_folder(output)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise OutputError(f"{output} cannot be written: {error.strerror or error}") from error


def _record(line: dict[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = line["response"] or {}
    error: dict[str, Any] = line["error"] or {}
    body: dict[str, Any] = (response.get("body") or {}) if not error else {}
    usage: dict[str, Any] = body.get("usage") or {}
    choices: list[dict[str, Any]] = body.get("choices") or []
    choice = choices[0] if choices else {}
    message: dict[str, Any] = choice.get("message") or {}
    record: dict[str, Any] = {
        "custom_id": line["custom_id"],
        "text": _text(message.get("content")),
        "finish_reason": choice.get("finish_reason"),
        "status_code": response.get("status_code"),
        "request_id": response.get("request_id"),
        "response": json.dumps(body) if body else None,
        "error_type": error.get("type"),
        "error_message": error.get("message"),
        "error_code": error.get("code"),
        "attempts": line["attempts"],
        "prompt_tokens": usage.get("prompt_tokens"),
        "completion_tokens": usage.get("completion_tokens"),
        **line["timing"],
        "partial": json.dumps(line["partial"]) if "partial" in line else None,
    }
    return {name: _encodable(value) for name, value in record.items()}


def _encodable(value: Any) -> Any:
    """Escape halves of characters, which JSON can hold and Parquet cannot."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-8", "backslashreplace").decode()


def _text(content: Any) -> str | None:
    if isinstance(content, list):
        parts = cast("list[dict[str, Any]]", content)
        return "".join(part.get("text") or "" for part in parts)
    return content if isinstance(content, str) else None
