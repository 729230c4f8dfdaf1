"""Files that survive: lines that are appended whole, and names that last."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def append_whole(descriptor: int, line: bytes, end: int) -> None:
    """Append a line to a file, or nothing of it.

    Args:
        descriptor: The file, opened for appending.
        line: The line.
        end: The size of the file, to which it is cut again if only part of the line fits.

    Raises:
        OSError: It cannot be written.
    """
    try:
        written = os.write(descriptor, line)
        while written < len(line):
            written += os.write(descriptor, line[written:])
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, end)
        raise


def set_aside(path: Path) -> None:
    """Rename a file to `.old`, or to `.old.2` and so on, where those are older ones that stay.

    Raises:
        OSError: It cannot be renamed.
    """
    old = path.with_name(f"{path.name}.old")
    for number in count(2):
        if not old.exists():
            break
        old = path.with_name(f"{path.name}.old.{number}")
    path.replace(old)


def sync_folder(path: Path) -> None:
    """Make a file's name survive a loss of power, where the system can be asked to."""
    with suppress(OSError):  # Windows opens no folders
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
