"""What a model asks of the caller's functions (wire-format section 5).

Sent and received: a call of an answer goes back in the next request.
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
    """A function and what to call it with.

    Both read as `""` where a server left them out; `model_fields_set` tells.

    Attributes:
        name: The function; empty in a later piece of a streamed call.
        arguments: JSON text, whole or a piece of it, or the object that a server sent.
    """

    # A default that only pydantic sees: for type checkers a constructor needs both.
    name: Annotated[str, TextOrEmpty(), Field(default="")]
    arguments: Annotated[Arguments, TextOrEmpty(), Field(default="")]

    _dumped_when_set: ClassVar[frozenset[str]] = frozenset({"name", "arguments"})


def _no_function() -> FunctionCall:
    return FunctionCall.model_validate({})


class ToolCall(BaseModel):
    """One call that the model asks for.

    Attributes:
        function: The function, or a piece of it in a stream.
        id: Names the call in the `ToolMessage` that answers it; `None` where none came, and
            `"null"` where a caller gives none.
        type: The kind of call.
        index: The place among the calls of a message; `None` where none came, and 0 where a
            caller gives none.
    """

    function: Annotated[FunctionCall, NullIs(_no_function)] = Field(default_factory=_no_function)
    id: LooseStr = None
    type: LooseStr = "function"
    index: LooseInt = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"id", "type", "index"})
    _sent_defaults: ClassVar[Mapping[str, object]] = MappingProxyType({"id": "null", "index": 0})
