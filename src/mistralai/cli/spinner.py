"""A spinner on standard error until the answer begins."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Self, TextIO

from .encoding import is_unicode

if TYPE_CHECKING:
    from types import TracebackType

_INTERVAL: Final = 0.1
"""Seconds between two frames."""

_FRAMES: Final = {True: "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", False: r"-\|/"}


class Spinner:
    """A spinner with a label and the seconds waited.

    Args:
        stream: The stream to write to.
        label: The text beside the spinner.
        shown: Whether to show it; the stream must be a terminal.
    """

    def __init__(self, stream: TextIO, label: str, *, shown: bool) -> None:
        self._stream = stream
        self._label = label
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._spin, name="status", daemon=True)
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
        """Remove the line. Further calls do nothing."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _spin(self) -> None:
        number = 0
        while not self._stopped.wait(_INTERVAL):
            number += 1
            self._draw(number)

    def _draw(self, number: int) -> None:
        frames = _FRAMES[is_unicode(self._stream)]
        seconds = int(number * _INTERVAL)
        elapsed = f" {seconds} s" if seconds else ""
        frame = frames[number % len(frames)]
        self._stream.write(f"\r\x1b[2m{frame} {self._label}{elapsed}\x1b[0m\x1b[K")
        self._stream.flush()
