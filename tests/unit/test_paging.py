"""The items of all pages: where a list ends."""

import pytest

from mistralai.client._api.fileparams import FilesParams
from mistralai.client._api.paging import Pages, iterate

A, B, C, D = "abcd"
CASES = {
    "by its total": ([([A, B], 3), ([C], 3)], [A, B, C]),
    "by a total of nothing": ([([], 0)], []),
    "by an empty page": ([([A, B], None), ([C, D], None), ([], None)], [A, B, C, D]),
    "by a shorter page": ([([A, B], None), ([C], None)], [A, B, C]),
    "not by a first page that is short": ([([A], None), ([B], None), ([], None)], [A, B]),
    "by the same page, of a server without pages": ([([A, B], None), ([A, B], None)], [A, B]),
    "by an empty page below its total": ([([A], 9), ([], 9)], [A]),
}


def test_a_list_ends(subtests: pytest.Subtests) -> None:
    for name, (answers, expected) in CASES.items():
        with subtests.test(name):
            requested: list[int] = []

            def fetch(page: int, answers=answers, requested=requested):  # type: ignore[no-untyped-def]
                requested.append(page)
                return answers[page]

            pages = Pages(FilesParams, "iterate", {}, lambda answer: answer)
            assert [*iterate(fetch, pages)] == expected
            assert requested == [*range(len(answers))]


def test_a_list_may_begin_at_a_later_page() -> None:
    answers = {3: ([A, B], 8), 4: ([C], 8)}
    pages = Pages(FilesParams, "iterate", {"page": 3}, lambda answer: answer)
    assert [*iterate(lambda page: answers[page], pages)] == [A, B, C]


def test_a_page_that_is_not_a_number_is_refused_at_the_call() -> None:
    for page in ("1", 1.0, True):
        with pytest.raises(TypeError, match="page takes a whole number, not"):
            Pages(FilesParams, "iterate", {"page": page}, lambda answer: answer)
