"""A lock of the operating system, which ends with the process that holds it.

On Unix the locked file is the `.run` file itself. That file is replaced by renaming, so a
replacement is locked before it is renamed. Windows cannot rename over an open file: there a file
beside it is locked.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from .._locks import lock, open_locked
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
            self._descriptor = open_locked(self._locked_path, os.O_RDWR | os.O_CREAT, _MODE)
        except BlockingIOError:
            raise ResumeError(
                f"another run is writing to {path.name.removesuffix('.run')};"
                " wait for it, or choose another output"
            ) from None
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}") from error

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
            lock(descriptor)
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
