"""The output of a command: the answer on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ..recording import Mask
from .encoding import replace_unencodable
from .spinner import Spinner

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping
    from contextlib import AbstractContextManager

_MIN_COLUMNS = 10
_MIN_ROWS = 2
_MIN_KEY = 8  # characters
_SPINNER_MARGIN = 10  # columns for the spinner and the seconds beside the text


class ReaderGoneError(Exception):
    """The reader of standard output has gone. Not an `OSError`: the network did not fail."""


@dataclass(slots=True)
class Output:
    """Standard output and standard error, and their capabilities.

    Attributes:
        out: The stream for the answer.
        err: The stream for everything else.
        environment: The environment variables; `TERM` and `NO_COLOR` count.
        no_color: True if `--no-color` was passed.
        debug: True if `--debug` was passed.
        secrets: Keys that are not in the environment. Nothing that is written to standard error
            contains them.
    """

    out: TextIO = field(default_factory=lambda: _or_null(sys.stdout))
    err: TextIO = field(default_factory=lambda: _or_null(sys.stderr))
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    no_color: bool = False
    debug: bool = False
    secrets: list[str] = field(default_factory=list[str])
    _spinner: Spinner | None = None

    def __post_init__(self) -> None:
        replace_unencodable(self.out)
        replace_unencodable(self.err)

    @property
    def is_terminal(self) -> bool:
        """True if the answer goes to a terminal that can move its cursor."""
        return self._can_move_cursor(self.out)

    @property
    def is_watched(self) -> bool:
        """True if the answer goes to a terminal of any kind."""
        return self.out.isatty()

    @property
    def is_err_terminal(self) -> bool:
        """True if standard error goes to a terminal that can move its cursor."""
        return self._can_move_cursor(self.err)

    @property
    def colored(self) -> bool:
        """True unless colors are switched off (https://no-color.org)."""
        return not self.no_color and not self.environment.get("NO_COLOR")

    @property
    def size(self) -> tuple[int, int]:
        """The current columns and rows of the terminal.

        If it does not report a size, or 0 by 0, they are the variables COLUMNS and LINES, or 80
        and 24.
        """
        columns = rows = 0
        for stream in (self.out, self.err):
            with contextlib.suppress(OSError, ValueError):
                columns, rows = os.get_terminal_size(stream.fileno())
                break
        default = shutil.get_terminal_size()
        return max(_MIN_COLUMNS, columns or default.columns), max(_MIN_ROWS, rows or default.lines)

    def write(self, text: str) -> None:
        """Write and flush a part of the answer."""
        self.clear_spinner()
        with _reader_gone_on_broken_pipe():
            self.out.write(text)
            self.out.flush()

    def write_bytes(self, data: bytes) -> None:
        """Write and flush bytes of the answer."""
        self.clear_spinner()
        with _reader_gone_on_broken_pipe():
            self.out.buffer.write(data)
            self.out.buffer.flush()

    def flush(self) -> None:
        """Flush the answer."""
        with _reader_gone_on_broken_pipe():
            self.out.flush()

    def control(self, sequence: str) -> bool:
        """Write a control sequence to the terminal; return False if there is none."""
        stream = next(filter(self._can_move_cursor, (self.out, self.err)), None)
        if stream is None:
            return False
        self.clear_spinner()
        stream.write(sequence)
        stream.flush()
        return True

    def note(self, line: str) -> None:
        """Write a faint line to standard error."""
        self.clear_spinner()
        self.err.write(f"{self.dim(self.without_key(line))}\n")
        self.err.flush()

    def warn(self, warnings: Iterable[str]) -> None:
        """Write warnings to standard error, as faint lines that begin with the program's name."""
        for warning in warnings:
            self.note(f"mistralai: {warning}")

    def say(self, line: str) -> None:
        """Write a line to standard error that must not be overlooked, such as an error."""
        self.clear_spinner()
        self.err.write(f"{self.without_key(line)}\n")
        self.err.flush()

    def think(self, text: str) -> None:
        """Write a piece of thinking to standard error."""
        self.clear_spinner()
        self.err.write(self.dim(text))
        self.err.flush()

    def without_key(self, text: str) -> str:
        """Replace the API key, which a server may repeat, by asterisks."""
        return Mask([self.environment.get("MISTRAL_API_KEY", "").strip(), *self.secrets]).text(text)

    def without_real_key(self, text: str) -> str:
        """Replace the API key by asterisks in a text that is kept.

        A key as short as "any" is a placeholder, whose letters other texts may have.
        """
        keys = (self.environment.get("MISTRAL_API_KEY", "").strip(), *self.secrets)
        return Mask([key for key in keys if len(key) >= _MIN_KEY]).text(text)

    def dim(self, text: str) -> str:
        """Return the text styled as faint if standard error is a terminal."""
        return f"\x1b[2m{text}\x1b[0m" if self._can_move_cursor(self.err) else text

    def waiting(self, label: str) -> AbstractContextManager[object]:
        """Show a spinner on a terminal until the block ends or something is written."""
        columns, _ = self.size
        self._spinner = Spinner(
            self.err, label[: columns - _SPINNER_MARGIN + 1], shown=self._can_move_cursor(self.err)
        )
        return self._spinner

    def clear_spinner(self) -> None:
        """Remove the spinner before something is written."""
        if self._spinner is not None:
            self._spinner.stop()

    def _can_move_cursor(self, stream: TextIO) -> bool:
        return stream.isatty() and self.environment.get("TERM") not in {"dumb", "unknown"}


def _or_null(stream: TextIO | None) -> TextIO:
    """Return a stream of the process, or `os.devnull` if the process was started without it."""
    return stream or Path(os.devnull).open("w", encoding="utf-8")


@contextlib.contextmanager
def _reader_gone_on_broken_pipe() -> Generator[None]:
    """Raise `ReaderGoneError` for a broken pipe, which differs from a failed network."""
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGoneError from error
