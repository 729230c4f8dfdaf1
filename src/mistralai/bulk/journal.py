"""The output of a run, which is its journal as well.

Theory of operation. Four things happen to the files, and after each of them this is true:

1. `OUT.run` is renamed into place (`opening.py`), after an fsync of its content and before the
   first line of the output: an output with lines always has a file that says what it belongs to.
2. A line is appended by one write. From then on it survives the death of the process. If only part
   of it fits on the disk, that part is cut off again, and no more lines are written.
3. The output is synced, at the latest 100 lines or 50 ms after a line (`feed.py`). From then on
   the lines survive a loss of power. Before, the system may have written any part of them.
4. At the end a copy without superseded lines is synced and renamed over the output, if there are
   any, or if the rows are to be in order. Until the rename the output is as before.

So the readable lines up to the first unreadable one are always true, and everything from there on
is cut off when a run is continued. A row has one line, or several after failures; the last counts.
A row that has succeeded is not asked again, so it never gets a second success.
"""

from __future__ import annotations

import enum
import json
import os
import shutil
from array import array
from itertools import pairwise
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from .disk import append_whole, sync_folder
from .errors import OutputError, ResumeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .ids import Ids

_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
_MODE: Final = 0o666
_NONE: Final = -1  # the place of a line that there is not


class State(enum.IntEnum):
    """The state of a row: unasked, then perhaps failed, then perhaps succeeded."""

    UNASKED = 0
    FAILED = 1
    SUCCEEDED = 2


class Sink(Protocol):
    """A place for lines."""

    def write(self, index: int, line: bytes, state: State) -> None:
        """Write the line of a row, with its end.

        Raises:
            OutputError: It cannot be written.
        """
        ...

    def sync(self) -> None:
        """Make the lines written so far survive a loss of power."""
        ...

    def finish(self, *, ordered: bool) -> None:
        """Drop superseded lines, and sort the others by their rows if wanted."""
        ...


class NoJournal:
    """Lines that are passed on and cannot be continued: for standard output, or for no output.

    Args:
        write: Called with each line; `None` drops them.
    """

    def __init__(self, write: Callable[[bytes], object] | None) -> None:
        self._write = write

    def write(self, index: int, line: bytes, state: State) -> None:  # noqa: ARG002 - a sink's signature
        """Pass the line on."""
        if self._write is not None:
            self._write(line)

    def sync(self) -> None:
        """Do nothing."""

    def finish(self, *, ordered: bool) -> None:
        """Do nothing."""


class Journal:
    """The output file. Its lines are read when it is opened.

    Args:
        path: The path of the file, which is created if it does not exist.
        ids: The ids of the rows, if there may be lines.
        fsync: Syncs a file descriptor.

    Raises:
        ResumeError: A line is that of no row.
        OutputError: The file cannot be opened.

    Attributes:
        path: The path.
        models: The models that a success in the file is from.
        cut: The number of unreadable bytes that were cut off its end.
    """

    def __init__(
        self, path: Path, ids: Ids | None = None, *, fsync: Callable[[int], None] = os.fsync
    ) -> None:
        self.path: Final = path
        self.models: Final[set[str]] = set()
        self.cut = 0
        self._states = bytearray()
        self._places: array[int] = array("q")  # of each row's last line
        self._superseded: array[int] = array("q")
        self._fsync = fsync
        self._size = 0
        is_new = not path.exists()
        try:
            self._descriptor = os.open(path, _FLAGS, _MODE)
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}") from error
        try:
            self._load(ids)
            if is_new:
                sync_folder(path)  # the name of the file must survive as well
        except BaseException:
            self.close()
            raise

    def state(self, index: int) -> State:
        """Return the state of a row."""
        return State(self._states[index]) if index < len(self._states) else State.UNASKED

    def count(self, state: State) -> int:
        """Return the number of rows in a state, other than unasked."""
        return self._states.count(state)

    def write(self, index: int, line: bytes, state: State) -> None:
        """Append the line of a row.

        Raises:
            OutputError: It cannot be written. The file has no part of it.
        """
        place = self._size
        try:
            append_whole(self._descriptor, line, place)
        except OSError as error:
            raise OutputError(
                f"{self.path} cannot be written: {error.strerror}. The rows in it are kept; run"
                " the same again to continue"
            ) from error
        self._size += len(line)
        self._note(index, place, state)

    def sync(self) -> None:
        """Make the lines written so far survive a loss of power.

        Raises:
            OutputError: The system cannot say so.
        """
        try:
            self._fsync(self._descriptor)
        except OSError as error:
            raise OutputError(f"{self.path} cannot be synced: {error.strerror}") from error

    def finish(self, *, ordered: bool) -> None:
        """Drop superseded lines, and sort the others by their rows if wanted.

        Raises:
            OutputError: The copy cannot be written. The file is as before.
        """
        if not self._superseded and not (ordered and self._unordered()):
            return
        places = self._in_order() if ordered else self._in_place()
        path = self.path.resolve()  # a link stays one
        new = path.with_name(f"{path.name}.tmp")
        try:
            with path.open("rb") as old, new.open("wb") as copy:
                shutil.copymode(path, new)
                for place in places:
                    old.seek(place)
                    copy.write(old.readline())
                copy.flush()
                self._fsync(copy.fileno())
            os.close(self._descriptor)  # Windows renames over no open file
            self._descriptor = -1
            new.replace(path)
            sync_folder(path)
        except OSError as error:
            new.unlink(missing_ok=True)
            raise OutputError(f"{new} cannot be written: {error.strerror}") from error

    def close(self) -> None:
        """Close the file. A second call does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _note(self, index: int, place: int, state: State) -> None:
        missing = index + 1 - len(self._states)
        if missing > 0:
            self._states.extend(bytes(missing))
            self._places.extend([_NONE] * missing)
        if self._places[index] != _NONE:
            self._superseded.append(self._places[index])
        self._places[index] = place
        self._states[index] = state

    def _load(self, ids: Ids | None) -> None:
        """Read the lines, and cut off everything from the first unreadable one on."""
        with self.path.open("rb") as file:
            for line in file:
                read = _read(line)
                if read is None:
                    break
                row_id, state, model = read
                index = None if ids is None else ids.place(row_id)
                if index is None:
                    raise ResumeError(
                        f"{self.path} has a line for {row_id!r}, which is not a row of the input;"
                        " choose another output, or start again with --restart"
                    )
                self._note(index, self._size, state)
                self._size += len(line)
                if model is not None:
                    self.models.add(model)
            self.cut = os.fstat(file.fileno()).st_size - self._size
        if self.cut:
            os.ftruncate(self._descriptor, self._size)
            self.sync()

    def _unordered(self) -> bool:
        return any(later < earlier for earlier, later in pairwise(self._in_order()))

    def _in_order(self) -> Iterator[int]:
        return (place for place in self._places if place != _NONE)

    def _in_place(self) -> Iterator[int]:
        dropped = set(self._superseded)
        with self.path.open("rb") as file:
            place = 0
            for line in file:
                if place not in dropped:
                    yield place
                place += len(line)


def _read(line: bytes) -> tuple[str, State, str | None] | None:
    """Read a line of the output: its id, its state, and the model of a success."""
    if not line.endswith(b"\n"):
        return None
    try:
        value: Any = json.loads(line)
        row_id, error, response = value["custom_id"], value["error"], value["response"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(row_id, str):
        return None
    if error is not None:
        return row_id, State.FAILED, None
    try:
        model = response["body"].get("model")
    except (TypeError, KeyError, AttributeError):
        return None
    return row_id, State.SUCCEEDED, model if isinstance(model, str) else None


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of an output as objects."""
    file: IO[bytes]
    with path.open("rb") as file:
        for line in file:
            yield json.loads(line)
