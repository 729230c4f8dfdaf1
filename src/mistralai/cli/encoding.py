"""Replacements for characters that a console cannot encode: similar ASCII, or an escape."""

from __future__ import annotations

import codecs
import io
from typing import Final

_NAME: Final = "mistralai.cli"

_NEAREST: Final = str.maketrans(
    {
        "•": "*",
        "…": "...",
        "\u2013": "-",
        "—": "-",
        "\u2018": "'",
        "\u2019": "'",
        "“": '"',
        "”": '"',
        "\u00a0": " ",
        "─": "-",
        "━": "=",
        "═": "=",
        "│": "|",
        "┃": "|",
        "▌": "|",
        "█": "#",
        **dict.fromkeys("┌┐└┘├┤┬┴┼┏┓┗┛┡┩╇╈╷╵╶╴╭╮╰╯", "+"),
    }
)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """Replace characters that cannot be encoded (an error handler of `codecs`)."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_NEAREST)
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end


def replace_unencodable(stream: object) -> None:
    """Configure a text stream to replace characters that its encoding lacks."""
    codecs.register_error(_NAME, _nearest)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_NAME)


def is_unicode(stream: object) -> bool:
    """Return whether a text stream can encode every character."""
    name = getattr(stream, "encoding", None) or "ascii"
    return codecs.lookup(name).name.startswith("utf")
