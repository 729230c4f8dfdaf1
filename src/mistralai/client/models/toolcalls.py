"""What a model asks of the caller's functions (wire-format section 5).

Sent and received: a call of an answer goes back in the next request.
"""

from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import Field

from ..types.basemodel import BaseModel
from ..types.lenient import Lenient, LooseInt, LooseStr, NullIs

__all__ = ["Arguments", "FunctionCall", "ToolCall"]

Arguments: TypeAlias = dict[str, Any] | str


class FunctionCall(BaseModel):
    """A function and what to call it with.

    Attributes:
        name: The function; `None` or empty in a later piece of a streamed call.
        arguments: JSON text, whole or a piece of it, or the object that a server sent.
    """

    name: LooseStr = None
    arguments: Annotated[Arguments | None, Lenient()] = None


class ToolCall(BaseModel):
    """One call that the model asks for.

    Attributes:
        function: The function, or a piece of it in a stream.
        id: Names the call in the `ToolMessage` that answers it; `None` where none came.
        type: The kind of call.
        index: The place among the calls of a message; `None` where none came.
    """

    function: Annotated[FunctionCall, NullIs(FunctionCall)] = Field(default_factory=FunctionCall)
    id: LooseStr = None
    type: LooseStr = "function"
    index: LooseInt = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"id", "type", "index"})
