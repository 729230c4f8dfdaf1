"""The suggestion for a command that does not exist."""

from __future__ import annotations

import re
import shlex
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from .escapes import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST: Final = 60  # characters of a prompt
_GLOBAL: Final = {"help": "--help", "version": "--version"}
"""Commands of other programs that are options here."""
_ACTIVE: Final = re.compile(r'["$`!\\]')
"""Characters that a shell interprets in double quotes."""


def no_such_command(arguments: Sequence[str], commands: Iterable[str]) -> str:
    """Return the message for arguments that do not begin with a command.

    A word that resembles a command is a typing error; anything else is a prompt for `chat`.

    Args:
        arguments: The arguments, at least one.
        commands: The names of the commands.
    """
    name = arguments[0]
    near = get_close_matches(name.lower(), commands, n=1)
    if near:
        meant = f"'{near[0]}'"
    elif name in _GLOBAL:
        meant = f"`mistralai {_GLOBAL[name]}`"
    else:
        meant = f"`mistralai chat {_quoted(_prompt(arguments))}`"
    return f"No such command '{_shortened(name)}'. Did you mean {meant}?"


def _prompt(arguments: Sequence[str]) -> str:
    """Return the arguments before the first option as one text."""
    words: list[str] = []
    for word in arguments:
        if word.startswith("-"):
            break
        words.append(word)
    return _shortened(" ".join(words))


def _shortened(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _quoted(text: str) -> str:
    return shlex.quote(text) if _ACTIVE.search(text) else f'"{text}"'
