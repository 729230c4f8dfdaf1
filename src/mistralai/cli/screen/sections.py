"""The parts of an answer, each of which knows which of its lines may still change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Protocol

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
        """Take the next piece."""
        ...

    def settled(self, width: int, *, last: bool) -> list[Line]:
        """Give the lines that will change no more, once; all that are left for `last`."""
        ...

    def growing(self, width: int) -> list[Line]:
        """Give the lines that may change."""
        ...


class MarkdownSection:
    """Text, block by block."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._filter = Filter()
        self._text = ""
        self._begun = False  # whether a block was given

    def add(self, text: str) -> None:
        """Take the next piece."""
        self._text += self._filter.feed(text)

    def settled(self, width: int, *, last: bool) -> list[Line]:
        """Give the blocks that are over."""
        if last:
            over, self._text = blocks(self._text + self._filter.end()), ""
        else:
            over, self._text = finished(self._text)
        lines = self._painted(over, width)
        self._begun = self._begun or bool(lines)
        return lines

    def growing(self, width: int) -> list[Line]:
        """Give the block that grows, and what may be the beginning of the next."""
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
    """Thinking, faint, line by line."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._filter = Filter()
        self._text = ""

    def add(self, text: str) -> None:
        """Take the next piece."""
        self._text += self._filter.feed(text)

    def settled(self, width: int, *, last: bool) -> list[Line]:
        """Give the lines that have their end."""
        *lines, self._text = self._text.split("\n")
        if last and self._text:
            lines.append(self._text)
            self._text = ""
        return [line for text in lines for line in self._painter.faint(text, width)]

    def growing(self, width: int) -> list[Line]:
        """Give the line that has none."""
        return self._painter.faint(self._text, width) if self._text else []


class FoldedSection:
    """Thinking, of which only its length is shown."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._words = 0
        self._blank = True  # whether the text so far ends between two words

    def add(self, text: str) -> None:
        """Take the next piece."""
        self._words += len(text.split())
        if text:
            self._words -= not self._blank and not text[0].isspace()
            self._blank = text[-1].isspace()

    def settled(self, width: int, *, last: bool) -> list[Line]:
        """Give the line when thinking is over."""
        return self._painter.faint(f"(thought {self._words} words)", width) if last else []

    def growing(self, width: int) -> list[Line]:
        """Give the line while it goes on."""
        return self._painter.faint(f"thinking … {self._words} words", width)


class JSONSection:
    """JSON that grows in its place, indented."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._json = GrowingJSON()
        self._value: Any = None

    def add(self, text: str) -> None:
        """Take the next piece."""
        self._json.add(text)

    def settled(self, width: int, *, last: bool) -> list[Line]:
        """Give it when it is whole, or as text where it is no JSON."""
        if not last:
            return []
        try:
            self._value = json.loads(self._json.text)
        except ValueError:
            return self._shown(harmless(self._json.text.rstrip()), width)
        return self._shown(_indented(self._value), width)

    def growing(self, width: int) -> list[Line]:
        """Give what it says so far."""
        value = self._json.partial()
        if value is not None:
            self._value = value
        return [] if self._value is None else self._shown(_indented(self._value), width)

    def _shown(self, text: str, width: int) -> list[Line]:
        return self._painter.json(text, width)


def _indented(value: Any) -> str:
    return harmless(json.dumps(value, indent=_INDENT, ensure_ascii=False))
