"""Draws an answer at a pace for eyes, in a thread of its own.

The reader of the stream only hands text over, so that a slow terminal or a costly table does not
hold it up, and the last piece before a pause is drawn as well.
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

_SHORTEST: Final = 0.03
"""Seconds between two drawings."""

_SHARE: Final = 8
"""A drawing that took long is followed by a wait of so many times its length."""


class Display:
    """An answer on the screen.

    Args:
        region: Where it is drawn.
        sections: Makes each kind of section.
        size: Gives columns and lines of the screen, as of now.
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
        self._came = deque[tuple[str, str]]()
        self._kind = ""
        self._section: Section | None = None
        self._above = False  # whether something stands above the section
        self._begun = False  # whether lines of the section were settled
        self._drawn_at: tuple[int, int] | None = None
        self._failure: Exception | None = None
        self._over = threading.Event()
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
        """Draw what is left, however the answer ended."""
        self._over.set()
        self._thread.join()
        if self._failure is None:
            self._draw(last=True)
        elif exc is None:
            raise self._failure

    def add(self, kind: str, text: str) -> None:
        """Take the next piece; a new kind begins a new section.

        Raises:
            OSError: The terminal is gone.
        """
        if self._failure is not None:
            raise self._failure
        self._came.append((kind, text))

    def _run(self) -> None:
        pause = _SHORTEST
        while not self._over.wait(pause):
            begun = time.monotonic()
            try:
                self._draw(last=False)
            except Exception as failure:  # noqa: BLE001 - it is raised where the answer is read
                self._failure = failure
                return
            pause = max(_SHORTEST, _SHARE * (time.monotonic() - begun))

    def _draw(self, *, last: bool) -> None:
        size = self._size()
        if not (self._came or last or size != self._drawn_at):
            return
        self._drawn_at = size
        width = size[0] - 1  # a full line would leave the cursor between two of them
        settled = self._take(width)
        section = self._section
        if section is None:
            return
        settled += self._spaced(section.settled(width, last=last))
        growing = [] if last else section.growing(width)
        self._region.draw(settled, [*self._distance(growing), *growing], size)

    def _take(self, width: int) -> list[Line]:
        """Hand what came to its sections; give the lines of those that are over."""
        settled: list[Line] = []
        while self._came:
            kind, text = self._came.popleft()
            if kind != self._kind or self._section is None:
                settled += self._finished(width)
                self._kind, self._section = kind, self._sections[kind]()
            self._section.add(text)
        return settled

    def _finished(self, width: int) -> list[Line]:
        if self._section is None:
            return []
        lines = self._spaced(self._section.settled(width, last=True))
        self._above = self._above or self._begun
        self._begun = False
        return lines

    def _spaced(self, lines: list[Line]) -> list[Line]:
        spaced = [*self._distance(lines), *lines]
        self._begun = self._begun or bool(lines)
        return spaced

    def _distance(self, lines: list[Line]) -> list[Line]:
        """An empty line where these are the first of a section, and not the first of all."""
        return [EMPTY] if lines and self._above and not self._begun else []
