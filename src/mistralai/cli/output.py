"""Where a command writes: the answer to standard output, everything else to standard error."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ..recording import Mask
from .encoding import forgive
from .status import Status

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from contextlib import AbstractContextManager

_NARROWEST = 10  # columns; nothing is readable on less
_SHORTEST = 2  # lines
_BESIDE = 10  # columns of what stands beside what is waited for


class ReaderGoneError(Exception):
    """Nobody reads the answer any more. No `OSError`: it is not the network that failed."""


@dataclass(slots=True)
class Output:
    """The two streams, and what they can show.

    Attributes:
        out: Where the answer goes.
        err: Where everything else goes.
        environment: Says `TERM` and `NO_COLOR`.
        no_color: Whether `--no-color` was given.
        debug: Whether `--debug` was given.
    """

    out: TextIO = field(default_factory=lambda: _opened(sys.stdout))
    err: TextIO = field(default_factory=lambda: _opened(sys.stderr))
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    no_color: bool = False
    debug: bool = False
    _status: Status | None = None

    def __post_init__(self) -> None:
        forgive(self.out)
        forgive(self.err)

    @property
    def is_terminal(self) -> bool:
        """Whether the answer is read on a screen on which the cursor can be moved."""
        return self._moves(self.out)

    @property
    def is_watched(self) -> bool:
        """Whether the answer goes to a terminal, also to one on which the cursor cannot be moved."""
        return self.out.isatty()

    @property
    def colored(self) -> bool:
        """Whether colours are wanted (https://no-color.org)."""
        return not self.no_color and not self.environment.get("NO_COLOR")

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines of the screen, as of now.

        Where the screen does not say, as a pseudo-terminal of size 0x0, they are COLUMNS and LINES
        of the environment, else 80 and 24.
        """
        columns = lines = 0
        for stream in (self.out, self.err):
            with contextlib.suppress(OSError, ValueError):
                columns, lines = os.get_terminal_size(stream.fileno())
                break
        usual = shutil.get_terminal_size()
        return max(_NARROWEST, columns or usual.columns), max(_SHORTEST, lines or usual.lines)

    def write(self, text: str) -> None:
        """Write a part of the answer, and let it be seen."""
        self.ready()
        with _telling():
            self.out.write(text)
            self.out.flush()

    def write_bytes(self, data: bytes) -> None:
        """Write bytes of the answer as they are."""
        self.ready()
        with _telling():
            self.out.buffer.write(data)
            self.out.buffer.flush()

    def flush(self) -> None:
        """See that all was written."""
        with _telling():
            self.out.flush()

    def note(self, line: str) -> None:
        """Write a line that is no part of the answer."""
        self.ready()
        self.err.write(f"{self.dim(self.without_key(line))}\n")
        self.err.flush()

    def say(self, line: str) -> None:
        """The same, of what must not be overlooked."""
        self.ready()
        self.err.write(f"{self.without_key(line)}\n")
        self.err.flush()

    def think(self, text: str) -> None:
        """Write a piece of thinking, which is no part of the answer."""
        self.ready()
        self.err.write(self.dim(text))
        self.err.flush()

    def without_key(self, text: str) -> str:
        """Put stars in the place of the key, which a server may repeat."""
        return Mask([self.environment.get("MISTRAL_API_KEY", "").strip()]).text(text)

    def dim(self, text: str) -> str:
        """Make a text for standard error faint, where it is a terminal."""
        return f"\x1b[2m{text}\x1b[0m" if self._moves(self.err) else text

    def waiting(self, what: str) -> AbstractContextManager[object]:
        """Show on a terminal that something is waited for, until something is written."""
        columns, _ = self.size
        self._status = Status(self.err, what[: columns - _BESIDE + 1], shown=self._moves(self.err))
        return self._status

    def ready(self) -> None:
        """Something will be written: take away what stands for waiting."""
        if self._status is not None:
            self._status.stop()

    def _moves(self, stream: TextIO) -> bool:
        return stream.isatty() and self.environment.get("TERM") not in {"dumb", "unknown"}


def _opened(stream: TextIO | None) -> TextIO:
    """A stream of the process; one that leads nowhere where the process began without it."""
    return stream or Path(os.devnull).open("w", encoding="utf-8")


@contextlib.contextmanager
def _telling() -> Generator[None]:
    """Tell a reader that left from a network that failed."""
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGoneError from error
