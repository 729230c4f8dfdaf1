"""Descriptions in docstrings, in the styles of Google, NumPy and Sphinx.

The summary is what precedes the first section. A description of a parameter continues in the lines
that are indented deeper than its first one, and is joined to one line.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_GOOGLE_SECTION = re.compile(r"(\w[\w ]*):$")
_NUMPY_RULE = re.compile(r"-{3,}$")
_SPHINX_FIELD = re.compile(r":(\w+)(?: (.+?))?:(?: (.*))?$")
_GOOGLE_ENTRY = re.compile(r"\*{0,2}(\w+)(?: ?\(.*?\))?: ?(.*)$")
_NUMPY_ENTRY = re.compile(r"\*{0,2}(\w+(?:, ?\w+)*)(?: ?:.*)?$")

_PARAMETERS = {
    *("args", "arguments", "keyword args", "keyword arguments"),
    *("parameters", "params", "other parameters"),
}
_SECTIONS = _PARAMETERS | {
    *("attributes", "example", "examples", "note", "notes", "raises", "references", "return"),
    *("returns", "see also", "todo", "warning", "warnings", "warns", "yield", "yields"),
}
_SPHINX_PARAMETERS = {"param", "parameter", "arg", "argument", "key", "keyword"}


@dataclass(frozen=True, slots=True)
class Docstring:
    """The descriptions that a docstring contains.

    Attributes:
        summary: The text before the first section.
        parameters: The description of each parameter that has one.
    """

    summary: str = ""
    parameters: dict[str, str] = field(default_factory=dict[str, str])


def parse(text: str | None) -> Docstring:
    """Return the descriptions in a docstring, whatever its style."""
    lines = inspect.cleandoc(text or "").splitlines()
    summary: list[str] = []
    found: dict[str, list[str]] = {}
    section: str | None = None
    entry: list[str] = []  # the lines of the description that is being read
    indent = 0
    for place, line in enumerate(lines):
        stripped, depth = line.strip(), len(line) - len(line.lstrip())
        numpy = place + 1 < len(lines) and _NUMPY_RULE.match(lines[place + 1].strip())
        google = _GOOGLE_SECTION.match(stripped)
        name = stripped if numpy else google[1] if google and depth == 0 else ""
        if name.lower() in _SECTIONS:
            section, entry = name.lower(), []
        elif sphinx := _SPHINX_FIELD.match(line):
            section, entry, indent = "", [sphinx[3] or ""], depth
            if sphinx[1] in _SPHINX_PARAMETERS and sphinx[2]:
                found[sphinx[2].split()[-1].lstrip("*")] = entry
        elif section is None:
            summary.append(line)
        elif entry and depth > indent:
            entry.append(stripped)
        elif section in _PARAMETERS and stripped and not _NUMPY_RULE.match(stripped):
            entry, indent = [], depth
            if match := _GOOGLE_ENTRY.match(stripped) if depth else None:
                entry = found[match[1]] = [match[2]]
            elif match := _NUMPY_ENTRY.match(stripped):
                entry = [""]
                found |= dict.fromkeys(re.split(r", ?", match[1]), entry)
    described = {name: " ".join(filter(None, part)) for name, part in found.items()}
    return Docstring(
        "\n".join(summary).strip(), {name: text for name, text in described.items() if text}
    )
