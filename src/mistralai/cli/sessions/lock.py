"""Locks on open files, which the system releases when a process ends, however it ends.

filelock and its like lock a second file beside the first, and leave it there.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import msvcrt
    import os

    _FAR = 1 << 40  # a lock on Windows keeps others from reading, so it is on a byte beyond the end

    def lock(descriptor: int) -> None:
        """Lock an open file.

        Raises:
            OSError: Another process, or another opening of the file in this one, has locked it.
        """
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def lock(descriptor: int) -> None:
        """Lock an open file.

        Raises:
            OSError: Another process, or another opening of the file in this one, has locked it.
        """
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
