"""The blocks of a growing Markdown text, and which of them are over."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt

from ..escapes import harmless

if TYPE_CHECKING:
    from markdown_it.token import Token

PARSER: Final = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
"""rich's rules, but that HTML is shown as it stands: rich leaves it out."""


def parsed(text: str) -> list[Token]:
    """The tokens of a text. A line end is one: models write poems and addresses.

    Entities and addresses are decoded here, so that control characters may come up again.
    """
    tokens = PARSER.parse(text)
    for token in tokens:
        for child in token.children or ():
            child.content = harmless(child.content)
            if child.type == "softbreak":
                child.type = "hardbreak"
    return tokens


def blocks(text: str) -> list[str]:
    """Cut a text into its outermost blocks; together they are the text."""
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    begins = [starts[line] for line in _begins(text)[1:]]
    return [text[i:j] for i, j in zip([0, *begins], [*begins, len(text)], strict=True)]


def finished(text: str) -> tuple[list[str], str]:
    """Cut off the blocks that nothing added to a text can change; give them, and the rest.

    A block is over when another has begun after it (CommonMark, section 3). The last line does
    not count while it has no end: `1` may become a paragraph or a list.
    """
    whole = text.rfind("\n") + 1
    *over, last = blocks(text[:whole])
    return over, last + text[whole:]


def _begins(text: str) -> list[int]:
    """The lines at which the outermost blocks begin."""
    tokens = PARSER.parse(text)
    return [
        token.map[0] for token in tokens if token.level == 0 and token.map and token.nesting >= 0
    ]
