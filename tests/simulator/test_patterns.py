"""Texts that match a regular expression."""

import random
import re

import pytest
from hypothesis import example as including
from hypothesis import given, settings
from hypothesis import strategies as st

from mistralai.simulator.jsonschema.patterns import PatternError
from mistralai.simulator.jsonschema.patterns import example as matching

PATTERNS = [
    r"^[A-Z]{3}-\d{4}$",
    r"\d+",
    r"^(cat|dog)s?$",
    r"^\w{2,}@\w+\.(com|org)$",
    r"[^a-z]",
    r"^[]a-]+$",
    r"^a{2,3}b*?c+$",
    r"^(?:ab){2}$",
    r"^\+?[0-9 ]{3,5}$",
    r"^.{5}$",
    r"^\$\d$",
    r"^[\w.]+$",
    r"^\s\t$",
    r"^$",
    r"",
]


def test_a_text_matches_its_pattern(subtests):
    for pattern in PATTERNS:
        with subtests.test(pattern=pattern):
            for seed in range(50):
                assert re.search(pattern, matching(pattern, random.Random(seed)))


NOT_SIMPLE = [
    "(?!a)",
    "(?<n>a)",
    r"(a)\1",
    r"\bword",
    "a^b",
    "a$b",
    "(a",
    "a)",
    "[a",
    "[^\\x00-\\x7f]",
    "[a-\\d]",
    "[b-a]",
    "a{x}",
    "*a",
    "\\",
]


def test_a_pattern_that_is_not_simple_is_rejected(subtests):
    for pattern in NOT_SIMPLE:
        with subtests.test(pattern=pattern), pytest.raises(PatternError):
            matching(pattern, random.Random(0))


@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")  # from Python's engine
@settings(deadline=None)  # a busy machine is not a failure
@given(st.text(alphabet="ab[]()-^$*+?{}1,.|\\dw", max_size=12), st.integers(0, 3))
@including(r"[^\w]", 0)
def test_any_pattern_is_matched_or_rejected(pattern, seed):
    """Whatever the pattern: a `PatternError`, or a text that Python's engine matches."""
    try:
        text = matching(pattern, random.Random(seed))
        compiled = re.compile(pattern)
    except (PatternError, re.error):
        return
    assert compiled.search(text)
