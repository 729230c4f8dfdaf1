from typing import Any

import pytest

from support.accumulating import (
    REFERENCE,
    TEXT,
    UNKNOWN,
    accumulated,
    choice,
    chunk,
    content,
    message,
    said,
    thinking,
)

# --- content ------------------------------------------------------------------


NOTHING: list[Any] = [(), ("",), (None,), ([],), ("", None, [])]


def test_a_content_of_nothing_is_an_empty_string(subtests: pytest.Subtests) -> None:
    for contents in NOTHING:
        with subtests.test(contents=contents):
            assert message(chunk(choice()), *(said(each) for each in contents))["content"] == ""


def test_beside_tool_calls_it_is_null(subtests: pytest.Subtests) -> None:
    call = {"id": "a", "function": {"name": "f", "arguments": "{}"}}
    for contents in NOTHING:
        with subtests.test(contents=contents):
            chunks = [*(said(each) for each in contents), chunk(choice(tool_calls=[call]))]
            assert message(*chunks)["content"] is None


def test_text_is_a_string_whether_it_was_strings_or_chunks() -> None:
    assert content("a", [TEXT], [TEXT, TEXT], "c") == "abbbc"
    assert content([TEXT]) == "b"


def test_chunks_of_other_types_keep_their_place_in_the_text() -> None:
    assert content("a", [REFERENCE, TEXT, UNKNOWN], "c", [TEXT]) == [
        {"type": "text", "text": "a"},
        REFERENCE,
        TEXT,
        UNKNOWN,
        {"type": "text", "text": "cb"},
    ]
    accumulator = accumulated(*map(said, ["a", [REFERENCE, TEXT, UNKNOWN], "c", [TEXT]]))
    assert accumulator.choices[0].text == "abcb"


ODD: list[tuple[Any, Any, str]] = [
    (["a", "b"], "ab", "ab"),
    (["a", 5, TEXT], [{"type": "text", "text": "a"}, 5, TEXT], "ab"),
    ([TEXT, None, TEXT], [TEXT, None, TEXT], "bb"),
    ([TEXT, ["a"]], [TEXT, ["a"]], "b"),
    (TEXT, "b", "b"),
    ({"text": "no type"}, [{"text": "no type"}], ""),
    ([{"type": "text", "text": None}], [{"type": "text", "text": None}], ""),
    (5, [5], ""),
]


def test_odd_content_is_kept_whole(subtests: pytest.Subtests) -> None:
    for odd, expected, text in ODD:
        with subtests.test(odd=odd):
            assert content(odd) == expected
            assert accumulated(said(odd)).choices[0].text == text


# --- thinking -----------------------------------------------------------------


def test_adjacent_thinking_is_one_thought_whatever_closed_says() -> None:
    assert content(
        [thinking("One", closed=True)],
        [thinking(" two")],
        "",
        [thinking(" three", closed=True), thinking(), thinking(" four")],
        [{"type": "text", "text": ""}],
        [thinking(" five"), {"type": "text", "text": "So"}],
        " be it",
    ) == [
        thinking("One two three four five", closed=True),
        {"type": "text", "text": "So be it"},
    ]


def test_thinking_after_text_is_another_thought() -> None:
    assert content([thinking("a")], "b", [thinking("c")], [thinking("d")]) == [
        thinking("a"),
        {"type": "text", "text": "b"},
        thinking("cd"),
    ]


def test_an_empty_thought_is_kept() -> None:
    assert content([thinking()]) == [thinking()]


def test_references_keep_their_place_in_a_thought() -> None:
    tool = {"type": "tool_reference", "tool": "web_search", "title": "A page"}
    assert content([thinking("a", REFERENCE)], [thinking(tool, "b"), thinking("c", UNKNOWN)]) == [
        thinking("a", REFERENCE, tool, "bc", UNKNOWN)
    ]


def test_of_the_other_fields_of_thinking_the_last_that_is_not_null_is_kept() -> None:
    first = thinking("a", signature="old", closed=False, level=1)
    last = thinking("b", signature=None, closed=None, level=None, seen="x")
    assert content([first], [thinking("", signature="new")], [last]) == [
        thinking("ab", signature="new", closed=False, level=1, seen="x")
    ]


def test_thinking_is_not_part_of_the_answers_text() -> None:
    accumulator = accumulated(said([thinking("a", REFERENCE, "b")]), said([thinking("c")]))
    assert accumulator.choices[0].text == ""
