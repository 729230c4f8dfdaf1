"""Words for tokens: how the simulator cuts and counts text.

A token is a run of at most twelve characters that are no blanks, with the blanks before it. Its
size is close to that of a recorded delta (median 8 characters, wire-format section 4), and the
count of a text never changes.
"""

import re
from typing import Any, Final

from ..jsonvalues import is_list, is_object

_NO_TEXT: Final = frozenset({"role", "type", "id", "tool_call_id"})
_TOKEN: Final = re.compile(r"\s*\S{1,12}|\s+")


def split(text: str) -> list[str]:
    """Cut a text into tokens, which joined give the text again."""
    return _TOKEN.findall(text)


def count(value: Any) -> int:
    """Count the tokens of every text in a JSON value; names, roles, types and ids are none."""
    if isinstance(value, str):
        return len(split(value))
    if is_list(value):
        return sum(map(count, value))
    if is_object(value):
        return sum(count(each) for name, each in value.items() if name not in _NO_TEXT)
    return 0
