"""The blocks of a growing Markdown text, finished and unfinished."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt

from ..escapes import harmless

if TYPE_CHECKING:
    from markdown_it.token import Token

PARSER: Final = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
"""rich's rules, except that HTML is shown as text; rich omits it."""


def parsed(text: str) -> list[Token]:
    """Parse a text. A line break is kept, because models write poems and addresses.

    Decoding entities and URLs can produce control characters, which are escaped again.
    """
    tokens = PARSER.parse(text)
    for token in tokens:
        for child in token.children or ():
            child.content = harmless(child.content)
            if child.type == "softbreak":
                child.type = "hardbreak"
    return tokens


def blocks(text: str) -> list[str]:
    """Split a text into its outermost blocks; joined, they are the text."""
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    begins = [starts[line] for line in _begins(text)[1:]]
    return [text[i:j] for i, j in zip([0, *begins], [*begins, len(text)], strict=True)]


def finished(text: str) -> tuple[list[str], str]:
    """Split a text into blocks that no further text can change, and the rest.

    A block is finished once another has begun after it (CommonMark, section 3). An unfinished last
    line is ignored: `1` may become a paragraph or a list.
    """
    end = text.rfind("\n") + 1
    *complete, last = blocks(text[:end])
    return complete, last + text[end:]


def _begins(text: str) -> list[int]:
    """Return the numbers of the lines at which the outermost blocks begin."""
    tokens = PARSER.parse(text)
    return [
        token.map[0] for token in tokens if token.level == 0 and token.map and token.nesting >= 0
    ]
