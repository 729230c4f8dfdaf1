"""The rules of the API for the order of messages and the form of tool calls.

A violation is answered with status 400 and code 3230 or 3280 (wire-format section 3).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, TypeAlias

from .errors import Refused, wrong_call, wrong_order

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


def _check_calls(messages: Sequence[Message]) -> None:
    for call in _calls(messages):
        name, call_id = call["function"]["name"], call.get("id", "null")
        if not _FUNCTION_NAME.fullmatch(name):
            rule = "a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64"
            raise Refused(wrong_call(f"Function name was {name} but must be {rule}."))
        if call_id != "null" and not _CALL_ID.fullmatch(call_id):
            rule = "a-z, A-Z, 0-9, with a length of 9"
            raise Refused(wrong_call(f"Tool call id was {call_id} but must be {rule}."))
    for place, message in enumerate(messages):
        if calls := message.get("tool_calls"):
            results = _results_after(messages, place)
            if place + 1 < len(messages) and results != len(calls):
                raise Refused(wrong_order("Not the same number of function calls and responses"))


def _calls(messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    for message in messages:
        yield from message.get("tool_calls") or ()


def _results_after(messages: Sequence[Message], place: int) -> int:
    count = 0
    for message in messages[place + 1 :]:
        if message["role"] != "tool":
            break
        count += 1
    return count
