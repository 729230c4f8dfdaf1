"""Pieces of tool calls, and the calls that they make up."""

from typing import Any

from mistralai.client._answer.toolcalls import ToolCalls
from mistralai.client.models import ToolCall


def piece(arguments: Any = None, name: Any = None, **fields: Any) -> dict[str, Any]:
    """Return a piece of a call as the wire has it; a field that is `None` is left out."""
    function = {"name": name, "arguments": arguments}
    given = {key: value for key, value in fields.items() if value is not None}
    return given | {"function": {k: v for k, v in function.items() if v is not None}}


def added(*deltas: list[dict[str, Any]]) -> ToolCalls:
    """Add up deltas, each a list of pieces."""
    calls = ToolCalls()
    for delta in deltas:
        calls.add([ToolCall.model_validate(each) for each in delta])
    return calls


def fields(*pieces: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the calls that pieces, each in a delta of its own, make up."""
    return added(*([each] for each in pieces)).fields()
