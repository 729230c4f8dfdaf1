"""Untrusted text cannot control a terminal, however it is split into pieces."""

import re

from hypothesis import given
from hypothesis import strategies as st

from mistralai.cli.escapes import Filter, harmless, one_line

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
TEXTS = st.text(st.one_of(st.sampled_from("\r\n\t\x1b[]\x07\x9b\x7f\x00a"), st.characters()))


@given(st.lists(TEXTS))
def test_no_control_character_passes_and_cuts_change_nothing(pieces):
    """The filtered pieces are the escaped whole, and contain no control character."""
    filtered = Filter()
    shown = "".join(map(filtered.feed, pieces)) + filtered.end()
    assert shown == harmless("".join(pieces))
    assert not CONTROL.search(shown)


ESCAPED = [
    ("\x1b[31mred", r"\x1b[31mred"),
    ("\x9b2J", r"\x9b2J"),
    ("a\r\nb\rc", "a\nb\\x0dc"),
    ("tab\there\n", "tab\there\n"),
    ("\x7f\x00\u2028é🐍", "\\x7f\\x00\u2028é🐍"),
]


def test_controls_are_shown_as_escapes(subtests):
    for text, shown in ESCAPED:
        with subtests.test(repr(text)):
            assert harmless(text) == shown


def test_a_line_stays_one():
    assert one_line(" two\r\n lines\x1b\t") == r"two lines\x1b"
