"""The content of a file to upload: bytes, a path, or an open file."""

from __future__ import annotations

import io
import os
import stat
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, TypeAlias, cast

from .._call.request import Upload

if TYPE_CHECKING:
    from collections.abc import Iterator

FileContent: TypeAlias = str | os.PathLike[str] | bytes | IO[bytes]
"""A path, bytes, or a file that is open for reading bytes, as `source_of` takes them."""

NamedFile: TypeAlias = tuple[str, FileContent] | tuple[str, FileContent, str]
"""A name, a file, and its media type."""

PIECE: Final = 256 * 1024
"""Bytes that are read from a file at a time."""

_DEFAULT_NAME: Final = "upload"


class Source(Upload, Protocol):
    """The content of one file. It is an `Upload`.

    Attributes:
        name: A name for the file.
    """

    name: str


def is_bytes(value: object) -> bool:
    """Return True for bytes in any of their types."""
    return isinstance(value, (bytes, bytearray, memoryview))


def source_of(place: str, value: Any) -> Source:
    """Return the content of a file.

    Args:
        place: The place of the file among the arguments, for errors.
        value: Bytes, a path as `str` or `PathLike`, or a file that is open for reading bytes.

    Raises:
        OSError: The path does not lead to a file.
        TypeError: The value is something else, or a file that is open as text or for writing.
        ValueError: It is a file that was closed.
    """
    if is_bytes(value):
        return _Bytes(bytes(value))
    if isinstance(value, (str, os.PathLike)):
        return _PathSource(place, Path(os.fspath(value)))
    if callable(getattr(value, "read", None)):
        if isinstance(value, io.TextIOBase):
            raise TypeError(f"{place} is a file that is open as text; open it in mode 'rb'")
        if isinstance(value, io.IOBase) and value.closed:
            raise ValueError(f"{place} is a file that was closed; pass it while it is open")
        if isinstance(value, io.IOBase) and not value.readable():
            raise TypeError(f"{place} is a file that is open for writing; open it in mode 'rb'")
        return _OpenFile(place, value)
    raise TypeError(
        f"{place} takes bytes, a path, or a file that is open in mode 'rb',"
        f" not a {type(value).__name__}"
    )


class _Noted:
    """A base of sources: the note in recordings."""

    name: str
    length: int | None

    def outline(self) -> bytes:
        """Return what a recording has in place of the content."""
        size = "content of unknown length" if self.length is None else f"{self.length} bytes"
        return f"<{size}, not recorded>".encode()


class _Bytes(_Noted):
    """Bytes in memory."""

    repeatable = True
    blocking = False

    def __init__(self, content: bytes) -> None:
        self.name = _DEFAULT_NAME
        self.length = len(content)
        self._content = content

    def pieces(self) -> Iterator[bytes]:
        for at in range(0, len(self._content), PIECE):
            yield self._content[at : at + PIECE]


class _PathSource(_Noted):
    """A file on disk, opened each time that it is sent."""

    blocking = True

    def __init__(self, place: str, path: Path) -> None:
        try:
            found = path.stat()
        except OSError as error:
            error.add_note(f"{place} is a path; give the content itself as bytes")
            raise
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(f"{place} is {str(path)!r}, which is a directory; give a file")
        regular = stat.S_ISREG(found.st_mode)
        self.name = path.name
        self.length = found.st_size if regular else None
        self.repeatable = regular
        self._place = place
        self._path = path

    def pieces(self) -> Iterator[bytes]:
        with self._path.open("rb", buffering=0) as file:
            yield from _exactly(self._place, file, self.length)


class _OpenFile(_Noted):
    """A file that the caller opened, read from where it stands. The caller closes it.

    A read that was abandoned in its thread may still run when the body is sent again. So each read
    goes to its own place first, one at a time.
    """

    blocking = True

    def __init__(self, place: str, file: Any) -> None:
        self.name = _name_of(file)
        self._place = place
        self._file = file
        self._reading = threading.Lock()
        self._start: int | None = None
        self.length = None
        try:
            start = file.tell()
            self.length = max(0, file.seek(0, os.SEEK_END) - start)
            file.seek(start)
            self._start = start
        except (AttributeError, OSError, TypeError):  # a pipe, or an object that only reads
            self.length = _length_said(file)
        self.repeatable = self._start is not None

    def pieces(self) -> Iterator[bytes]:
        yield from _exactly(
            self._place, _Placed(self._file, self._start, self._reading), self.length
        )


class _Placed:
    """A file as one that reads it from a place of its own.

    Args:
        file: The file.
        at: The place; `None` for a file that cannot seek.
        reading: Held while the file is read.
    """

    def __init__(self, file: Any, at: int | None, reading: threading.Lock) -> None:
        self._file = file
        self._at = at
        self._reading = reading

    def read(self, size: int) -> Any:
        """Return the next bytes."""
        with self._reading:
            if self._at is None:
                return self._file.read(size)
            if self._file.tell() != self._at:
                self._file.seek(self._at)
            piece: Any = self._file.read(size)
            self._at = self._file.tell()
            return piece


def _name_of(file: Any) -> str:
    """Return the name of a file; one that was opened by its descriptor has a number instead."""
    name = getattr(file, "name", None)
    if not isinstance(name, (str, bytes, os.PathLike)):
        return _DEFAULT_NAME
    return Path(os.fsdecode(cast("str | bytes", name))).name or _DEFAULT_NAME


def _length_said(file: Any) -> int | None:
    """Return the length that an object without `seek` has by its `len`, as some wrappers do."""
    try:
        return len(file)
    except (AttributeError, TypeError):
        return None


def _exactly(place: str, file: Any, length: int | None) -> Iterator[bytes]:
    """Yield exactly as many bytes of a file as its length says, also if it has grown.

    Raises:
        OSError: It has become shorter.
        TypeError: It gives something other than bytes.
    """
    left = length
    while left is None or left > 0:
        piece: Any = file.read(PIECE if left is None else min(PIECE, left))
        if piece is not None and not is_bytes(piece):
            raise TypeError(f"{place} gives {type(piece).__name__} when it is read, not bytes")
        if not piece:
            break
        data = bytes(piece)
        if left is not None:
            left -= len(data)
        yield data
    if left:
        raise OSError(f"{place} ended {left} bytes before the end that it had when it was given")
