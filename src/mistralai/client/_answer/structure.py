"""The form that an answer is to have: its schema for the request, and its reading.

A form is a pydantic model, a `TypedDict`, a dataclass, or a list of one. The API
wants an object at the top, so a list is sent as an object with the one key `items`.
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
    """A form.

    Attributes:
        item: The form of an element where it is a list, else `None`.
    """

    def __init__(self, wanted: type[P]) -> None:
        """Take what a caller gave as `response_format`.

        Raises:
            TypeError: It is no type.
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
        """What the request says of the form: its JSON schema, strict."""
        if isinstance(self._wanted, type) and issubclass(self._wanted, BaseModel):
            schema = self._wanted.model_json_schema()  # which the model may have made its own
        else:
            schema = self._adapter.json_schema()
        named = {"name": self._name[:64], "schema": closed(schema), "strict": True}
        return cast("ResponseFormatTypedDict", {"type": "json_schema", "json_schema": named})

    def unwrapped(self, value: Any) -> Any:
        """A list without the object that it was sent in; anything else as it is."""
        if self.item is None or not isinstance(value, dict):
            return value
        return cast("dict[str, Any]", value).get(ITEMS, [])

    def read(
        self,
        text: str,
        finish_reason: str | None,
        raw_response: httpx2.Response,
    ) -> P:
        """Read a whole answer.

        Args:
            text: The text of the answer.
            finish_reason: Why it ended.
            raw_response: For the error.

        Raises:
            StructuredOutputError: It has not this form.
        """
        try:
            return cast("P", self.unwrapped(self._adapter.validate_json(text)))
        except ValueError as invalid:
            raise mismatch(invalid, text, finish_reason, raw_response) from invalid


def closed(schema: Any) -> Any:
    """A copy of a JSON schema whose objects have no other keys than those that they name."""
    if isinstance(schema, list):
        return [closed(value) for value in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    node = {name: closed(value) for name, value in cast("dict[str, Any]", schema).items()}
    return {**node, "additionalProperties": False} if node.get("type") == "object" else node


def mismatch(
    invalid: Exception | None,
    text: str,
    finish_reason: str | None,
    raw_response: httpx2.Response,
) -> StructuredOutputError:
    """The error for an answer that is not of the form that was asked for."""
    if finish_reason in CUT_OFF:
        message, cause = (
            (
                f"the answer ended with finish_reason {finish_reason!r} before it was complete;"
                " give it more max_tokens"
            ),
            None,
        )
    elif not text.strip():
        message, cause = f"the answer has no text (finish_reason {finish_reason!r})", None
    else:
        message, cause = "the answer is not of the form that was asked for", invalid
    error = StructuredOutputError(message, raw_response, cause, text, finish_reason=finish_reason)
    error.__cause__ = invalid
    return error


def _name_of(wanted: Any) -> str:
    """A name that the API takes: letters, digits, underscores and hyphens."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", getattr(wanted, "__name__", "answer"))
