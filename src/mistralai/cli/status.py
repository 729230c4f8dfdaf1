"""A sign of life on standard error while the model has said nothing yet."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Self, TextIO

from .encoding import is_unicode

if TYPE_CHECKING:
    from types import TracebackType

_TURN: Final = 0.1
"""Seconds between two pictures."""

_PICTURES: Final = {True: "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", False: r"-\|/"}


class Status:
    """A line that turns, on a terminal; nothing elsewhere.

    Args:
        stream: Where it is written.
        what: What is waited for.
        shown: Whether the stream is a terminal.
    """

    def __init__(self, stream: TextIO, what: str, *, shown: bool) -> None:
        self._stream = stream
        self._what = what
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._turn, name="status", daemon=True)
        self._shown = shown

    def __enter__(self) -> Self:
        if self._shown:
            self._draw(0)
            self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the line away. A second time changes nothing."""
        if self._over.is_set():
            return
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _turn(self) -> None:
        number = 0
        while not self._over.wait(_TURN):
            number += 1
            self._draw(number)

    def _draw(self, number: int) -> None:
        pictures = _PICTURES[is_unicode(self._stream)]
        seconds = int(number * _TURN)
        elapsed = f" {seconds} s" if seconds else ""
        picture = pictures[number % len(pictures)]
        self._stream.write(f"\r\x1b[2m{picture} {self._what}{elapsed}\x1b[0m\x1b[K")
        self._stream.flush()
