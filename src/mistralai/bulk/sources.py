"""The sources of rows: files, which can be read twice, and pipes and iterables, which cannot.

`items` yields numbers and items. A file is read in the event loop's thread: its next line is
in a buffer. Everything that may block, or is a program of the caller's, is read by a thread
(`blocking.py`), and an async iterable by the task that asks for its next item.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import AsyncIterable, AsyncIterator, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from .blocking import BlockingItems
from .errors import InputError
from .rows import BOM, Item, is_blank
from .tables import SUFFIXES, Table

Input: TypeAlias = (
    str
    | os.PathLike[str]
    | Iterable[str | bytes | Mapping[str, Any]]
    | AsyncIterable[str | bytes | Mapping[str, Any]]
)
"""The input of a run: a path, `"-"` for standard input, or an iterable of lines or records."""

Numbered: TypeAlias = "tuple[int, Item]"
"""An item and its number, from 1."""

_READ: Final = 65536  # bytes


class FileSource:
    """A file that can be read twice.

    Args:
        path: The file.
        mapping: Names of fields that have another name in it.
        fields: The names of the fields of a request.
    """

    def __init__(self, path: Path, mapping: Mapping[str, str], fields: frozenset[str]) -> None:
        self.path: Final = path
        self.is_table: Final = path.suffix.lower() in SUFFIXES
        self._mapping = mapping
        self._fields = fields

    def items(self) -> Generator[Numbered]:
        """Yield the items that are not blank, from the beginning.

        Raises:
            InputError: The file cannot be read.
        """
        if self.is_table:
            yield from enumerate(Table(self.path, self._mapping, self._fields), 1)
            return
        try:
            with self.path.open("rb") as file:
                yield from _numbered(file)
        except OSError as error:
            raise InputError(f"{self.path} cannot be read: {error.strerror}") from error


class PassingSource:
    """Items that can be read once: a pipe, standard input, an iterable.

    Args:
        iterable: The lines or records.
        blocks: Whether the next item may take time, so that a thread has to get it.
    """

    def __init__(self, iterable: Iterable[Item] | AsyncIterable[Item], *, blocks: bool) -> None:
        self._blocks = blocks
        self._iterable = iterable

    def items(self) -> AsyncIterator[Numbered]:
        """Return the items that are not blank."""
        if isinstance(self._iterable, AsyncIterable):
            return _NumberedAsync(aiter(self._iterable))
        numbered = _numbered(self._iterable)
        return BlockingItems(numbered) if self._blocks else _Ready(numbered)


Source: TypeAlias = "FileSource | PassingSource"


def source_of(rows: Input, mapping: Mapping[str, str], fields: frozenset[str]) -> Source:
    """Return the source of an input.

    Args:
        rows: A path, `"-"` for standard input, or an iterable of lines or records.
        mapping: Names of fields that have another name there.
        fields: The names of the fields of a request.

    Raises:
        InputError: The path cannot be read.
        TypeError: The input is something else.
    """
    if isinstance(rows, str | os.PathLike):
        return _of_path(os.fspath(rows), mapping, fields)
    _check_iterable(rows)
    return PassingSource(rows, blocks=not isinstance(rows, list | tuple | AsyncIterable))


def _check_iterable(rows: object) -> None:
    kind = type(rows).__name__
    if isinstance(rows, Mapping | bytes) or not isinstance(rows, Iterable | AsyncIterable):
        raise TypeError(f"the rows of a run are a path or an iterable, not {kind}")


def _of_path(rows: str, mapping: Mapping[str, str], fields: frozenset[str]) -> Source:
    if rows == "-":
        return PassingSource(_lines(sys.stdin.fileno()), blocks=True)
    path = Path(rows)
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    if stat.S_ISDIR(mode):
        raise InputError(f"{path} is a folder; give a file")
    if stat.S_ISREG(mode):
        return FileSource(path, mapping, fields)
    return PassingSource(_lines(path), blocks=True)


def _lines(file: int | Path) -> Iterator[bytes]:
    """Yield the lines of a pipe.

    Without Python's buffered reader: a thread that waits in one for standard input would make the
    interpreter abort when it exits.
    """
    descriptor = file if isinstance(file, int) else os.open(file, os.O_RDONLY)
    try:
        rest = b""
        while piece := os.read(descriptor, _READ):
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines
        if rest:
            yield rest
    finally:
        if descriptor != file:
            os.close(descriptor)


def _numbered(items: Iterable[Item]) -> Iterator[Numbered]:
    for number, item in enumerate(items, 1):
        if number == 1:
            item = _without_bom(item)  # noqa: PLW2901 - the rest is the same
        if not is_blank(item):
            yield number, item


def _without_bom(item: Item) -> Item:
    if isinstance(item, bytes):
        return item.removeprefix(BOM)
    return item.removeprefix("\ufeff") if isinstance(item, str) else item


class _Ready:
    """Items that are there, as an async iterator."""

    def __init__(self, items: Iterator[Numbered]) -> None:
        self._items = items

    def __aiter__(self) -> AsyncIterator[Numbered]:
        return self

    async def __anext__(self) -> Numbered:
        for item in self._items:
            return item
        raise StopAsyncIteration


class _NumberedAsync:
    """The items of an async iterator that are not blank, with their numbers."""

    def __init__(self, items: AsyncIterator[Item]) -> None:
        self._items = items
        self._number = 0

    def __aiter__(self) -> AsyncIterator[Numbered]:
        return self

    async def __anext__(self) -> Numbered:
        while True:
            item = await anext(self._items)
            self._number += 1
            if self._number == 1:
                item = _without_bom(item)
            if not is_blank(item):
                return self._number, item
