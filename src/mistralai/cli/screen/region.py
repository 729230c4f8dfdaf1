"""The lines at the end of the output that may be redrawn, without an alternate screen.

The cursor is at the end of the last line. Only changed lines are written. At most as many lines are
shown as fit on the screen, because lines that have scrolled off cannot be changed. Of a taller
block only the end is shown while it grows, and all of it once it is finished.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .line import Line

_BEGIN: Final = "\x1b[?2026h"
_END: Final = "\x1b[?2026l"
"""Synchronized output: terminals that support it show the text in one step, others ignore it."""

_TO_LINE_END: Final = "\x1b[K"
_TO_SCREEN_END: Final = "\x1b[J"

_REFLOWING: Final = (
    "ALACRITTY_WINDOW_ID",
    "GHOSTTY_RESOURCES_DIR",
    "ITERM_SESSION_ID",
    "KITTY_WINDOW_ID",
    "KONSOLE_VERSION",
    "TMUX",
    "VTE_VERSION",
    "WEZTERM_PANE",
    "WT_SESSION",
)
"""Variables set by terminals that rewrap long lines when they become narrower."""


def reflows(environment: Mapping[str, str]) -> bool:
    """Return whether the terminal is known to rewrap long lines.

    If an unknown terminal does so, a stale line may remain after a resize; nothing is lost.
    """
    return any(environment.get(name) for name in _REFLOWING)


class Region:
    """The lines at the end of the output that may be redrawn.

    Args:
        write: Writes to the terminal.
        reflowing: Whether the terminal rewraps long lines.
    """

    def __init__(self, write: Callable[[str], object], *, reflowing: bool) -> None:
        self._write = write
        self._reflowing = reflowing
        self._shown: list[Line] = []
        self._columns = 0

    def draw(self, settled: Sequence[Line], growing: Sequence[Line], size: tuple[int, int]) -> None:
        """Update the screen.

        Args:
            settled: Lines that will not change again. They are printed once and may scroll off.
            growing: The lines below them, which replace those of the last call.
            size: The columns and rows of the screen.
        """
        columns, rows = size
        tail = list(growing)[-(rows - 1) :]
        lines = [*settled, *tail]
        same = 0 if columns != self._columns else _same(self._shown, lines)
        if lines and (not tail or len(lines) < len(self._shown)):
            # The last line is written again to move the cursor to its end. After the last drawing
            # the terminal may have written `^C` there.
            same = min(same, len(lines) - 1)
        if same < max(len(self._shown), len(lines)):
            text = self._back_to(same, columns, rows) + _drawn(lines[same:], ended=not tail)
            self._write(f"{_BEGIN}{text}{_TO_SCREEN_END}{_END}")
        self._shown, self._columns = tail, columns

    def _back_to(self, same: int, columns: int, rows: int) -> str:
        """Return the sequence that moves the cursor to the first line that changed."""
        changed = self._shown[same:]
        if not changed:
            return "\n" if self._shown else ""
        up = sum(self._rows(line, columns) for line in changed) - 1
        up = min(up, rows - 1)
        return f"\r\x1b[{up}A" if up else "\r"

    def _rows(self, line: Line, columns: int) -> int:
        """Return the number of rows that a line occupies which was drawn at another width."""
        if not self._reflowing:
            return 1
        return max(1, math.ceil(line.width / columns))


def _same(shown: Sequence[Line], lines: Sequence[Line]) -> int:
    """Return how many lines at the beginning are on the screen already."""
    count = 0
    for old, new in zip(shown, lines, strict=False):
        if old != new:
            break
        count += 1
    return count


def _drawn(lines: Sequence[Line], *, ended: bool) -> str:
    text = "\n".join(f"{line.text}{_TO_LINE_END}" for line in lines)
    return f"{text}\n" if ended and lines else text
