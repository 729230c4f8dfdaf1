"""A lock of the operating system, which ends with the process that holds it.

On Unix the locked file is the `.run` file itself. That file is replaced by renaming, so whoever
gets a lock checks that the path still leads to the file that was locked, and a replacement is
locked before it is renamed. Windows cannot rename over an open file: there a file beside it is
locked.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from .errors import OutputError, ResumeError

if TYPE_CHECKING:
    from pathlib import Path

_MODE: Final = 0o666


class Lock:
    """The lock of a `.run` file. The file is created, empty, if it does not exist.

    Args:
        path: The path of the file.

    Raises:
        ResumeError: Another run holds the lock.
        OutputError: The file cannot be created.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._locked_path = path
        if sys.platform == "win32":
            self._locked_path = path.with_name(f"{path.name}.lock")
        try:
            self._descriptor = self._open()
        except OSError as error:
            if isinstance(error, ResumeError):
                raise
            raise OutputError(f"{path} cannot be written: {error.strerror}") from error

    def _open(self) -> int:
        while True:
            descriptor = os.open(self._locked_path, os.O_RDWR | os.O_CREAT, _MODE)
            try:
                _lock(descriptor)
                if _is_at(descriptor, self._locked_path):
                    return descriptor
            except BlockingIOError:
                os.close(descriptor)
                raise ResumeError(
                    f"another run is writing to {self._path.name.removesuffix('.run')};"
                    " wait for it, or choose another output"
                ) from None
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)  # a run that has just begun replaced the file

    def replace(self, new: Path) -> None:
        """Rename a file over the locked one, and hold the lock of that file instead.

        Raises:
            OSError: The file cannot be renamed.
        """
        if self._locked_path != self._path:
            new.replace(self._path)
            return
        descriptor = os.open(new, os.O_RDWR)
        try:
            _lock(descriptor)
            new.replace(self._path)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor, old = descriptor, self._descriptor
        os.close(old)

    def remove(self) -> None:
        """Remove the file, which this lock created, and release the lock."""
        with suppress(OSError):
            self._path.unlink()
        self.release()

    def release(self) -> None:
        """Release the lock. A second call does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
