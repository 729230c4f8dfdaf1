"""Markdown of text that is not trusted, for notebooks.

Notebooks render the HTML inside Markdown, and some of them run its scripts. A model may repeat what
a web page told it to write, so its text is neutralised before a notebook sees it.

Promised of `safe`, for any text and any reader of Markdown:

- Nothing of the text is HTML: none of its `<` is followed by a letter, `/`, `!` or `?`.
- Nothing is loaded: an image becomes a link to it.
- A link leads to http, https, mailto or a relative address.

The promise does not depend on where this module finds code, because readers disagree about that.
Only the looks do: entities are shown literally inside code. So code in which something had to be
neutralised becomes HTML, in which all ASCII punctuation is an entity; other code stays as it is.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG: Final = re.compile(r"<(?=[A-Za-z/!?])")
_IMAGE: Final = re.compile(r"(?<!!)!+(?=\[)")
_TARGET: Final = re.compile(r"\]([(:])(?=\s*([^\s)]{0,200}))")
_ADDRESS_START: Final = 200  # characters in which a scheme must be found, if there is one
_TEX_LINK: Final = re.compile(r"(?<!\\)\\+href(?!\s*\{\s*(?:https?|mailto):)")
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.\-]*):")
_SAFE_SCHEMES: Final = ("http", "https", "mailto")

_PUNCTUATION: Final = re.compile(r"[!-/:-@\[-`{-~\n]")
_BLANK_LINE: Final = re.compile(r"(\n[ \t]*\n)")
_LINE_END: Final = re.compile(r"(?<=[^\s\\|])\n(?=[^\s|])")  # not in tables
_BACKTICKS: Final = re.compile(r"`+")
_MATH: Final = re.compile(r"(\$\$.+?\$\$|\$[^$\n]+\$)", re.DOTALL)
_FENCE: Final = re.compile(
    r"(?P<lead>(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*)(?P<fence>`{3,}+(?!.*`)|~{3,})(?P<info>.*)"
)


def safe(text: str) -> str:
    """Return Markdown that looks like the text's and keeps the promises of this module."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blocks: list[str] = []
    plain: list[str] = []
    position = 0
    while position < len(lines):
        opening = _FENCE.fullmatch(lines[position])
        position += 1
        if opening is None:
            plain.append(lines[position - 1])
            continue
        if plain:
            blocks.append(_prose("\n".join(plain)))
            plain.clear()
        end = _end_of_fence(lines, position, opening["fence"])
        blocks.append(_fenced(opening, lines[position:end]))
        position = end + 1
    if plain:
        blocks.append(_prose("\n".join(plain)))
    return "\n".join(blocks)


def encode(text: str) -> str:
    """Return text in which no character means anything to Markdown, HTML or TeX."""
    return _PUNCTUATION.sub(lambda match: f"&#{ord(match[0])};", text)


def code(text: str, language: str = "") -> str:
    """Return a block of code."""
    if _neutral(text) != text:
        return _html_block(text, language)
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    return f"{fence}{_word(language)}\n{text}\n{fence}"


def span(text: str) -> str:
    """Return code inside a line."""
    return f"<code>{encode(text)}</code>"


def link(label: str, address: str) -> str:
    """Return a link, or only its label if the address is not one that `safe` allows."""
    if not _is_safe(address):
        return encode(label)
    return f"[{encode(label)}]({quote(address, safe=':/?#@!$&*+,;=%~')})"


def folded(summary: str, content: str, *, unfolded: bool = False) -> str:
    """Return Markdown that is hidden until the reader opens it.

    Args:
        summary: The line to click on, as text.
        content: What it hides, as safe Markdown.
        unfolded: True to begin with the content shown.
    """
    state = " open" if unfolded else ""
    return f"<details{state}>\n<summary>{encode(summary)}</summary>\n\n{content}\n\n</details>"


def _neutral(text: str) -> str:
    """Neutralise tags, images and links, wherever they are."""
    text = _TEX_LINK.sub("href", text)  # first: it takes a backslash from behind a `<`
    text = _TAG.sub("&lt;", text)
    text = _IMAGE.sub("", text)
    return _TARGET.sub(_target, text)


def _target(match: re.Match[str]) -> str:
    address = match[2]
    # Only the form in angle brackets can contain white space, which browsers ignore in a scheme.
    is_good = not address.startswith(("<", "&lt;")) and _is_safe(address)
    return match[0] if is_good else f"]{encode(match[1])}"


def _is_safe(address: str) -> bool:
    """Return whether an address has a safe scheme, or none, as a browser reads it."""
    plain = unescape(address).replace("\\", "")
    plain = "".join(character for character in plain if character > " ").lower()
    scheme = _SCHEME.match(plain)
    if scheme is None:  # an entity may hide a scheme behind any number of zeros
        return len(address) < _ADDRESS_START
    return scheme[1] in _SAFE_SCHEMES


def _prose(text: str) -> str:
    """Return text outside of fences; a span of code does not cross a blank line."""
    paragraphs = _BLANK_LINE.split(text)
    shown = "".join("".join(_paragraph(paragraph)) for paragraph in paragraphs)
    return _LINE_END.sub("  \n", shown)  # a model breaks lines where it wants them, as in a poem


def _paragraph(text: str) -> Iterator[str]:
    end = 0
    for start, stop, width in _code_spans(text):
        yield _outside_code(text[end:start])
        piece = text[start:stop]
        yield piece if _neutral(piece) == piece else span(piece[width:-width].strip())
        end = stop
    yield _outside_code(text[end:])


def _code_spans(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the start, the end and the number of backticks of each span of code."""
    runs = [match.span() for match in _BACKTICKS.finditer(text)]
    closing: list[int | None] = [None] * len(runs)
    latest: dict[int, int] = {}
    for number in reversed(range(len(runs))):
        width = runs[number][1] - runs[number][0]
        closing[number] = latest.get(width)
        latest[width] = number
    number = 0
    while number < len(runs):
        start, end = runs[number]
        close = closing[number]
        if close is not None:
            yield start, runs[close][1], end - start
            number = close
        number += 1


def _outside_code(text: str) -> str:
    # TeX has no entities, and ignores a space.
    pieces = enumerate(_MATH.split(text))
    return _neutral("".join(_TAG.sub("< ", part) if odd % 2 else part for odd, part in pieces))


def _end_of_fence(lines: list[str], position: int, fence: str) -> int:
    """Return the number of the line that closes a fence, or of the one after the last."""
    for number in range(position, len(lines)):
        line = lines[number].strip(" \t>")
        if len(line) >= len(fence) and not line.strip(fence[0]):
            return number
    return len(lines)


def _fenced(opening: re.Match[str], lines: list[str]) -> str:
    """Return a block of code with its fence, which is closed also where the text breaks off."""
    lead, fence, info = opening.group("lead", "fence", "info")
    whole = [opening[0], *lines]
    if _neutral("\n".join(whole)) == "\n".join(whole):
        indent = re.sub(r"[^>]", " ", lead)
        return "\n".join([*whole, f"{indent}{fence}"])
    margin = re.compile(rf"[ \t>]{{0,{len(lead)}}}")
    text = "\n".join(margin.sub("", line, count=1) for line in lines)
    return lead + _html_block(text, info)


def _html_block(text: str, info: str) -> str:
    """Return a block of code as one line of HTML, which is valid in lists and quotes too."""
    language = _word(info)
    attribute = f' class="language-{language}"' if language else ""
    return f"<pre><code{attribute}>{encode(text)}</code></pre>"


def _word(info: str) -> str:
    """Return the name of a language, if it is one."""
    match = re.match(r"\s*([\w+#.-]{1,32})(?=\s|$)", info)
    return match[1] if match else ""
