"""Drawing of an answer in a separate thread, at a limited rate.

The thread that reads the stream only queues text. A slow terminal or a table that is expensive to
render therefore does not delay it, and the last piece before a pause is drawn as well.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Final, Self

from .line import EMPTY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from .line import Line
    from .region import Region
    from .sections import Section

_MIN_INTERVAL: Final = 0.03
"""Seconds between the end of a drawing and the next one, at least."""

_IDLE_RATIO: Final = 8
"""The wait after a drawing is at least this many times as long as the drawing."""


class Display:
    """An answer on the screen.

    Args:
        region: The region that it is drawn in.
        sections: Creates a section, by its kind.
        size: Returns the current columns and rows of the screen.
    """

    def __init__(
        self,
        region: Region,
        sections: Mapping[str, Callable[[], Section]],
        size: Callable[[], tuple[int, int]],
    ) -> None:
        self._region = region
        self._sections = sections
        self._size = size
        self._pending = deque[tuple[str, str]]()
        self._kind = ""
        self._section: Section | None = None
        self._has_lines_above = False  # True once an earlier section has printed lines
        self._has_lines = False  # True once this section has printed lines
        self._drawn_size: tuple[int, int] | None = None
        self._failure: Exception | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="display", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Draw the rest, however the answer ended."""
        self._stopped.set()
        self._thread.join()
        if self._failure is None:
            self._draw(last=True)
        elif exc is None:
            raise self._failure

    def add(self, kind: str, text: str) -> None:
        """Queue the next piece; a new kind begins a new section.

        Raises:
            OSError: The terminal is gone.
        """
        if self._failure is not None:
            raise self._failure
        self._pending.append((kind, text))

    def _run(self) -> None:
        pause = _MIN_INTERVAL
        while not self._stopped.wait(pause):
            started = time.monotonic()
            try:
                self._draw(last=False)
            except Exception as failure:  # noqa: BLE001 - raised in the thread that reads
                self._failure = failure
                return
            pause = max(_MIN_INTERVAL, _IDLE_RATIO * (time.monotonic() - started))

    def _draw(self, *, last: bool) -> None:
        size = self._size()
        if not (self._pending or last or size != self._drawn_size):
            return
        self._drawn_size = size
        width = size[0] - 1  # terminals differ in where a full line leaves the cursor
        settled = self._collect(width)
        section = self._section
        if section is None:
            return
        settled += self._with_gap(section.settled(width, last=last))
        growing = [] if last else section.growing(width)
        self._region.draw(settled, [*self._gap_before(growing), *growing], size)

    def _collect(self, width: int) -> list[Line]:
        """Add the queued pieces to their sections; return the lines of sections that ended."""
        settled: list[Line] = []
        while self._pending:
            kind, text = self._pending.popleft()
            if kind != self._kind or self._section is None:
                settled += self._end_section(width)
                self._kind, self._section = kind, self._sections[kind]()
            self._section.add(text)
        return settled

    def _end_section(self, width: int) -> list[Line]:
        if self._section is None:
            return []
        lines = self._with_gap(self._section.settled(width, last=True))
        self._has_lines_above = self._has_lines_above or self._has_lines
        self._has_lines = False
        return lines

    def _with_gap(self, lines: list[Line]) -> list[Line]:
        spaced = [*self._gap_before(lines), *lines]
        self._has_lines = self._has_lines or bool(lines)
        return spaced

    def _gap_before(self, lines: list[Line]) -> list[Line]:
        """Return an empty line before the first lines of a section, except at the top."""
        is_first = bool(lines) and not self._has_lines
        return [EMPTY] if is_first and self._has_lines_above else []
