"""The form of an answer: its schema for the request, and its validation.

A form is a pydantic model, a `TypedDict`, a dataclass, or a list of one. The API
requires an object at the top, so a list is sent as an object with the single key `items`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from typing_extensions import TypedDict

from ..errors.structuredoutputerror import StructuredOutputError
from .turn import CUT_OFF

if TYPE_CHECKING:
    import httpx2

    from ..models import ResponseFormatTypedDict

P = TypeVar("P")

ITEMS: Final = "items"
"""The key under which a list is sent."""


class Structure(Generic[P]):
    """The form of an answer.

    Attributes:
        item: The form of an element if it is a list, else `None`.
    """

    def __init__(self, wanted: type[P]) -> None:
        """Read the `response_format` of a call.

        Raises:
            TypeError: It is not a type, nor a list of one.
        """
        is_list = get_origin(wanted) is list
        if (
            not is_list
            and not isinstance(wanted, type)
            and not hasattr(wanted, "__required_keys__")
        ):
            raise TypeError(
                "response_format takes a pydantic model, a TypedDict, a dataclass"
                f" or list[...] of one, not {wanted!r}; stream and complete take a schema"
            )
        self._wanted: Any = wanted
        self._adapter: TypeAdapter[Any]
        self.item: TypeAdapter[Any] | None = None
        if is_list:
            (element,) = get_args(wanted)
            self.item = TypeAdapter(element)
            self._name = f"{_name_of(element)}_list"
            self._adapter = TypeAdapter(cast("Any", TypedDict)("Items", {ITEMS: wanted}))
        else:
            self._name = _name_of(wanted)
            self._adapter = TypeAdapter(wanted)

    @property
    def response_format(self) -> ResponseFormatTypedDict:
        """The form as a request states it: its JSON schema, strict."""
        if isinstance(self._wanted, type) and issubclass(self._wanted, BaseModel):
            schema = self._wanted.model_json_schema()  # a model may override it
        else:
            schema = self._adapter.json_schema()
        named = {"name": self._name[:64], "schema": closed(schema), "strict": True}
        return cast("ResponseFormatTypedDict", {"type": "json_schema", "json_schema": named})

    def unwrapped(self, value: Any) -> Any:
        """Return a list without the object that it was sent in, and anything else as it is."""
        if self.item is None or not isinstance(value, dict):
            return value
        return cast("dict[str, Any]", value).get(ITEMS, [])

    def read(
        self,
        text: str,
        finish_reason: str | None,
        raw_response: httpx2.Response,
    ) -> P:
        """Validate a whole answer.

        Args:
            text: The text of the answer.
            finish_reason: The reason why it ended.
            raw_response: The response, for the error.

        Raises:
            StructuredOutputError: The text does not have this form.
        """
        try:
            return cast("P", self.unwrapped(self._adapter.validate_json(text)))
        except ValueError as invalid:
            raise mismatch(invalid, text, finish_reason, raw_response) from invalid


def closed(schema: Any) -> Any:
    """Return a copy of a JSON schema whose objects allow no keys but those that they name."""
    if isinstance(schema, list):
        return [closed(value) for value in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    node = {name: closed(value) for name, value in cast("dict[str, Any]", schema).items()}
    if node.get("type") == "object":
        node["additionalProperties"] = False
    return node


def mismatch(
    invalid: Exception | None,
    text: str,
    finish_reason: str | None,
    raw_response: httpx2.Response,
) -> StructuredOutputError:
    """Return the error for an answer that does not have the form that was asked for."""
    cause = None
    if finish_reason in CUT_OFF:
        message = (
            f"the answer ended with finish_reason {finish_reason!r} before it was complete;"
            " give it more max_tokens"
        )
    elif not text.strip():
        message = f"the answer has no text (finish_reason {finish_reason!r})"
    else:
        message = "the answer is not of the form that was asked for"
        cause = invalid
    error = StructuredOutputError(message, raw_response, cause, text, finish_reason=finish_reason)
    error.__cause__ = invalid
    return error


def _name_of(wanted: Any) -> str:
    """Return the form's name as the API takes it: letters, digits, underscores and hyphens."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", getattr(wanted, "__name__", "answer"))
