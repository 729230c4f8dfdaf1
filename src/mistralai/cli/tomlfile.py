"""TOML that a person wrote: read, with the line of each key for messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from .escapes import one_line
from .failure import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Keys = tuple[str, ...]
"""The path of a key: `("aliases", "fast")` is `fast` in the table `[aliases]`."""


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """Read a file.

    Returns:
        Its text, for `line_of`, and its contents.

    Raises:
        UsageError: The file is not UTF-8, or not valid TOML. The message names the line.
        OSError: The file cannot be read.
    """
    data = path.read_bytes()
    import tomllib  # most users have no such file

    try:
        text = data.decode("utf-8-sig")
        return text, tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error


def line_of(text: str, keys: Keys) -> int:
    """Return the number of the line on which a key or a table begins.

    tomllib gives no positions. So the file is read line by line: the key is in the lines after the
    longest beginning of the file that is valid without it.
    """
    import tomllib

    lines = text.split("\n")
    without = 0
    for number in range(1, len(lines) + 1):
        try:
            contents = tomllib.loads("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:  # within a value of several lines
            continue
        if _has(contents, keys):
            break
        without = number
    return without + 1


def place(path: Path, text: str, keys: Keys) -> str:
    """Return `path:line`, as compilers write it."""
    return f"{path}:{line_of(text, keys)}"


def unknown_key(keys: Keys, known: Iterable[str]) -> str:
    """Return what to say about a key that is not known, with the nearest one that is."""
    import difflib

    name = dotted(keys)
    near = difflib.get_close_matches(name, [*known], 1)
    return f"unknown key {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def dotted(keys: Keys) -> str:
    """Return a path as a person writes it."""
    return one_line(".".join(keys))


def _has(contents: object, keys: Keys) -> bool:
    for key in keys:
        if not isinstance(contents, dict) or key not in contents:
            return False
        contents = cast("dict[str, object]", contents)[key]
    return True
