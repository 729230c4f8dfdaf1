"""Consoles that cannot show every character: the nearest in ASCII, or an escape, never an error."""

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
    """An error handler of codecs, for encoding alone."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_NEAREST)
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end


def forgive(stream: object) -> None:
    """Let a text stream write what its encoding lacks."""
    codecs.register_error(_NAME, _nearest)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_NAME)


def is_unicode(stream: object) -> bool:
    """Whether a text stream can write every character."""
    name = getattr(stream, "encoding", None) or "ascii"
    return codecs.lookup(name).name.startswith("utf")
