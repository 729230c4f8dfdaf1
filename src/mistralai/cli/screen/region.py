"""The end of what is printed: lines that may be drawn again, without an alternate screen.

The cursor stands at the end of the last of them. Only lines that changed are written. No more of
them are shown than fit on the screen, for what has left it cannot be changed: of a block that is
taller its end is shown while it grows, and the whole when it is finished.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .line import Line

_BEGIN: Final = "\x1b[?2026h"
_END: Final = "\x1b[?2026l"
"""Synchronized output: a terminal that knows it shows all of it at once, another ignores it."""

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
"""Variables of terminals that break long lines anew when they become narrower."""


def reflows(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is known to break long lines anew.

    Of one that is not, a line may be left standing after it became narrower; nothing is lost.
    """
    return any(environment.get(name) for name in _REFLOWING)


class Region:
    """Lines at the end of what is printed.

    Args:
        write: Writes to the terminal.
        reflowing: Whether it breaks long lines anew.
    """

    def __init__(self, write: Callable[[str], object], *, reflowing: bool) -> None:
        self._write = write
        self._reflowing = reflowing
        self._shown: list[Line] = []
        self._columns = 0

    def draw(self, settled: Sequence[Line], growing: Sequence[Line], size: tuple[int, int]) -> None:
        """Bring the screen up to date.

        Args:
            settled: Lines that will not change any more. They are printed, and left to scroll.
            growing: What stands below them, in place of what stood there.
            size: Columns and lines of the screen.
        """
        columns, rows = size
        tail = list(growing)[-(rows - 1) :]
        lines = [*settled, *tail]
        same = 0 if columns != self._columns else _same(self._shown, lines)
        if lines and (not tail or len(lines) < len(self._shown)):
            # The cursor has to come to the end of the last line; at the end of all, a terminal may
            # have written `^C` there.
            same = min(same, len(lines) - 1)
        if same < max(len(self._shown), len(lines)):
            text = self._back_to(same, columns, rows) + _drawn(lines[same:], ended=not tail)
            self._write(f"{_BEGIN}{text}{_TO_SCREEN_END}{_END}")
        self._shown, self._columns = tail, columns

    def _back_to(self, same: int, columns: int, rows: int) -> str:
        """Bring the cursor to the beginning of the first line that changed."""
        changed = self._shown[same:]
        if not changed:
            return "\n" if self._shown else ""
        up = sum(self._rows(line, columns) for line in changed) - 1
        up = min(up, rows - 1)
        return f"\r\x1b[{up}A" if up else "\r"

    def _rows(self, line: Line, columns: int) -> int:
        """The rows that a line takes that was drawn when the screen had other columns."""
        return max(1, -(-line.width // columns)) if self._reflowing else 1


def _same(shown: Sequence[Line], lines: Sequence[Line]) -> int:
    """How many lines stand there already."""
    return next(
        (place for place, pair in enumerate(zip(shown, lines, strict=False)) if pair[0] != pair[1]),
        min(len(shown), len(lines)),
    )


def _drawn(lines: Sequence[Line], *, ended: bool) -> str:
    text = "\n".join(f"{line.text}{_TO_LINE_END}" for line in lines)
    return f"{text}\n" if ended and lines else text
