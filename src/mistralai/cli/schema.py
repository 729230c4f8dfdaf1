"""`--schema`: the form of an answer, and whether it has it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .escapes import one_line
from .failure import CommandError, UsageError
from .outcome import CUT_OFF

if TYPE_CHECKING:
    from collections.abc import Mapping


class Schema:
    """A JSON schema.

    Attributes:
        name: What the request calls it.
    """

    def __init__(self, source: str) -> None:
        """Read what `--schema` names.

        Args:
            source: A schema, which begins with a brace, or a file with one.

        Raises:
            UsageError: It is none.
            OSError: The file cannot be read.
        """
        inline = source.lstrip().startswith("{")
        text = source if inline else Path(source).read_text("utf-8-sig")
        self._schema = _read(text, "--schema" if inline else source)
        self._validator = _validator(self._schema)
        name = self._schema.get("title") or ("answer" if inline else Path(source).stem)
        self.name = re.sub(r"[^a-zA-Z0-9_-]", "_", str(name))[:64]

    @property
    def response_format(self) -> Mapping[str, Any]:
        """What the request says of it."""
        named = {"name": self.name, "schema": self._schema, "strict": True}
        return {"type": "json_schema", "json_schema": named}

    def check(self, text: str, finish_reason: str | None) -> None:
        """See that an answer has the form.

        Raises:
            CommandError: It has not; the sentence says where.
        """
        if finish_reason in CUT_OFF:
            raise CommandError(
                "the answer ended before its JSON did.", "Give it more --max-tokens."
            )
        try:
            value = json.loads(text)
        except ValueError as error:
            raise CommandError(f"the answer is not JSON: {error}") from error
        for wrong in self._validator.iter_errors(value):
            raise CommandError(
                f"the answer is not of the schema, at {wrong.json_path}: {wrong.message}"
            )


def _read(text: str, where: str) -> dict[str, Any]:
    try:
        schema: object = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{where} is not JSON: {error}") from error
    if not isinstance(schema, dict):
        raise UsageError(f"{where} has no JSON object, which a schema of an answer is")
    return cast("dict[str, Any]", schema)


def _validator(schema: dict[str, Any]) -> Any:
    from jsonschema import validators
    from jsonschema.exceptions import SchemaError

    kind = validators.validator_for(schema, default=validators.validator_for({}))
    try:
        kind.check_schema(schema)
    except SchemaError as error:
        said = one_line(error.message)
        raise UsageError(f"--schema is no JSON schema, at {error.json_path}: {said}") from error
    return kind(schema)
