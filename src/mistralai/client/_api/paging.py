"""The items of all pages of a list, one after the other.

A list ends where its total says so, or with a page that is empty, or shorter than the one before,
or the same again. A first page that is shorter than requested does not end it: the server may have
a smaller limit. Items that are added or deleted in the meantime move the others between pages.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..types.unset import UNSET, Unset
from .signatures import check_keywords

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence

A = TypeVar("A")
T = TypeVar("T")


class Pages(Generic[A, T]):
    """Decides which page comes next."""

    def __init__(
        self,
        params_type: type,
        method: str,
        params: Mapping[str, Any],
        read: Callable[[A], tuple[Sequence[T], int | None]],
    ) -> None:
        """Check the keywords.

        Args:
            params_type: The `TypedDict` of the keywords of the list, with `page`.
            method: The method that was called, for errors.
            params: Its keywords.
            read: Returns the items of an answer, and the number of those on all pages, where the
                answer has it.

        Raises:
            TypeError: A keyword is unknown, a required one is missing, or `page` is not a number.
        """
        check_keywords(params, params_type, method=method)
        page: object = params.get("page")
        if isinstance(page, bool) or not isinstance(page, int | Unset | None):
            raise TypeError(f"page takes a whole number, not {page!r}")
        self._given = params
        self._read = read
        self._page = page if isinstance(page, int) else 0
        self._before: Sequence[T] | None = None
        self._seen = 0
        self.has_next = True
        """True until the last page was taken."""

    def params(self) -> dict[str, Any]:
        """Return the keywords of the next page."""
        return {**self._given, "page": self._page}

    def take(self, answer: A) -> Sequence[T]:
        """Return the items of a page, and decide whether there is another."""
        items, total = self._read(answer)
        before, self._before = self._before, items
        if items == before:
            items = ()
        self._page += 1
        self._seen += len(items)
        is_short = not items or (before is not None and len(items) < len(before))
        is_all = total is not None and self._seen >= total
        self.has_next = not is_short and not is_all
        return items


def iterate(fetch: Callable[..., A], pages: Pages[A, T]) -> Iterator[T]:
    """Yield the items of all pages; each page is requested when it is reached.

    Args:
        fetch: The method that returns a page.
        pages: The pages.
    """
    while pages.has_next:
        yield from pages.take(fetch(**pages.params()))


async def iterate_async(fetch: Callable[..., Awaitable[A]], pages: Pages[A, T]) -> AsyncIterator[T]:
    """Do the same in an event loop."""
    while pages.has_next:
        for item in pages.take(await fetch(**pages.params())):
            yield item


def queried(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of a list as its query has them: `metadata` is JSON there.

    Raises:
        TypeError: `metadata` has a value that JSON does not have.
    """
    given: dict[str, Any] = {**params}
    metadata: object = given.get("metadata", UNSET)
    if not isinstance(metadata, Unset):
        try:
            given["metadata"] = json.dumps(metadata, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            raise TypeError(f"metadata takes a dict with values of JSON: {error}") from error
    return given
