"""Plain text, for pipes, files and simple terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...client.deltas import TextDelta, ThinkingDelta
from ..escapes import Filter
from .sink import TextSink

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...client.deltas import Delta
    from ..output import Output


class PlainSink(TextSink):
    """Writes text as it is received.

    Args:
        output: The output to write to.
        thinking: Whether to write thinking to standard error.
    """

    def __init__(self, output: Output, *, thinking: bool = False) -> None:
        self._output = output
        self._thinking = thinking
        self._filter = Filter()
        self._thought: Filter | None = None  # the filter of the current thinking
        self._open = False  # True if the last line is unfinished

    def show_deltas(self, deltas: Iterable[Delta]) -> None:
        """Write the text of choice 0."""
        for delta in deltas:
            match delta:
                case TextDelta(choice_index=0, text=text):
                    self._end_thought()
                    self._write(self._filter.feed(text))
                case ThinkingDelta(choice_index=0, text=text) if self._thinking:
                    self._thought = self._thought or Filter()
                    self._output.think(self._thought.feed(text))
                case _:
                    pass

    def end_text(self) -> None:
        """End the last line."""
        self._end_thought()
        self._write(self._filter.end())
        if self._open:
            self._write("\n")

    def _end_thought(self) -> None:
        if self._thought is not None:
            self._output.think(f"{self._thought.end()}\n")
            self._thought = None

    def _write(self, text: str) -> None:
        if text:
            self._output.write(text)
            self._open = not text.endswith("\n")
