"""A session: the file to which the changes of a conversation are appended.

One process at a time has a session open. What is true after each step:

    open_session   The file is locked, and the lock is released when the process ends, however it
                   ends. The file exists and may be empty.
    _cut           The file is empty, or ends with a complete line. A line without an end was being
                   written when its process was killed, or when the power failed.
    os.write       The records survive the end of the process. A process that is killed within it
                   leaves complete lines, then perhaps one without an end: the records from there
                   on are lost, and none before it.
    os.fsync       The records survive a power failure.
    _cut, after a  The file is as long as before the write. `append` raises, and its caller still
    failed write   has the records.
    close          The lock is released. A file to which nothing was written is removed.

The question is appended before it is sent, and the answer when it has ended, so that a killed
process loses no more than the answer in flight. Readers need no lock: they ignore a line without an
end.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Final

from ..._locks import open_locked
from ..folders import make_folder
from .records import SessionError

if TYPE_CHECKING:
    from pathlib import Path

_FILE_MODE: Final = 0o600
_BINARY: Final = getattr(os, "O_BINARY", 0)  # Windows would write CRLF


class SessionFile:
    """An open session.

    Args:
        path: The file.
        descriptor: The file, opened to read and append, and locked.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._size = len(complete_lines(path.read_bytes()))
        self._cut()

    @property
    def is_empty(self) -> bool:
        """True if nothing was ever written."""
        return self._size == 0

    def read(self) -> bytes:
        """Return the bytes of the file."""
        return self.path.read_bytes()[: self._size]

    def append(self, lines: bytes) -> None:
        """Append lines, all or none.

        Raises:
            OSError: The file cannot be written, for example because the disk is full.
        """
        try:
            self._write(lines)
        except OSError as error:
            with contextlib.suppress(OSError):
                self._cut()
            raise OSError(error.errno, error.strerror, str(self.path)) from error

    def close(self) -> None:
        """Release the session; remove its file if nothing was written to it."""
        if self.is_empty:
            self.remove()
        else:
            os.close(self._descriptor)

    def remove(self) -> None:
        """Remove the file, and release the session. Windows removes no file that is open."""
        if sys.platform == "win32":
            os.close(self._descriptor)
            self.path.unlink()
        else:
            self.path.unlink(missing_ok=True)  # while it is locked
            os.close(self._descriptor)

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:  # a disk that is almost full takes a part
            rest = rest[os.write(self._descriptor, rest) :]
        os.fsync(self._descriptor)
        self._size += len(data)

    def _cut(self) -> None:
        if os.fstat(self._descriptor).st_size > self._size:
            os.ftruncate(self._descriptor, self._size)


def open_session(path: Path, *, create: bool = True, exclusive: bool = False) -> SessionFile:
    """Open and lock a session.

    Args:
        path: The file.
        create: Whether to create it.
        exclusive: Whether it is an error if it exists.

    Raises:
        SessionError: Another process has it open.
        FileNotFoundError: It does not exist and is not to be created.
        FileExistsError: It exists and is to be created.
        OSError: It cannot be opened.
    """
    flags = os.O_RDWR | os.O_APPEND | _BINARY
    if create:
        flags |= os.O_CREAT | (os.O_EXCL if exclusive else 0)
        make_folder(path.parent)
    try:
        descriptor = open_locked(path, flags, _FILE_MODE)
    except BlockingIOError as error:
        raise SessionError(
            f"the session {path.stem} is open in another process.",
            "Close it there, or start another with --session NAME.",
        ) from error
    try:
        return SessionFile(path, descriptor)
    except BaseException:
        os.close(descriptor)
        raise


def complete_lines(data: bytes) -> bytes:
    """Return the bytes of a file up to its last complete line."""
    return data[: data.rfind(b"\n") + 1]
