"""The screen and its scrollback are the same however the text is split into pieces."""

import functools
import io
import itertools
import re

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistralai.cli.screen.display import Display
from mistralai.cli.screen.line import EMPTY, Line
from mistralai.cli.screen.markdown import blocks, finished
from mistralai.cli.screen.painter import Painter
from mistralai.cli.screen.region import Region, reflows
from mistralai.cli.screen.sections import (
    FoldedSection,
    JSONSection,
    MarkdownSection,
    ThinkingSection,
)

TEXT = """\
# A heading

Some *emphasis* and a [link](https://example.org/a), <b>html</b> as text.
A second line.

1. One
2. Two, long enough to be wrapped on the narrowest of the screens that are tried here

   - nested

```python
def poem(lines: list[str]) -> str:
    return "\\n".join(lines)

print(poem([]))
```
Directly behind
===============
| a | b |
| - | - |
| 1 | two |

> quoted
lazily

    indented

***

The end."""

CONTROLS = re.compile(r"\x1b\[[0-9;]*m")
PAINTER = Painter(io.StringIO(), {"TERM": "xterm-256color"}, colored=True)
SECTIONS = {"text": lambda: MarkdownSection(PAINTER), "thinking": lambda: ThinkingSection(PAINTER)}


def shown(pieces, columns=60, rows=24):
    """Return the text of a terminal after drawing pieces one by one."""
    screen = pyte.HistoryScreen(columns, rows, history=10_000, ratio=0.5)
    screen.set_mode(pyte.modes.LNM)
    region = Region(pyte.Stream(screen).feed, reflowing=False)
    display = Display(region, SECTIONS, lambda: (columns, rows))
    for kind, text in pieces:
        display.add(kind, text)
        display._draw(last=False)
    display._draw(last=True)
    scrolled = ["".join(row[c].data for c in range(columns)) for row in screen.history.top]
    return "\n".join(line.rstrip() for line in [*scrolled, *screen.display]).rstrip()


@st.composite
def cut(draw, text=TEXT):
    places = draw(st.lists(st.integers(0, len(text)), max_size=60))
    places = [0, *sorted(places), len(text)]
    return [text[i:j] for i, j in itertools.pairwise(places)]


@functools.cache
def whole_text(columns):
    return shown([("text", TEXT)], columns, rows=200)


@pytest.mark.uncounted
@settings(max_examples=40)
@given(cut(), st.integers(20, 70), st.integers(3, 40))
def test_the_screen_does_not_depend_on_pieces_or_height(pieces, columns, rows):
    """Split anywhere, on a screen of any height, the text is shown once, complete and in order."""
    assert shown([("text", piece) for piece in pieces], columns, rows) == whole_text(columns)


@settings(max_examples=60)
@given(st.text(st.sampled_from("ab 1.-*#`|>~_=[]()!\\\n\t<&漢🐍"), max_size=60), st.data())
def test_any_markdown_is_the_same_however_it_is_split(text, data):
    """Text made of marks, split anywhere, looks as it does in one piece."""
    pieces = data.draw(cut(text))
    assert shown([("text", piece) for piece in pieces]) == shown([("text", text)])


@given(st.text(st.sampled_from("ab 1.-*#`|>~=\n"), max_size=60))
def test_blocks_joined_are_the_text(text):
    """No part of a text is lost between its blocks, finished or not."""
    assert "".join(blocks(text)) == text
    complete, rest = finished(text)
    assert "".join(complete) + rest == text


FINISHED = [
    ("", 0),
    ("one", 0),
    ("one\n\n", 0),
    ("one\n\ntwo", 0),  # `two` is unfinished: it may become an underline, a list, a table
    ("one\n\ntwo\n", 1),
    ("one\n---\n", 0),
    ("- one\n\n- two\n", 0),
    ("```\none\n\ntwo\n", 0),
    ("```\none\n```\ntwo\n", 1),
]


def test_a_block_is_finished_once_another_has_begun(subtests):
    for text, count in FINISHED:
        with subtests.test(repr(text)):
            assert len(finished(text)[0]) == count


def test_thinking_and_text_are_separate_sections_in_the_order_received():
    pieces = [("thinking", "Two"), ("thinking", " and\ntwo."), ("text", "*Four"), ("text", "*.\n")]
    assert shown([*pieces, ("thinking", "Sure."), ("text", "Yes.")]) == (
        "Two and\ntwo.\n\nFour.\n\nSure.\n\nYes."
    )


MARKS = ["&#27;", "&#13;", "&#x9b;", "<http://a/%1b>", "<http://a/%C2%9B%0d>", "[x](%1b)"]
MARKS += ["![&#27;](%1b)", "![](/%1b)", "`&#27;`", "```&#27;\n", "[a]: <%1b>\n", "[a]", "*"]
MARKS += ["\n", "\x1b[2J", "\x9b", "\r", "\x0c", "a", " ", "|", "- ", "# ", "> "]


@given(st.lists(st.sampled_from(MARKS), max_size=12))
def test_no_control_character_comes_out_of_markdown(parts):
    """Whatever a text encodes, the lines contain no control sequences except those of styles."""
    section = MarkdownSection(PAINTER)
    section.add("".join(parts))
    for line in section.settled(40, last=True):
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", CONTROLS.sub("", line.text))


def test_a_url_that_encodes_an_escape_is_shown_with_its_escape():
    assert r"http://a/\x1b[2J" in shown([("text", "<http://a/%1b[2J>")])


def test_html_is_shown_as_text():
    assert shown([("text", "a <b>c</b>\n\n<div>d</div>\n")]) == "a <b>c</b>\n\n<div>d</div>"


@pytest.fixture
def screen():
    screen = pyte.Screen(40, 10)
    screen.set_mode(pyte.modes.LNM)
    return screen


def plain(*texts):
    return [Line(text, len(text)) for text in texts]


def test_removed_lines_disappear(screen):
    region = Region(pyte.Stream(screen).feed, reflowing=False)
    region.draw(plain("above"), plain("one", "two", "three"), (40, 10))
    region.draw([], plain("one"), (40, 10))
    region.draw([], plain("one", "deux"), (40, 10))
    assert [row.rstrip() for row in screen.display[:5]] == ["above", "one", "deux", "", ""]


def test_after_a_resize_all_growing_lines_are_redrawn(screen):
    """A terminal may have cut off lines that did not fit."""
    region = Region(pyte.Stream(screen).feed, reflowing=False)
    region.draw([], plain("x" * 30, "two"), (40, 10))
    screen.resize(10, 20)
    screen.resize(10, 40)
    region.draw([], plain("x" * 30, "two"), (39, 10))
    assert screen.display[0].rstrip() == "x" * 30


def test_lines_of_a_poem_stay_lines():
    assert shown([("text", "One,\ntwo,\nthree.")]) == "One,\ntwo,\nthree."


def test_words_split_between_pieces_are_counted_once():
    section = FoldedSection(PAINTER)
    for piece in ("Two an", "d", " two", " ", "", " make four."):
        section.add(piece)
    (line,) = section.settled(40, last=True)
    assert "(thought 5 words)" in line.text


def test_invalid_json_is_shown_as_text(subtests):
    for text in ("no JSON", '{"a": [1, 2', ""):
        with subtests.test(repr(text)):
            section = JSONSection(PAINTER)
            section.add(text)
            lines = section.settled(40, last=True)
            assert CONTROLS.sub("", "".join(line.text for line in lines)) == text


def test_on_a_narrower_screen_the_cursor_moves_as_its_terminal_wraps_lines(subtests):
    for reflowing, up in [(False, "\r\x1b[1A"), (True, "\r\x1b[3A")]:
        with subtests.test(up):
            written = []
            region = Region(written.append, reflowing=reflowing)
            region.draw([], plain("x" * 30, "y" * 30), (40, 24))
            region.draw([], [EMPTY], (20, 24))
            assert up in written[-1]


def test_a_terminal_that_rewraps_lines_is_recognized_by_its_variables():
    assert reflows({"TMUX": "/tmp/tmux"})
    assert not reflows({"TMUX": "", "TERM": "xterm"})


def test_the_reader_of_the_stream_gets_the_error_of_a_closed_terminal():
    def gone(_text):
        raise OSError("gone")

    display = Display(Region(gone, reflowing=False), SECTIONS, lambda: (80, 24))
    display.__enter__()
    display.add("text", "one")
    display._thread.join()
    with pytest.raises(OSError, match="gone"):
        display.add("text", "two")
    with pytest.raises(OSError, match="gone"):
        display.__exit__(None, None, None)
