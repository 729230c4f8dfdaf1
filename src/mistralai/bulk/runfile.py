"""The file beside the output, `answers.jsonl.run`, which says what the output belongs to.

Its first line is a header, as JSON: the version of the format, the server, whether it is simulated,
the defaults, and whether the rows can be compared. For an input that can be read twice a line with
the hash of each row follows, in order. The file is replaced as a whole.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import IO, TYPE_CHECKING, Any, Final, cast

from .errors import OutputError, ResumeError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path

    from .rows import Row

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Header:
    """The settings that must not change when a run is continued.

    Attributes:
        server: The address of the server, without credentials and query.
        simulated: Whether the server is the simulator of this package.
        defaults: The defaults of the requests.
        hashed: Whether the rows can be compared, because the input can be read twice.
        version: The version of the file's format.
    """

    server: str
    simulated: bool
    defaults: dict[str, Any]
    hashed: bool
    version: int = VERSION


def run_path(output: Path) -> Path:
    """Return the path of the file that belongs to an output."""
    return output.with_name(f"{output.name}.run")


def written_digest(row: Row) -> bytes:
    """Return the hash of a row, as the file has it."""
    return row.digest().hex().encode()


class RunFile:
    """The file of an output that is being opened.

    Args:
        output: The path of the output.
        fsync: Syncs a file descriptor.
    """

    def __init__(self, output: Path, *, fsync: Callable[[int], None] = os.fsync) -> None:
        self._fsync = fsync
        self.path: Final = run_path(output)
        self._output = output.name

    def written(self) -> bool:
        """Return True if the file says what its output belongs to."""
        return self.path.exists() and self.path.stat().st_size > 0

    def check(self, header: Header) -> None:
        """Check that the output belongs to a run with this header.

        Raises:
            ResumeError: It does not; the message says what differs.
        """
        with self.path.open("rb") as file:
            old = self._header(file)
        if not header.hashed or not old.get("hashed"):
            raise ResumeError(
                f"{self._output} has rows already, and input from a pipe or an iterable cannot be"
                f" compared with them; {_ADVICE}"
            )
        differs = [*_differences(old, asdict(header))]
        if differs:
            raise ResumeError(f"{self._output} belongs to another run: {differs[0]}; {_ADVICE}")

    def write(self, header: Header, rows: Iterable[Row], *, compared: bool) -> tuple[Path, bool]:
        """Write the file's replacement, row by row.

        Args:
            header: The header.
            rows: The rows; whatever they raise is raised here.
            compared: Whether the rows must be those of the file, with more after them at most.

        Returns:
            The path of the replacement, which is synced, and whether it has more rows.

        Raises:
            ResumeError: The rows differ.
            OutputError: The replacement cannot be written.
        """
        new = self.path.with_name(f"{self.path.name}.tmp")
        try:
            with new.open("wb") as file:
                file.write(json.dumps(asdict(header)).encode() + b"\n")
                grown = self._write_rows(file, rows, compared=compared)
                file.flush()
                self._fsync(file.fileno())
        except OSError as error:
            new.unlink(missing_ok=True)
            if isinstance(error, OutputError):
                raise
            raise OutputError(f"{new} cannot be written: {error.strerror or error}") from error
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        return new, grown

    def _write_rows(self, file: IO[bytes], rows: Iterable[Row], *, compared: bool) -> bool:
        grown = not compared
        before = self.digests() if compared else iter(())
        for place, (row, old) in enumerate(zip_longest(rows, before), 1):
            if row is None:
                raise ResumeError(
                    f"{self._output} belongs to another run: the input has {place - 1} rows, fewer"
                    f" than before; {_ADVICE}"
                )
            digest = written_digest(row)
            if old is None:
                grown = True
            elif digest != old:
                raise ResumeError(
                    f"{self._output} belongs to another run: row {place} of the input (line"
                    f" {row.number}) was another one; {_ADVICE}"
                )
            file.write(digest + b"\n")
        return grown

    def digests(self) -> Generator[bytes]:
        """Yield the hashes of the rows, as they are written."""
        with self.path.open("rb") as file:
            self._header(file)
            for line in file:
                yield line.rstrip(b"\n")

    def _header(self, file: IO[bytes]) -> dict[str, Any]:
        try:
            old: object = json.loads(file.readline())
        except ValueError:
            old = None
        header = cast("dict[str, Any]", old) if isinstance(old, dict) else {}
        if header.get("version") != VERSION:
            raise ResumeError(
                f"{self.path.name} was not written by this version of the package; {_ADVICE}"
            )
        return header


_ADVICE: Final = "give the same again, choose another output, or start again with --restart"


def _differences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Yield what differs between two headers, one sentence each."""
    if old["simulated"] != new["simulated"]:
        was, now = ("simulated" if each["simulated"] else "not simulated" for each in (old, new))
        yield f"the server was {was} and is {now}"
    elif not new["simulated"] and old["server"] != new["server"]:
        yield f"the server was {old['server']} and is {new['server']}"
    before, after = old["defaults"], new["defaults"]
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            was, now = (_shown(each, name) for each in (before, after))
            yield f"the default {name!r} was {was} and is {now}"


def _shown(fields: dict[str, Any], name: str) -> str:
    return json.dumps(fields[name], ensure_ascii=False) if name in fields else "not set"
