"""A terminal for tests: a pseudo-terminal, with pyte as the screen.

Nothing here sleeps: `wait_for` reads the program's output until the screen shows the expected text
or the program has ended.
"""

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from typing import Self

import pyte

from .processes import RESET

_CONTROLLED = f"""
import fcntl, os, sys, termios
{RESET}
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Makes the terminal the controlling one, for Ctrl-C and resizes, then becomes the program."""

_TIMEOUT = 30.0  # seconds until a test fails


class _Screen(pyte.HistoryScreen):
    """A screen that answers the program's queries, and drops empty rows first when it shrinks."""

    master: int

    def resize(self, lines=None, columns=None):
        row, over = self.cursor.y, max(0, self.cursor.y + 1 - lines)
        self.cursor.y = self.lines - 1
        for _ in range(over):
            self.index()
        if lines < self.lines:  # pyte takes them from the top
            self.cursor.y = 0
            self.insert_lines(self.lines - lines)
        super().resize(lines, columns)
        self.cursor.y = row - over

    def write_process_input(self, data):
        os.write(self.master, data.encode())


class Terminal:
    """A program that runs in a terminal.

    Args:
        words: The arguments of the interpreter.
        columns: The columns of the screen.
        rows: The rows of the screen.
        sized: Whether the terminal reports its size; otherwise it reports 0 by 0.
        environment: Variables to add to the environment.
    """

    def __init__(
        self,
        *words: str,
        columns: int = 80,
        rows: int = 24,
        sized: bool = True,
        **environment: str,
    ) -> None:
        self.written = b""
        self._master, slave = os.openpty()
        self._screen = _Screen(columns, rows, history=10_000, ratio=0.5)
        self._screen.master = self._master
        self._stream = pyte.ByteStream(self._screen)
        self._set_size(*((columns, rows) if sized else (0, 0)))
        usual = {"TERM": "xterm-256color", "PYTHONUTF8": "1"}
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in {"TMUX", "VTE_VERSION", "NO_COLOR", "COLORTERM", "COLUMNS", "LINES"}
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CONTROLLED, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**inherited, **usual, **environment},
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._master)

    @property
    def rows(self) -> list[str]:
        """The rows of the screen."""
        return [row.rstrip() for row in self._screen.display]

    @property
    def scrollback(self) -> list[str]:
        """The rows that have scrolled off."""
        columns = range(self._screen.columns)
        return [
            "".join(row[column].data for column in columns).rstrip()
            for row in self._screen.history.top
        ]

    @property
    def text(self) -> str:
        """The scrollback and the screen, without empty lines at the end."""
        return "\n".join([*self.scrollback, *self.rows]).rstrip()

    def cells(self) -> list[list[pyte.screens.Char]]:
        """Return the cells of the screen, row by row."""
        screen = self._screen
        return [
            [screen.buffer[row][column] for column in range(screen.columns)]
            for row in range(screen.lines)
        ]

    def cell(self, text: str) -> pyte.screens.Char:
        """Return the cell in which a text on the screen begins."""
        row = next(number for number, shown in enumerate(self._screen.display) if text in shown)
        return self._screen.buffer[row][self._screen.display[row].index(text)]

    def wait_for(self, *texts: str) -> str:
        """Read until all of these texts are shown; return the text."""
        return self.wait_until(lambda shown: all(text in shown for text in texts), f"{texts}")

    def wait_until(self, holds: Callable[[str], bool], what: str) -> str:
        """Read until the text satisfies a condition; return the text."""
        end = time.monotonic() + _TIMEOUT
        while not holds(self.text):
            assert time.monotonic() < end, f"{what} was not shown:\n{self.text}"
            assert self._read(end), f"{what} was not shown before the end:\n{self.text}"
        return self.text

    def wait_for_end(self) -> int:
        """Read until the program has ended; return its exit code."""
        while self._read(time.monotonic() + _TIMEOUT):
            pass
        return self._process.wait(_TIMEOUT)

    def send(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def exit_prompt(self) -> None:
        """Press Ctrl-D at the prompt and wait for the end, unless the program has ended."""
        if self._process.poll() is None:
            self.wait_until(lambda shown: shown.endswith("\n>"), "a prompt")
            self.send("\x04")
            self.wait_for_end()

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the screen."""
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # on Linux: the other end is closed
            return False
        self.written += data
        self._stream.feed(data)
        return bool(data)


def in_terminal(*words: str, **options: object) -> Terminal:
    """Run `mistralai` in a terminal."""
    return Terminal("-m", "mistralai", *words, **options)


def in_shell(command: str, **options: object) -> Terminal:
    """Run a shell command in a terminal, with `mistralai` defined."""
    line = f'mistralai() {{ "{sys.executable}" -m mistralai "$@"; }}\n{command}'
    program = f"import os; os.execvp('sh', ['sh', '-c', {line!r}])"
    return Terminal("-c", program, **options)
