"""The simulator's tokens: words instead of those of a tokenizer.

A token is a run of at most twelve non-whitespace characters, with the whitespace before it. Its
size is close to that of a recorded delta (median 8 characters, wire-format section 4), and the
count of a text is stable.
"""

import re
from typing import Any, Final

from ..jsonvalues import is_list, is_object

_NO_TEXT: Final = frozenset({"role", "type", "id", "tool_call_id"})
_TOKEN: Final = re.compile(r"\s*\S{1,12}|\s+")


def split(text: str) -> list[str]:
    """Split a text into tokens, which join to the same text."""
    return _TOKEN.findall(text)


def count(value: Any) -> int:
    """Count the tokens of every text in a JSON value; keys, roles, types and ids do not count."""
    if isinstance(value, str):
        return len(split(value))
    if is_list(value):
        return sum(map(count, value))
    if is_object(value):
        return sum(count(each) for name, each in value.items() if name not in _NO_TEXT)
    return 0
