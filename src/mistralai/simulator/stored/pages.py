"""Pages of lists."""

from collections.abc import Sequence
from typing import TypeVar

from .query import Query

T = TypeVar("T")


def page_of(items: Sequence[T], query: Query, *, size: int, most: int) -> Sequence[T]:
    """Return the page that a query asks for: `page`, from 0, and `page_size`.

    Args:
        items: The items of all pages.
        query: The query.
        size: The size of a page if the query does not say it.
        most: The largest size.
    """
    page = query.integer("page", 0)
    size = query.integer("page_size", size, at_least=1, at_most=most)
    return items[page * size : (page + 1) * size]
