"""Rendering with rich, into lines for the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.markdown import Markdown
from rich.segment import Segment
from rich.text import Text

from .line import Line
from .markdown import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TextIO

    from rich.color import ColorSystem
    from rich.console import RenderableType
    from rich.style import Style

_CODE_THEME: Final = "ansi_dark"
"""The theme that uses the terminal's own colors."""

_JSON: Final = JSONHighlighter()


class Painter:
    """A renderer for one terminal.

    Args:
        out: The terminal. Its properties are read; nothing is written to it.
        environment: The environment variables, which tell rich how many colors it has.
        colored: Whether to use colors.
    """

    def __init__(self, out: TextIO, environment: Mapping[str, str], *, colored: bool) -> None:
        self._console = Console(
            file=out,
            force_terminal=True,
            legacy_windows=False,
            no_color=not colored,
            _environ=environment,
        )
        self._colored = colored
        self._colors = _color_system(self._console.color_system)

    def markdown(self, text: str, width: int) -> list[Line]:
        """Render a block of Markdown."""
        markdown = Markdown("", code_theme=_CODE_THEME, hyperlinks=False)
        markdown.parsed = parsed(text)  # by our rules, which omit nothing
        return _stripped(self.lines(markdown, width))

    def faint(self, text: str, width: int) -> list[Line]:
        """Render a line of thinking."""
        return self.lines(Text(text, style="dim italic"), width)

    def json(self, text: str, width: int) -> list[Line]:
        """Render JSON that is already indented."""
        return self.lines(_JSON(text), width)

    def lines(self, renderable: RenderableType, width: int) -> list[Line]:
        """Render any renderable of rich."""
        options = self._console.options.update(width=width, height=None)
        rendered = self._console.render_lines(renderable, options, pad=False)
        return [self._line(segments) for segments in rendered]

    def _line(self, segments: Iterable[Segment]) -> Line:
        if not self._colored:
            segments = Segment.remove_color(segments)
        kept = _without_blanks([segment for segment in segments if not segment.control])
        text = "".join(
            style.render(text, color_system=self._colors) if style else text
            for text, style, _ in kept
        )
        return Line(text, sum(segment.cell_length for segment in kept))


def _without_blanks(segments: list[Segment]) -> list[Segment]:
    """Drop trailing blanks, which are annoying to copy."""
    while segments and not segments[-1].text.strip() and not _is_visible(segments[-1].style):
        segments.pop()
    if segments and not _is_visible(segments[-1].style):
        text, style, control = segments[-1]
        segments[-1] = Segment(text.rstrip(), style, control)
    return segments


def _is_visible(style: Style | None) -> bool:
    """Return whether a blank in this style is visible."""
    if style is None:
        return False
    background = style.bgcolor is not None and not style.bgcolor.is_default
    return background or bool(style.underline or style.reverse)


def _stripped(lines: list[Line]) -> list[Line]:
    """Strip empty lines at both ends; the display adds those between blocks."""
    start, end = 0, len(lines)
    while start < end and not lines[start].width:
        start += 1
    while end > start and not lines[end - 1].width:
        end -= 1
    return lines[start:end]


def _color_system(name: str | None) -> ColorSystem | None:
    from rich.color import ColorSystem

    names = {
        "standard": ColorSystem.STANDARD,
        "256": ColorSystem.EIGHT_BIT,
        "truecolor": ColorSystem.TRUECOLOR,
    }
    return names.get(name or "")
