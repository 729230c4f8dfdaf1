"""Calls of the caller's functions (wire-format section 5).

They are received and sent: a call of an answer is part of the next request.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import Field

from ..types.basemodel import BaseModel
from ..types.lenient import LooseInt, LooseStr, NullIs, TextOrEmpty

__all__ = ["Arguments", "FunctionCall", "ToolCall"]

Arguments: TypeAlias = dict[str, Any] | str


class FunctionCall(BaseModel):
    """The name of a function and its arguments.

    Both are `""` if a server left them out; `model_fields_set` has the fields that it sent.

    Attributes:
        name: The name; empty in later pieces of a streamed call.
        arguments: JSON text, whole or a piece of it, or the object that a server sent.
    """

    # Only pydantic sees these defaults: type checkers require both arguments of a constructor.
    name: Annotated[str, TextOrEmpty(), Field(default="")]
    arguments: Annotated[Arguments, TextOrEmpty(), Field(default="")]

    _dumped_when_set: ClassVar[frozenset[str]] = frozenset({"name", "arguments"})


def _no_function() -> FunctionCall:
    return FunctionCall.model_validate({})


class ToolCall(BaseModel):
    """One call of a function by the model.

    Attributes:
        function: The function, or a piece of it in a stream.
        id: The id of the call, for the `ToolMessage` that answers it; `None` if none was received,
            and `"null"` by default in a constructor.
        type: The type of call.
        index: The place among the calls of a message; `None` if none was received, and 0 by
            default in a constructor.
    """

    function: Annotated[FunctionCall, NullIs(_no_function)] = Field(default_factory=_no_function)
    id: LooseStr = None
    type: LooseStr = "function"
    index: LooseInt = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"id", "type", "index"})
    _sent_defaults: ClassVar[Mapping[str, object]] = MappingProxyType({"id": "null", "index": 0})
