"""The rules of the API for the order of messages and the form of tool calls.

A violation is answered with status 400 and code 3230, 3280 or none (wire-format section 3).
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, TypeAlias

from .errors import Refused, wrong_call, wrong_order, wrong_request

Message: TypeAlias = Mapping[str, Any]

_REFUSED_PAIRS: Final = {
    ("assistant", "system"),
    ("system", "tool"),
    ("user", "tool"),
    ("tool", "system"),
    ("tool", "user"),
}
_CALL_ID: Final = re.compile(r"[a-zA-Z0-9]{9}|chatcmpl-tool-[0-9a-f]{16}")
_FUNCTION_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def check_some(messages: Sequence[Message]) -> None:
    """Check that a conversation is not empty.

    Raises:
        Refused: It has no message.
    """
    if not messages:
        raise Refused(wrong_order("Conversation must have at least one message"))


def check(messages: Sequence[Message]) -> None:
    """Check a conversation whose messages are each valid.

    Raises:
        Refused: The conversation violates a rule.
    """
    check_some(messages)
    for before, after in pairwise(message["role"] for message in messages):
        if (before, after) in _REFUSED_PAIRS:
            raise Refused(wrong_order(f"Unexpected role '{after}' after role '{before}'"))
    _check_last(messages[-1])
    _check_calls(messages)
    _check_content(messages)


def text_of(message: Message) -> str:
    """Return the text of a message; content chunks without text are left out."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "".join(chunk.get("text", "") for chunk in content or ())


def _check_last(last: Message) -> None:
    role = last["role"]
    if role in {"user", "tool"} or (role == "assistant" and last.get("prefix")):
        return
    expected = "Expected last role User or Tool (or Assistant with prefix True) for serving"
    raise Refused(wrong_order(f"{expected} but got {role}"))


def _check_content(messages: Sequence[Message]) -> None:
    for message in messages:
        if message["role"] != "assistant" or message.get("content") or message.get("tool_calls"):
            continue
        rule = "must have either content or tool_calls, but not none."
        raise Refused(wrong_request(f"Assistant message {rule}"))


def _check_calls(messages: Sequence[Message]) -> None:
    expected: dict[str, bool] = {}
    for message in messages:
        if message["role"] == "tool":
            _check_result(message.get("tool_call_id"), expected)
        elif message["role"] == "assistant":
            _check_answered(expected)
            expected = {}
            for call in message.get("tool_calls") or ():
                _check_call(call, expected)
    _check_answered(expected)


def _check_call(call: dict[str, Any], expected: dict[str, bool]) -> None:
    """Check a call, and expect its result."""
    name, call_id = call["function"]["name"], call.get("id", "null")
    if call_id == "null":
        raise Refused(wrong_call("Tool call id has to be defined in serving mode."))
    _check_id(call_id)
    if not _FUNCTION_NAME.fullmatch(name):
        rule = "a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64"
        raise Refused(wrong_call(f"Function name was {name} but must be {rule}."))
    if call_id in expected:
        raise Refused(wrong_order(f"Duplicate tool call id {call_id} in assistant message"))
    expected[call_id] = False


def _check_result(call_id: str | None, expected: dict[str, bool]) -> None:
    """Check the id of a result, and note that its call has one."""
    if call_id is None:
        raise Refused(wrong_request("Tool call id has to be defined."))
    _check_id(call_id)
    if call_id not in expected:
        raise Refused(wrong_order(f"Unexpected tool call id {call_id} in tool results"))
    if expected[call_id]:
        raise Refused(wrong_order(f"Duplicate tool call id {call_id} in tool results"))
    expected[call_id] = True


def _check_id(call_id: str) -> None:
    if not _CALL_ID.fullmatch(call_id):
        rule = "a-z, A-Z, 0-9, with a length of 9"
        raise Refused(wrong_call(f"Tool call id was {call_id} but must be {rule}."))


def _check_answered(expected: Mapping[str, bool]) -> None:
    if not all(expected.values()):
        raise Refused(wrong_order("Not the same number of function calls and responses"))
