"""The line of the program that made a call, for a warning that comes much later."""

import sys
from typing import TypeAlias

Caller: TypeAlias = tuple[str, int]
"""A file and a line of it."""

_PACKAGE = __name__.partition(".")[0]


def caller_of() -> Caller:
    """Return the innermost line outside this package."""
    frame = sys._getframe(1)  # noqa: SLF001 - `inspect` would read source files
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def _is_ours(module: str) -> bool:
    return module == _PACKAGE or module.startswith(f"{_PACKAGE}.")
