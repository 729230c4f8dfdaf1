"""The rows that wait for their results, by their ids.

They are in a temporary database of sqlite, which is on disk once it has outgrown its cache, and
which the system removes whatever happens to the process.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..jobs import Places

_CACHE_KIB: Final = 8 * 1024


@dataclass(frozen=True, slots=True)
class Waiter:
    """A row that waits for its result.

    Attributes:
        id: Its id.
        index: Its place in the input, from 0.
        number: The number of its line, from 1.
    """

    id: str
    index: int
    number: int


class Waiting:
    """The rows that wait for their results."""

    def __init__(self) -> None:
        self._size = 0
        # An empty name is a private database on disk. One thread uses it.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            "CREATE TABLE rows (place INTEGER PRIMARY KEY, id BLOB UNIQUE, number INT)"
        )
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def __len__(self) -> int:
        return self._size

    def add(self, waiter: Waiter) -> None:
        """Add a row, whose id and place are its own."""
        self._database.execute(
            "INSERT INTO rows VALUES (?, ?, ?)", (waiter.index, _key(waiter.id), waiter.number)
        )
        self._size += 1

    def take(self, row_id: str) -> Waiter | None:
        """Remove the row of an id and return it; `None` if none waits."""
        found: tuple[int, int] | None = self._database.execute(
            "SELECT place, number FROM rows WHERE id = ?", (_key(row_id),)
        ).fetchone()
        if found is None:
            return None
        self._database.execute("DELETE FROM rows WHERE place = ?", found[:1])
        self._size -= 1
        return Waiter(row_id, *found)

    def rest(self, places: Places) -> Iterator[Waiter]:
        """Remove the rows at some places, and yield them in order."""
        for first, last in places:
            while (found := self._first(first, last)) is not None:
                yield found

    def _first(self, first: int, last: int) -> Waiter | None:
        found: tuple[bytes] | None = self._database.execute(
            "SELECT id FROM rows WHERE place BETWEEN ? AND ? ORDER BY place LIMIT 1", (first, last)
        ).fetchone()
        return None if found is None else self.take(found[0].decode(errors="surrogatepass"))


def _key(row_id: str) -> bytes:
    return row_id.encode(errors="surrogatepass")  # JSON can escape half a character
