"""Output on a terminal: Markdown or JSON, redrawn as it grows, and thinking in its own section."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ...client.deltas import TextDelta, ThinkingDelta
from ..screen.display import Display
from ..screen.painter import Painter
from ..screen.region import Region, reflows
from ..screen.sections import FoldedSection, JSONSection, MarkdownSection, Section, ThinkingSection
from .sink import TextSink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...client.deltas import Delta
    from ..output import Output

_KINDS: dict[str, Callable[[Painter], Section]] = {
    "markdown": MarkdownSection,
    "json": JSONSection,
    "show": ThinkingSection,
    "fold": FoldedSection,
}


class ScreenSink(TextSink):
    """Draws answers on a terminal.

    Args:
        output: The terminal.
        thinking: `"show"`, `"fold"` or `"hide"`.
        structured: Whether the text is JSON.
    """

    def __init__(self, output: Output, *, thinking: str, structured: bool = False) -> None:
        self._output = output
        painter = Painter(output.out, output.environment, colored=output.colored)
        text = "json" if structured else "markdown"
        self._sections = {"text": partial(_KINDS[text], painter)}
        if thinking in _KINDS:
            self._sections["thinking"] = partial(_KINDS[thinking], painter)

    def show_deltas(self, deltas: Iterable[Delta]) -> None:
        """Draw text and thinking of choice 0."""
        output = self._output
        region = Region(output.write, reflowing=reflows(output.environment))
        with Display(region, self._sections, lambda: output.size) as display:
            for delta in deltas:
                match delta:
                    case TextDelta(choice_index=0, text=text):
                        display.add("text", text)
                    case ThinkingDelta(choice_index=0, text=text) if "thinking" in self._sections:
                        display.add("thinking", text)
                    case _:
                        pass

    def end_text(self) -> None:
        """Do nothing: `show_deltas` has drawn everything."""
