"""Finished rows on their way to the reader of a run.

Theory of operation. A run does not know if anyone will read it. It is

- undecided at first: rows are kept, up to a limit. Past that they are dropped, and the run is
- unread, which cannot be changed any more: a reader that comes then would miss rows, so it is told.
- read from the first `anext` on: workers wait while the buffer is full, so that a slow reader slows
  the run, and every row is delivered once.
- released when no reader is to be waited for: rows are dropped. A reader that is there all the same
  gets what was kept, and is then told.
- ended: the reader gets the rest, then the end.
"""

from __future__ import annotations

import enum
from collections import deque
from typing import TYPE_CHECKING, Final

import anyio

if TYPE_CHECKING:
    from .outcomes import Outcome

_KEPT: Final = 250  # rows, before anyone reads
_AHEAD: Final = 64  # rows, before a reader


class _Phase(enum.Enum):
    UNDECIDED = "undecided"
    UNREAD = "unread"
    READ = "read"
    RELEASED = "released"


class Delivery:
    """The rows that a run has finished and its reader has not seen."""

    def __init__(self) -> None:
        self._phase = _Phase.UNDECIDED
        self._rows: deque[Outcome] = deque()
        self._missed = False  # a row, since the release
        self._ended = False
        self._changed: anyio.Event | None = None  # of those that wait for a change

    async def put(self, row: Outcome) -> None:
        """Add a row; wait while the reader is behind."""
        while self._phase is _Phase.READ and len(self._rows) >= _AHEAD:
            await self._change()
        if self._phase is _Phase.UNDECIDED and len(self._rows) >= _KEPT:
            self._phase = _Phase.UNREAD
            self._rows.clear()
        if self._phase in {_Phase.UNDECIDED, _Phase.READ}:
            self._rows.append(row)
            self._notify()
        self._missed |= self._phase is _Phase.RELEASED

    async def get(self) -> Outcome | None:
        """Return the next row, or `None` after the last.

        Raises:
            RuntimeError: Rows were dropped because nobody read them.
        """
        if self._phase is _Phase.UNREAD:
            raise RuntimeError(
                f"nobody read the first {_KEPT} rows of this run, so they are only in its output;"
                " begin `async for` directly after `async with`"
            )
        if self._phase is _Phase.UNDECIDED:
            self._phase = _Phase.READ
        while not self._rows:
            if self._missed:
                raise RuntimeError(
                    "rows that ended since `finish()`, or since the end of the body, are only in"
                    " the output of this run; read all of them before that"
                )
            if self._ended:
                return None
            await self._change()
        row = self._rows.popleft()
        if len(self._rows) == _AHEAD - 1:
            self._notify()
        return row

    def release(self) -> None:
        """Stop waiting for a reader."""
        if self._phase is _Phase.READ:
            self._phase = _Phase.RELEASED
        self._notify()

    def end(self) -> None:
        """Note that there are no more rows."""
        self._ended = True
        self._notify()

    async def _change(self) -> None:
        if self._changed is None:
            self._changed = anyio.Event()
        await self._changed.wait()

    def _notify(self) -> None:
        if self._changed is not None:
            self._changed.set()
            self._changed = None
