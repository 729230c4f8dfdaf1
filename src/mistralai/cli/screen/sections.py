"""The parts of an answer: which of their lines are settled, and which may still change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Protocol

from ...client._answer.partial_json import GrowingJSON
from ..escapes import Filter, harmless
from .line import EMPTY, Line
from .markdown import blocks, finished

if TYPE_CHECKING:
    from .painter import Painter

_INDENT: Final = 2


class Section(Protocol):
    """A part of an answer."""

    def add(self, text: str) -> None:
        """Add the next piece."""
        ...

    def settled(self, width: int, *, last: bool) -> list[Line]:
        """Return the newly settled lines, each once; all remaining lines if `last` is true."""
        ...

    def growing(self, width: int) -> list[Line]:
        """Return the lines that may still change."""
        ...


class MarkdownSection:
    """Markdown, settled block by block."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._filter = Filter()
        self._text = ""
        self._begun = False  # True once a block was returned

    def add(self, text: str) -> None:
        """Add the next piece."""
        self._text += self._filter.feed(text)

    def settled(self, width: int, *, last: bool) -> list[Line]:
        """Return the lines of finished blocks."""
        if last:
            complete, self._text = blocks(self._text + self._filter.end()), ""
        else:
            complete, self._text = finished(self._text)
        lines = self._painted(complete, width)
        self._begun = self._begun or bool(lines)
        return lines

    def growing(self, width: int) -> list[Line]:
        """Return the lines of the growing block, and of the beginning of the next."""
        return self._painted(blocks(self._text), width)

    def _painted(self, texts: list[str], width: int) -> list[Line]:
        """Paint blocks, with an empty line before each but the first."""
        lines: list[Line] = []
        for text in texts:
            painted = self._painter.markdown(text, width)
            if painted and (lines or self._begun):
                lines.append(EMPTY)
            lines += painted
        return lines


class ThinkingSection:
    """Thinking, in faint text, settled line by line."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._filter = Filter()
        self._text = ""

    def add(self, text: str) -> None:
        """Add the next piece."""
        self._text += self._filter.feed(text)

    def settled(self, width: int, *, last: bool) -> list[Line]:
        """Return the finished lines."""
        *lines, self._text = self._text.split("\n")
        if last and self._text:
            lines.append(self._text)
            self._text = ""
        return [line for text in lines for line in self._painter.faint(text, width)]

    def growing(self, width: int) -> list[Line]:
        """Return the unfinished line."""
        return self._painter.faint(self._text, width) if self._text else []


class FoldedSection:
    """Thinking, shown as a count of words."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._words = 0
        self._blank = True  # True if the text so far ends between two words

    def add(self, text: str) -> None:
        """Add the next piece."""
        self._words += len(text.split())
        if text:
            if not self._blank and not text[0].isspace():
                self._words -= 1  # the piece continues a word
            self._blank = text[-1].isspace()

    def settled(self, width: int, *, last: bool) -> list[Line]:
        """Return the count when thinking has ended."""
        return self._painter.faint(f"(thought {self._words} words)", width) if last else []

    def growing(self, width: int) -> list[Line]:
        """Return the count while thinking continues."""
        return self._painter.faint(f"thinking … {self._words} words", width)


class JSONSection:
    """Indented JSON, redrawn as it grows."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._json = GrowingJSON()
        self._value: object = None

    def add(self, text: str) -> None:
        """Add the next piece."""
        self._json.add(text)

    def settled(self, width: int, *, last: bool) -> list[Line]:
        """Return the complete JSON, or the text if it is not valid JSON."""
        if not last:
            return []
        try:
            self._value = json.loads(self._json.text)
        except ValueError:
            return self._shown(harmless(self._json.text.rstrip()), width)
        return self._shown(_indented(self._value), width)

    def growing(self, width: int) -> list[Line]:
        """Return the JSON received so far."""
        value = self._json.partial()
        if value is not None:
            self._value = value
        return [] if self._value is None else self._shown(_indented(self._value), width)

    def _shown(self, text: str, width: int) -> list[Line]:
        return self._painter.json(text, width)


def _indented(value: object) -> str:
    return harmless(json.dumps(value, indent=_INDENT, ensure_ascii=False))
