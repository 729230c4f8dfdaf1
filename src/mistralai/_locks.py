"""Files that one process at a time has open.

The operating system releases a lock when its process ends, however it ends. filelock and its like
lock a second file beside the first, and leave it there. Here the file itself is locked, and its
holder may remove it or rename another over it. So the path must still lead to the file that was
locked; otherwise the file at the path is opened instead.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def open_locked(path: Path, flags: int, mode: int) -> int:
    """Open a file and lock it.

    Args:
        path: The file.
        flags: The flags of `os.open`, to write.
        mode: The permissions of a file that is created.

    Returns:
        The file descriptor. Closing it releases the lock.

    Raises:
        BlockingIOError: Another process, or another opening of the file in this one, has locked it.
        OSError: The file cannot be opened.
    """
    while True:
        descriptor = os.open(path, flags, mode)
        try:
            lock(descriptor)
            if _is_at(descriptor, path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # it was removed or replaced between opening and locking


def _is_at(descriptor: int, path: Path) -> bool:
    """Return whether an open file is the one at a path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 40  # a lock on Windows keeps others from reading, so it is on a byte beyond the end

    def lock(descriptor: int) -> None:
        """Lock an open file.

        Raises:
            BlockingIOError: Another process, or another opening of the file in this one, has
                locked it.
            OSError: The file cannot be locked.
        """
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(error.errno, error.strerror) from error

else:
    import fcntl

    def lock(descriptor: int) -> None:
        """Lock an open file.

        Raises:
            BlockingIOError: Another process, or another opening of the file in this one, has
                locked it.
            OSError: The file cannot be locked.
        """
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
