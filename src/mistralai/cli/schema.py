"""`--schema`: the JSON schema of an answer, and its validation."""

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

    from jsonschema.protocols import Validator


class Schema:
    """A JSON schema.

    Attributes:
        name: The schema's name in the request.
    """

    def __init__(self, source: str) -> None:
        """Read the value of `--schema`.

        Args:
            source: A schema, which begins with a brace, or the path of a file with one.

        Raises:
            UsageError: The source is not a JSON schema.
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
        """The `response_format` of the request."""
        json_schema = {"name": self.name, "schema": self._schema, "strict": True}
        return {"type": "json_schema", "json_schema": json_schema}

    def check(self, text: str, finish_reason: str | None) -> None:
        """Check that an answer matches the schema.

        Raises:
            CommandError: It does not; the message says where.
        """
        if finish_reason in CUT_OFF:
            raise CommandError(
                "the answer was cut off before its JSON was complete.", "Raise --max-tokens."
            )
        try:
            value = json.loads(text)
        except ValueError as error:
            raise CommandError(f"the answer is not valid JSON: {error}") from error
        for violation in self._validator.iter_errors(value):
            place, message = violation.json_path, violation.message
            raise CommandError(f"the answer does not match the schema at {place}: {message}")


def _read(text: str, source: str) -> dict[str, Any]:
    try:
        schema: object = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{source} is not valid JSON: {error}") from error
    if not isinstance(schema, dict):
        raise UsageError(f"{source} is not a JSON object, as the schema of an answer must be")
    return cast("dict[str, Any]", schema)


def _validator(schema: dict[str, Any]) -> Validator:
    from jsonschema import validators
    from jsonschema.exceptions import SchemaError

    validator_class = validators.validator_for(schema, default=validators.validator_for({}))
    try:
        validator_class.check_schema(schema)
    except SchemaError as error:
        message = one_line(error.message)
        raise UsageError(
            f"--schema is not a valid JSON schema at {error.json_path}: {message}"
        ) from error
    return validator_class(schema)
