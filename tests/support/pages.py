"""The programs that are printed in the documentation, and the text that each prints."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_BLOCK = re.compile(
    r"^```python(?: (?P<mark>\S+))?\n(?P<source>.*?)^```\n"
    r"(?:\n(?:Output[^\n]*\n\n)?```text\n(?P<prints>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)


class Printed(NamedTuple):
    """A block of Python on a page.

    Attributes:
        page: The page.
        line: The line of the page before the first line of the block.
        mark: The word after the language, which says how the block is run; `None` without one.
        source: The program.
        prints: The text below it that it prints; `None` without one.
    """

    page: Path
    line: int
    mark: str | None
    source: str
    prints: str | None

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def printed_on(page: Path) -> list[Printed]:
    """Return the blocks of Python of a page, in order."""
    text = page.read_text("utf-8")
    return [
        Printed(
            page,
            text.count("\n", 0, block.start("source")),
            block["mark"],
            block["source"],
            block["prints"],
        )
        for block in _BLOCK.finditer(text)
    ]
