"""Texts that are given literally or as `@FILE`."""

from __future__ import annotations

from pathlib import Path

from .escapes import one_line
from .failure import UsageError


def text_or_file(value: str) -> str:
    """Return a text, or the contents of the file in `@FILE`; `@@` begins a text with one `@`.

    Raises:
        UsageError: The file cannot be read, or is not UTF-8.
    """
    if value.startswith("@@") or not value.startswith("@"):
        return value.removeprefix("@")
    path = Path(value[1:]).expanduser()
    try:
        return path.read_text("utf-8-sig").rstrip("\n")
    except (OSError, ValueError) as error:
        is_text = isinstance(error, UnicodeDecodeError)
        reason = "it is not UTF-8" if is_text else getattr(error, "strerror", None) or error
        hint = "A text that begins with @ is written @@."
        raise UsageError(f"cannot read {one_line(str(path))}: {reason}.", hint) from error
